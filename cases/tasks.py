"""The cases' periodic work. Beat wakes these at an interval; each may run twice without harm."""

from celery import shared_task

from cases.actions import chronologies, conflicts, matching
from cases.actions.attachments import scan_waiting
from safeguard.audit.actor import system
from safeguard.common.files import scanning


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(expires=30)
def keep_matching_in_step() -> None:
    """Bring the matching rows of children in step whom some other way of writing has changed."""
    matching.keep_in_step()


@shared_task(expires=3600)
def count_names() -> None:
    """Count how common names are in the register."""
    matching.count_names()


@shared_task(expires=3600)
def review_register() -> None:
    """Look for records that may be of one child, among those that are new or changed."""
    matching.review_register()


@shared_task(expires=60)
def propose_exclusions() -> None:
    """Propose exclusions where an adult around a child may be a user of an involved agency."""
    conflicts.propose_due()


@shared_task(expires=60)
def scan_files() -> None:
    """Scan the files that were sent while the virus scanner was away."""
    if scanning.is_configured():
        scan_waiting(by=system("virus scan"))


@shared_task(expires=60)
def make_chronologies() -> None:
    """Make the chronologies that wait."""
    chronologies.make_waiting()


@shared_task(expires=600)
def forget_chronologies() -> None:
    """Delete the chronologies whose day is over."""
    chronologies.forget_expired()
