"""What a reader notes for themselves on a timeline: pins, and up to where they have read. Nobody else sees it."""

from datetime import datetime

from django.utils import timezone

from agencies.acting import Acting
from cases import access
from cases.models import AccessLevel, Case, EntryPin, TimelineEntry, TimelineLook
from safeguard.audit.actions import one_transaction


@one_transaction
def pin(case: Case, entry: TimelineEntry, *, by: Acting) -> None:
    """Keep ``entry`` of ``case``, which came through the door, at hand for ``by``."""
    access.require(by, case, AccessLevel.VIEW)
    EntryPin.objects.get_or_create(user=by.user, entry=entry)


@one_transaction
def unpin(case: Case, entry: TimelineEntry, *, by: Acting) -> None:
    """Take ``by``'s pin off ``entry``."""
    access.require(by, case, AccessLevel.VIEW)
    # past the door: only the reader’s own pin
    EntryPin.objects.filter(user=by.user, entry=entry).delete()


@one_transaction
def mark_read(case: Case, up_to: datetime, *, by: Acting) -> None:
    """Note that ``by`` has read the timeline of ``case`` as it was at ``up_to``; a mark never moves back or ahead.

    Raises Http404 where they may not see the case.
    """
    access.require(by, case, AccessLevel.VIEW)
    up_to = min(up_to, timezone.now())
    TimelineLook.objects.get_or_create(user=by.user, case=case, defaults={"looked_at": up_to})
    # past the door: only the reader’s own mark
    own = TimelineLook.objects.filter(user=by.user, case=case)
    own.filter(looked_at__lt=up_to).update(looked_at=up_to)
