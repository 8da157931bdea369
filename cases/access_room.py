"""The door to a timeline read together: the entries that everybody in a room may see, and the rest.

Whoever asks sees at most their own timeline, split in two. Each person is asked under the memberships by which
they see the case; the family sees what an entry's author let be read with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agencies.acting import Acting
from agencies.models import User
from cases import access_timeline
from cases.access import Position
from cases.access_timeline import TimelineFilters
from cases.audience import Reader, Seen
from cases.models import Case, TimelineEntry

CHUNK = 500


@dataclass(frozen=True)
class Room:
    """Who reads together: people, each with the memberships they may see the case by, and whether family is there."""

    people: Mapping[User, Sequence[Reader]]
    family: bool = False

    def kept_from(self, entry: TimelineEntry, seen: Seen) -> list[str]:
        """Return the names of those in the room who may not see ``entry``; "" stands for the family."""
        without = [who.name for who, options in self.people.items() if not any(seen.why(each) for each in options)]
        return [*without, ""] if self.family and not entry.family_may_see else without


@dataclass(frozen=True)
class Sorted:
    """An entry's position, with who in the room may not see it."""

    position: Position
    kept_from: tuple[str, ...]


def room_page(
    by: Acting, case: Case, room: Room, *, together: bool, after: Position | None = None, limit: int
) -> list[Sorted]:
    """Return a page of what ``by`` sees of ``case``: with ``together`` what the whole room sees, else the rest.

    Newest first; records nothing. Reads the timeline in chunks of CHUNK until the page is full: three statements
    a chunk, whatever the size of the room.
    """
    found: list[Sorted] = []
    for each in _sorted(by, case, room, after):
        if together != bool(each.kept_from):
            found.append(each)
        if len(found) == limit:
            break
    return found


def _sorted(by: Acting, case: Case, room: Room, after: Position | None) -> Iterator[Sorted]:
    while True:
        chunk = access_timeline.entry_ids(by, case, TimelineFilters(), after=after, limit=CHUNK)
        entries = TimelineEntry.objects.only(*AUDIENCE_COLUMNS).in_bulk([position.pk for position in chunk])
        seen = access_timeline.seen_by(list(entries.values()))
        for position in chunk:
            if position.pk in entries:
                yield Sorted(position, tuple(room.kept_from(entries[position.pk], seen[position.pk])))
        if len(chunk) < CHUNK:
            return
        after = chunk[-1]


AUDIENCE_COLUMNS = ("audience_mask", "sensitivity", "author_group", "has_named", "family_may_see")
