"""The door to a timeline: which of its entries may I see, narrowed how, from which year, and what is new to me?

A page is two statements (``access_sql.timeline_ids``, then the bodies) and a constant number for what stands
beside the entries. Nothing here counts what a reader may not see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from agencies.acting import Acting
from cases import access_sql
from cases.access import Position
from cases.audience import Seen, audience_words
from cases.event_kinds import KINDS, Kind
from cases.models import Case, EntryPin, TimelineEntry, TimelineLook
from safeguard.audit import actions as audit

PAGE_SIZE = 25
NEW_CAP = 100
RELATED = ("author", "author_agency__sector", "author_group__team")


@dataclass(frozen=True)
class TimelineFilters:
    """What a timeline is narrowed to; None, empty and False mean "any". Times are UTC, ``until`` is left out itself.

    ``recorded_since`` leaves out what the reader recorded themselves: it is not new to them.
    """

    agency_uuid: UUID | None = None
    sector: str | None = None
    kinds: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    recorded_since: datetime | None = None
    words: str = ""
    matters: bool = False
    pinned: bool = False

    def sql(self) -> tuple[str, access_sql.Params]:
        """Return the condition on the entry ``e`` and its parameters."""
        values = vars(self) | {"kinds": None if self.kinds is None else list(self.kinds)}
        wanted = [condition for name, condition in access_sql.ENTRY_FILTERS.items() if _is_asked(values[name])]
        return " AND ".join(wanted), values


def _is_asked(value: object) -> bool:
    return value is not None and value is not False and value != ""


def entry_ids(
    by: Acting, case: Case, filters: TimelineFilters, *, after: Position | None = None, limit: int
) -> list[Position]:
    """Return the positions of one page of the entries of ``case`` that ``by`` may see, newest first; records nothing.

    ``case`` came through the door.
    """
    condition, params = filters.sql()
    params |= access_sql.who(by) | {"case": case.pk, "limit": limit}
    params |= {"after_at": after.key, "after_id": after.pk} if after else {}
    statement = access_sql.timeline_ids(continued=after is not None, filters=condition)
    return [Position(at, pk) for pk, at in access_sql.rows(statement, params)]


def years(by: Acting, case: Case) -> list[int]:
    """Return the years of which ``by`` may see an entry of ``case``, newest first: one short look for each year."""
    params = access_sql.who(by) | {"case": case.pk, "zone": settings.TIME_ZONE}
    return [int(year) for (year,) in access_sql.rows(access_sql.TIMELINE_YEARS, params)]


def new_count(by: Acting, case: Case, since: datetime) -> int:
    """Return how many entries that ``by`` may see others recorded after ``since``, at most NEW_CAP + 1."""
    condition, params = TimelineFilters(recorded_since=since).sql()
    params |= access_sql.who(by) | {"case": case.pk, "limit": NEW_CAP + 1}
    return len(access_sql.rows(access_sql.timeline_ids(continued=False, filters=condition), params))


def last_look(by: Acting, case: Case) -> datetime | None:
    """Return up to when ``by`` said that they have read the timeline of ``case``, None where never."""
    return TimelineLook.objects.filter(case=case, user=by.user_id).values_list("looked_at", flat=True).first()


# --- One entry ------------------------------------------------------------------------------------


def entry(by: Acting, case: Case, ref: UUID) -> TimelineEntry:
    """Return an entry of ``case``, which came through the door. Raises Http404 for absent and forbidden alike."""
    found = TimelineEntry.objects.visible_to(by).filter(case=case, uuid=ref).select_related(*RELATED).first()
    if found is None:
        audit.record_refusal("entry.view", by=by, target="cases.TimelineEntry", uuids=[ref])
        raise Http404
    audit.record_read("entry.view", by=by, target="cases.TimelineEntry", uuids=[found.uuid])
    return found


def seen_by(entries: Sequence[TimelineEntry]) -> dict[int, Seen]:
    """Return the audience of each of ``entries`` by key; the reader sees them all.

    Whom an entry names is read by a function of the database, which gives the names of entries that its caller
    sees and of no others: the policy shows a reader only their own line.
    """
    named: dict[int, list[tuple[int | None, int | None, int | None]]] = defaultdict(list)
    asked = [each.pk for each in entries if each.has_named]
    if asked:
        for key, *who in access_sql.rows(access_sql.READERS_OF_ENTRIES, {"entries": asked}):
            named[key].append((who[0], who[1], who[2]))
    return {each.pk: _seen(each, named[each.pk]) for each in entries}


def _seen(entry: TimelineEntry, named: Iterable[tuple[int | None, int | None, int | None]]) -> Seen:
    lines = list(named)
    return Seen(
        entry.author_group_id,
        entry.audience_mask,
        entry.sensitivity,
        agencies=frozenset(agency for agency, _team, _user in lines if agency),
        teams=frozenset(team for _agency, team, _user in lines if team),
        people=frozenset(user for _agency, _team, user in lines if user),
    )


# --- A page ---------------------------------------------------------------------------------------


@dataclass
class Shown:
    """An entry with what stands beside it for one reader."""

    entry: TimelineEntry
    audience: str
    is_new: bool = False
    is_pinned: bool = False

    @property
    def kind_label(self) -> str:
        """Return what its kind is called."""
        return str(KINDS[Kind(self.entry.kind)].label)

    @property
    def has_time(self) -> bool:
        """Return whether a time of day is known: nobody gave one for an entry at midnight."""
        return timezone.localtime(self.entry.occurred_at).time() != time.min

    @property
    def is_recorded_later(self) -> bool:
        """Return whether it was recorded another time than it happened."""
        happened, recorded = self.entry.occurred_at, self.entry.recorded_at
        if not self.has_time:
            return timezone.localdate(happened) != timezone.localdate(recorded)
        return abs(recorded - happened) > timedelta(minutes=1)


def shown(by: Acting, positions: Sequence[Position], *, new_since: datetime | None) -> list[Shown]:
    """Return the entries at ``positions``, which ``entry_ids`` gave, in their order; the page is one audit row."""
    keys = [position.pk for position in positions]
    found = TimelineEntry.objects.select_related(*RELATED).in_bulk(keys)
    listed = [found[key] for key in keys if key in found]
    audit.record_read("entry.list", by=by, target="cases.TimelineEntry", uuids=[each.uuid for each in listed])
    return beside(by, listed, new_since=new_since)


def beside(by: Acting, entries: Sequence[TimelineEntry], *, new_since: datetime | None) -> list[Shown]:
    """Return ``entries``, which ``by`` may see, each with what stands beside it."""
    keys = [each.pk for each in entries]
    pinned = set(EntryPin.objects.filter(user=by.user_id, entry__in=keys).values_list("entry", flat=True))
    words = audience_words(entries)
    return [
        Shown(
            each,
            audience=words[each.pk],
            is_new=new_since is not None and each.recorded_at > new_since and each.author_id != by.user_id,
            is_pinned=each.pk in pinned,
        )
        for each in entries
    ]
