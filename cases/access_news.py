"""The door for pages that are open: what is new on a case's timeline for the person who reads it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from agencies.acting import Acting
from cases.models import Case, TimelineEntry


def news(by: Acting, case: Case, *, since: datetime | None, hinted: Collection[UUID] = ()) -> int:
    """Return how many entries of ``case``, which came through the door, are new for ``by``.

    New is what somebody else recorded after ``since``, and the ``hinted`` entries. ``by``'s own entries are news
    only where a hint said so: they wrote them in another window.
    """
    new = Q(uuid__in=hinted)
    if since is not None:
        new |= Q(recorded_at__gt=since) & ~Q(author=by.user_id)
    return TimelineEntry.objects.visible_to(by).filter(new, case=case).count()
