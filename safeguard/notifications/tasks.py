"""What the worker does for notifications."""

from celery import shared_task

from safeguard.notifications import delivery


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(name="safeguard.notifications.tasks.drain_outbox", expires=30)
def drain_outbox() -> None:
    """Send what is due."""
    delivery.drain()


@shared_task(name="safeguard.notifications.tasks.purge_outbox", expires=600)
def purge_outbox() -> None:
    """Empty the text of old messages."""
    delivery.purge_bodies()
