"""What the worker does for the audit."""

from celery import shared_task

from safeguard.audit import sealing


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(name="safeguard.audit.tasks.seal", expires=10)
def seal() -> None:
    """Seal the rows whose transactions are settled."""
    sealing.seal_settled()
