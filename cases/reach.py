"""Which deadlines an event may act on, so that nobody learns of an entry by what becomes of a deadline.

An entry of narrow audience ends only a deadline each of whose readers sees that entry too; else the deadline
would be met, for no reason that they may know, and a clock that they watch would stop. Nor does a deadline that
some may not see keep one from starting that they would.
"""

from django.db.models import Exists, OuterRef, Q

from agencies.acting import Acting
from cases.models import Sensitivity, TimelineEntry, TimelineEntryReader

OPEN_TO_ALL = Q(entry__isnull=True) | Q(
    entry__audience_mask=TimelineEntry.EVERY_SECTOR, entry__sensitivity=Sensitivity.ORDINARY
)


def whose_readers_see(entry: TimelineEntry | None) -> Q:
    """Return the condition on deadlines each of whose readers sees ``entry``; all where everybody does.

    An entry of narrow audience reaches only deadlines that narrow entries of its author's team started, for the
    same readers or fewer.
    """
    if entry is None or not entry.is_narrow:
        return Q()
    # past the door: whom the writer’s own entry names
    named = TimelineEntryReader.objects.filter(entry=entry).values("agency", "team", "user")
    # past the door: answered yes or no, of entries of the writer’s own team
    others = TimelineEntryReader.objects.filter(entry=OuterRef("entry")).exclude(team__group=entry.author_group_id)
    for line in named:
        others = others.exclude(**line)
    return (
        _narrow_of(entry.author_group_id)
        & Q(entry__sensitivity__gte=entry.sensitivity)
        & ~Q(entry__audience_mask__has_bits=TimelineEntry.EVERY_SECTOR & ~entry.audience_mask)
        & Q(~Exists(others))
    )


def seen_by_readers_of(entry: TimelineEntry | None) -> Q:
    """Return the condition on deadlines that everybody who sees ``entry`` sees: those that everybody sees, and own."""
    if entry is None or not entry.is_narrow or entry.has_named:
        return OPEN_TO_ALL
    wider = Q(entry__sensitivity__lte=entry.sensitivity, entry__audience_mask=entry.audience_mask)
    return OPEN_TO_ALL | (_narrow_of(entry.author_group_id) & wider)


def is_own(entry: TimelineEntry | None, by: Acting) -> bool:
    """Return whether ``entry`` is one of narrow audience by a team of ``by``: whoever sees it knows of the team."""
    return entry is not None and entry.is_narrow and entry.author_group_id in by.group_ids


def _narrow_of(group: int) -> Q:
    return Q(entry__author_group=group) & ~OPEN_TO_ALL
