"""The door to a timeline: which of its entries may I see, narrowed how, from which year, and what is new to me?

A page is two statements (``access_sql.timeline_ids``, then the bodies) and a constant number for what stands
beside the entries. Nothing here counts what a reader may not see.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.http import Http404
from django.utils import timezone

from agencies.acting import Acting
from agencies.models import Team
from cases import access, access_records, access_sql, timeline
from cases.access import Position
from cases.audience import Seen, audience_words
from cases.body_map import Figure, figures
from cases.event_kinds import KINDS, Group, Kind, kinds_of
from cases.models import (
    Case,
    Concern,
    EntryPin,
    EntryPlaceholder,
    EntryReceipt,
    EntryRemark,
    InjuryMark,
    TimelineEntry,
    TimelineLook,
)
from safeguard.audit import actions as audit
from safeguard.common.components import Row

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
    category: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    recorded_since: datetime | None = None
    words: str = ""
    matters: bool = False
    pinned: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what is asked as JSON can hold it, for a document that the worker makes later."""
        return {name: _plain(value) for name, value in vars(self).items() if _is_asked(value)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TimelineFilters":
        """Return what ``as_json`` gave. Raises ValueError and TypeError for anything else."""
        moments = ("since", "until", "recorded_since")
        known = dict(kept) | {name: datetime.fromisoformat(kept[name]) for name in moments if name in kept}
        return cls(**(known | ({"agency_uuid": UUID(kept["agency_uuid"])} if "agency_uuid" in kept else {})))

    def sql(self) -> tuple[str, access_sql.Params]:
        """Return the condition on the entry ``e`` and its parameters."""
        values = vars(self) | {"kinds": None if self.kinds is None else list(self.kinds)}
        wanted = [condition for name, condition in access_sql.ENTRY_FILTERS.items() if _is_asked(values[name])]
        return " AND ".join(wanted), values


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


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


def newest_by_agency(by: Acting, case: Case) -> dict[int, datetime]:
    """Return when each agency last recorded something on ``case`` that ``by`` may see; without any it is left out."""
    params = access_sql.who(by) | {"case": case.pk}
    found: list[tuple[int, datetime]] = access_sql.rows(access_sql.NEWEST_BY_AGENCY, params)
    return dict(found)


def last_look(by: Acting, case: Case) -> datetime | None:
    """Return up to when ``by`` said that they have read the timeline of ``case``, None where never."""
    return TimelineLook.objects.filter(case=case, user=by.user_id).values_list("looked_at", flat=True).first()


# --- One entry ------------------------------------------------------------------------------------


def entry(by: Acting, case: Case, ref: UUID) -> TimelineEntry:
    """Return an entry of ``case``, which came through the door. Raises Http404 for absent and forbidden alike."""
    seen = TimelineEntry.objects.visible_to(by).filter(case=case, uuid=ref)
    found = seen.select_related(*RELATED).prefetch_related("attachments").first()
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


def change_audience(entry: TimelineEntry, audience: timeline.Audience) -> bool:
    """Change who may see ``entry`` and its corrections; return False where the database refuses.

    Entries are append-only for the application. One function of the database changes an audience, for somebody
    of the author's team who is cleared for what the entry was and becomes; the case is locked.
    """
    params: access_sql.Params = {
        "entry": entry.pk,
        "mask": audience.mask,
        "sensitivity": int(audience.sensitivity),
        "family": audience.family,
        "agencies": [each.pk for each in audience.agencies],
        "teams": [each.pk for each in audience.teams],
        "people": [each.pk for each in audience.people],
    }
    return bool(access_sql.rows(access_sql.CHANGE_AUDIENCE, params))


# --- A page ---------------------------------------------------------------------------------------


@dataclass
class Shown:
    """An entry with what stands beside it for one reader."""

    entry: TimelineEntry
    audience: str
    is_new: bool = False
    is_pinned: bool = False
    corrections: list[TimelineEntry] = field(default_factory=list)
    corrected: TimelineEntry | None = None
    remarks: list[EntryRemark] = field(default_factory=list)
    receipts: list[EntryReceipt] = field(default_factory=list)
    own_receipt: EntryReceipt | None = None
    rows: list[Row] = field(default_factory=list)  # what its record says, under the labels it was asked by
    injuries: list[InjuryMark] = field(default_factory=list)
    concern: Concern | None = None  # what the entry came of

    @property
    def figures(self) -> list[Figure]:
        """Return the sides of the body that bear marks."""
        return figures(self.injuries, only_marked=True)

    @property
    def waits_for_me(self) -> bool:
        """Return whether the reader's agency is asked to confirm it and has not."""
        return self.own_receipt is not None and self.own_receipt.confirmed_by_id is None

    @property
    def is_disputed(self) -> bool:
        """Return whether another agency sees it otherwise."""
        return any(remark.kind == EntryRemark.Kind.DISPUTE for remark in self.remarks)

    @property
    def kind_label(self) -> str:
        """Return what its kind is called."""
        return str(KINDS[Kind(self.entry.kind)].label)

    @property
    def is_recorded_later(self) -> bool:
        """Return whether it was recorded another time than it happened."""
        happened, recorded = self.entry.occurred_at, self.entry.recorded_at
        if not self.entry.has_time:
            return timezone.localdate(happened) != timezone.localdate(recorded)
        return abs(recorded - happened) > timedelta(minutes=1)


def shown(by: Acting, positions: Sequence[Position], *, new_since: datetime | None) -> list[Shown]:
    """Return the entries at ``positions``, which ``entry_ids`` gave, in their order; the page is one audit row."""
    keys = [position.pk for position in positions]
    found = TimelineEntry.objects.select_related(*RELATED).prefetch_related("attachments").in_bulk(keys)
    listed = [found[key] for key in keys if key in found]
    audit.record_read("entry.list", by=by, target="cases.TimelineEntry", uuids=[each.uuid for each in listed])
    return beside(by, listed, new_since=new_since)


def beside(by: Acting, entries: Sequence[TimelineEntry], *, new_since: datetime | None) -> list[Shown]:
    """Return ``entries``, which ``by`` may see, each with what stands beside it."""
    keys = [each.pk for each in entries]
    pinned = set(EntryPin.objects.filter(user=by.user_id, entry__in=keys).values_list("entry", flat=True))
    words = audience_words(entries)
    rows = access_records.rows_beside(entries)
    seen = TimelineEntry.objects.visible_to(by)
    corrections = _by_entry(seen.filter(corrects__in=keys).select_related("author", "author_agency"), "corrects_id")
    corrected = seen.in_bulk([each.corrects_id for each in entries if each.corrects_id])
    remarks = _by_entry(EntryRemark.objects.filter(entry__in=keys).select_related("author", "author_agency"))
    injuries, concerns = _injuries(by, entries), _concerns(by, entries)
    receipts = _by_entry(EntryReceipt.objects.filter(entry__in=keys).select_related("agency", "confirmed_by"))
    return [
        Shown(
            each,
            audience=words[each.pk],
            is_new=new_since is not None and each.recorded_at > new_since and each.author_id != by.user_id,
            is_pinned=each.pk in pinned,
            corrections=sorted(corrections[each.pk], key=lambda one: (one.recorded_at, one.pk)),
            corrected=corrected.get(each.corrects_id or 0),
            remarks=remarks[each.pk],
            receipts=receipts[each.pk],
            injuries=injuries[each.pk],
            own_receipt=next((one for one in receipts[each.pk] if one.agency_id == by.agency_id), None),
            rows=rows.get(each.pk, []),
            concern=concerns.get(each.pk),
        )
        for each in entries
    ]


def latest(by: Acting, case: Case, *, most: int) -> list[TimelineEntry]:
    """Return the newest entries of ``case``, which came through the door.

    ``is_corrected`` says which of them a correction supersedes.
    """
    entries = access.timeline_page(by, case, limit=most)
    corrections = TimelineEntry.objects.visible_to(by).filter(corrects__in=[each.pk for each in entries])
    struck = set(corrections.values_list("corrects", flat=True))
    for each in entries:
        each.is_corrected = each.pk in struck
    return entries


@dataclass(frozen=True)
class Balance:
    """The newest worries and strengths on a timeline, as far as one reader may see them; nothing that was corrected."""

    worries: list[TimelineEntry]
    strengths: list[TimelineEntry]


def balance(by: Acting, case: Case, *, most: int) -> Balance:
    """Return the ``most`` newest concerns and strengths of ``case``, which came through the door."""
    seen = TimelineEntry.objects.visible_to(by)
    standing = seen.filter(case=case).exclude(Exists(seen.filter(corrects=OuterRef("pk"))))
    newest = standing.order_by("-occurred_at", "-pk").select_related("author_agency")
    return Balance(*(list(newest.filter(kind__in=kinds_of(group))[:most]) for group in (Group.CONCERN, Group.STRENGTH)))


def _concerns(by: Acting, entries: Sequence[TimelineEntry]) -> dict[int, Concern]:
    """Return the concerns behind entries, by entry; a page without one costs no query."""
    keys = [each.pk for each in entries if each.kind == Kind.CONCERN]
    if not keys:
        return {}
    found = Concern.objects.visible_to(by).filter(entry__in=keys).select_related("author", "author_agency")
    return {each.entry_id or 0: each for each in found}


def _injuries(by: Acting, entries: Sequence[TimelineEntry]) -> dict[int, list[InjuryMark]]:
    """Return the marks on maps of the body by entry; a page without a concern costs no query."""
    concerns = [each.pk for each in entries if each.kind == Kind.CONCERN]
    if not concerns:
        return defaultdict(list)
    marks = InjuryMark.objects.visible_to(by).filter(concern__entry__in=concerns).annotate(entry_id=F("concern__entry"))
    return _by_entry(marks)


def _by_entry(rows: Iterable[Any], key: str = "entry_id") -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def held_elsewhere(by: Acting, case: Case) -> list[Team]:
    """Return the teams that let everybody on ``case`` know that they hold something which ``by`` may not see.

    Each comes once, however many entries it holds: neither their number nor their time is told.
    """
    seen = TimelineEntry.objects.visible_to(by).filter(case=case).values("pk")
    held = EntryPlaceholder.objects.filter(case=case).exclude(entry__in=seen).values("team")
    return list(Team.objects.filter(pk__in=held).select_related("agency").order_by("agency__name", "name"))
