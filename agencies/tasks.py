"""The agencies' periodic work. Beat wakes these at an interval; each may run twice without harm."""

from celery import shared_task

from agencies.actions.groups import put_in_step
from agencies.actions.memberships import hand_over_ended
from agencies.actions.sessions import clear_expired
from agencies.once import forget_old_submissions
from safeguard.audit.actor import system


@shared_task
def follow_the_clock() -> None:
    """Pass on the work of memberships that their end date ended, and open the groups of those that began."""
    hand_over_ended(by=system("memberships by the clock"))
    put_in_step()


# A wake-up that waited longer than this is worth nothing: the next one does the same.
@shared_task(expires=600)
def clear_sessions() -> None:
    """Delete the sessions that are over."""
    clear_expired()


@shared_task
def forget_submissions() -> None:
    """Forget which forms were saved some days ago: nobody sends them again."""
    forget_old_submissions()
