"""What the worker does for notifications."""

from celery import shared_task

from safeguard.common.batch import batch
from safeguard.notifications import delivery, reminders

STEPS = 500  # stages or messages a wake-up; the next one goes on


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(name="safeguard.notifications.tasks.drain_outbox", expires=30)
def drain_outbox() -> None:
    """Send what is due."""
    delivery.drain()


@shared_task(name="safeguard.notifications.tasks.purge_outbox", expires=600)
def purge_outbox() -> None:
    """Empty the text of old messages."""
    delivery.purge_bodies()


@shared_task(name="safeguard.notifications.tasks.remind", expires=30)
def remind() -> None:
    """Work out whom the stages reach that are due, put what waits into messages, and send."""
    for step in (reminders.resolve_next, reminders.gather_next):
        with batch():
            for _ in range(STEPS):
                if not step():
                    break
    delivery.drain()


@shared_task(name="safeguard.notifications.tasks.sweep_reminders", expires=600)
def sweep_reminders() -> None:
    """Write the stages that should be there and are not."""
    reminders.sweep()
