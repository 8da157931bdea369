"""The cases' periodic work. Beat wakes these at an interval; each may run twice without harm."""

from celery import shared_task

from cases.actions import matching


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(expires=30)
def keep_matching_in_step() -> None:
    """Bring the matching rows of children in step whom some other way of writing has changed."""
    matching.keep_in_step()


@shared_task(expires=3600)
def count_names() -> None:
    """Count how common names are in the register."""
    matching.count_names()
