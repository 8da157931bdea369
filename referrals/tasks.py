"""The referrals' periodic work. Beat wakes it at an interval; it may run twice without harm."""

from celery import shared_task

from referrals.actions import draft_life
from safeguard.audit.actor import system


@shared_task(expires=600)
def follow_drafts() -> None:
    """Warn whoever has a draft that nobody touches, and delete what they were warned of long enough ago."""
    draft_life.warn(by=system("referral drafts"))
    draft_life.delete_warned(by=system("referral drafts"))
