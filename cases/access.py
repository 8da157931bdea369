"""The only door to protected objects: may I see it, which may I see, and who else can?

Absent and forbidden are the same: ``Http404``. Every look through this door is recorded before
anything is shown, and so is every refusal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils import timezone

from agencies.acting import Acting
from agencies.models import Membership, Sector
from agencies.roles import Can
from cases import access_sql
from cases.access_deadlines import next_due
from cases.access_sql import BY_ACTIVITY, Order
from cases.models import (
    AccessLevel,
    Case,
    CaseExclusion,
    CaseUserGrant,
    Child,
    Involvement,
    NotNeeded,
    TimelineEntry,
)
from cases.querysets import live, ongoing
from cases.references import normalised
from safeguard.audit import actions as audit

COUNT_CAP = 1_000


class Position(NamedTuple):
    """Where a page ended: the last row's key and id."""

    key: datetime
    pk: int


@dataclass(frozen=True)
class Filters:
    """What a list of cases is narrowed to; None means "any"."""

    status: str | None = None
    level_of_need: int | None = None
    lead_sector: str | None = None
    allocated_to: int | None = None
    allocated_teams: Sequence[int] | None = None
    unallocated: bool = False
    due_within_days: int | None = None
    latest_of_child: bool = False

    def sql(self) -> tuple[str, access_sql.Params]:
        """Return the condition on the case ``c`` and its grant ``g``, and its parameters.

        What is due is asked of the grant: a date that its group may not know of is not there.
        """
        conditions = {
            "c.status = %(status)s": self.status,
            "c.level_of_need = %(level_of_need)s": self.level_of_need,
            "c.lead_agency_id IN (SELECT a.id FROM agencies_agency a JOIN agencies_sector s ON s.id = a.sector_id"
            " WHERE s.code = %(lead_sector)s)": self.lead_sector,
            "c.allocated_to_id = %(allocated_to)s": self.allocated_to,
            "c.allocated_team_id = ANY(%(allocated_teams)s::bigint[])": self.allocated_teams,
            "c.allocated_to_id IS NULL AND %(unallocated)s": self.unallocated or None,
            access_sql.DUE.format("g"): self.due_within_days,
            access_sql.LATEST_OF_CHILD: self.latest_of_child or None,
        }
        wanted = [condition for condition, value in conditions.items() if value is not None]
        teams = None if self.allocated_teams is None else list(self.allocated_teams)
        return " AND ".join(wanted), vars(self) | {"allocated_teams": teams}


# --- One case -------------------------------------------------------------------------------------


def level(by: Acting, case: Case) -> AccessLevel | None:
    """Return what ``by`` may do with ``case``, None where they may not see it. Records nothing."""
    held = with_level(by).filter(pk=case.pk).values_list("level", flat=True).first()
    return AccessLevel(held) if held else None


def case(by: Acting, ref: UUID | str, *, to: AccessLevel = AccessLevel.VIEW, look: str = "case.view") -> Case:
    """Return the case with the UUID ``ref`` when ``by`` holds at least the level ``to`` on it.

    Fetch, check and level in one statement; ``.level`` is set on the result. The look is recorded as ``look``.
    Raises Http404 alike for a case that does not exist and for one that ``by`` may not see or use so.
    """
    related = ("child", "lead_agency", "allocated_team", "allocated_to", "duty_team")
    found = with_level(by).filter(uuid=ref).select_related(*related).first()
    if found is None or (found.level or 0) < to:
        audit.record_refusal(look, by=by, target="cases.Case", uuids=[UUID(str(ref))])
        raise Http404
    audit.record_read(look, by=by, target="cases.Case", uuids=[found.uuid])
    return cast("Case", found)


def case_by_reference(by: Acting, typed: str, *, to: AccessLevel) -> Case | None:
    """Return the case whose reference somebody typed, where ``by`` holds at least the level ``to`` on it.

    None alike for a reference that is none, that no case has, and whose case ``by`` may not use so. The look is
    recorded.
    """
    found = with_level(by).filter(reference=normalised(typed) or "", level__gte=to).select_related("child").first()
    if found is not None:
        audit.record_read("case.view", by=by, target="cases.Case", uuids=[found.uuid])
    return cast("Case | None", found)


def require(by: Acting, case: Case, to: AccessLevel) -> Case:
    """Return ``case`` when ``by`` holds at least the level ``to`` on it; for actions, on any row they are given.

    Raises Http404 otherwise, and records the refusal.
    """
    held = level(by, case)
    if held is None or held < to:
        raise refusal(by, case)
    return case


def refusal(by: Acting, case: Case) -> Http404:
    """Record that ``by`` was refused a change of ``case`` and return the 404 to raise."""
    audit.record_refusal("case.change", by=by, target="cases.Case", uuids=[case.uuid])
    return Http404()


def with_level(by: Acting) -> Any:
    """Return the cases that ``by`` may ask about, each with ``level``: None where they may not see it."""
    params = (list(by.group_ids), by.user_id, by.user_id)
    held = RawSQL(access_sql.LEVEL, params, output_field=IntegerField())  # noqa: S611  (a constant statement)
    found = Case.objects.with_child_name().annotate(level=held)
    return found if by.works_with_cases else found.none()


def open_case_of(by: Acting, child: Child, *, to: AccessLevel = AccessLevel.VIEW) -> Case | None:
    """Return the child's open case where ``by`` holds at least the level ``to`` on it. Records nothing.

    Of merged records ``by`` may find it under any: the database holds that it is one.
    """
    found = with_level(by).filter(of_merged(child), status=Case.Status.OPEN, level__gte=to)
    return cast("Case | None", found.first())


def of_merged(child: Child) -> Q:
    """Return the condition that a row is of ``child`` or of a record that is merged with it, as far as may be known."""
    records = RawSQL("SELECT cases_records_of(%s, true)", [child.pk])
    return Q(child__in=records)


def open_case_locked(by: Acting, child: Child, *, to: AccessLevel) -> Case | None:
    """Return the child's open case, locked, where ``by`` holds at least the level ``to`` on it. Records nothing.

    Raises Http404 where somebody took the right away while this waited for the lock.
    """
    held = with_level(by).select_for_update(no_key=True, of=("self",))
    found = held.filter(of_merged(child), status=Case.Status.OPEN, level__gte=to).first()
    return require(by, found, to) if found else None


def open_cases_of(by: Acting, children: Iterable[Child], *, to: AccessLevel) -> list[Case]:
    """Return the open cases of ``children`` where ``by`` holds at least the level ``to``, by key. Records nothing."""
    each = Q(pk__in=[])
    for child in children:
        each |= of_merged(child)
    return list(with_level(by).filter(each, status=Case.Status.OPEN, level__gte=to).order_by("pk"))


def involvement(by: Acting, case: Case, ref: UUID) -> Involvement:
    """Return an involvement in ``case``, which came through this door. Raises Http404 for absent and forbidden."""
    found = Involvement.objects.visible_to(by).filter(ongoing(), case=case, uuid=ref).select_related("team").first()
    if found is None:
        raise Http404
    return found


def exclusion(by: Acting, case: Case, person: UUID) -> CaseExclusion:
    """Return the exclusion of a person from ``case``, which ``by`` leads. Raises Http404 where there is none."""
    own = CaseExclusion.objects.filter(case=require(by, case, AccessLevel.LEAD), from_same_child=False)
    found = own.filter(user__uuid=person).first()
    if found is None:
        raise Http404
    return found


# --- Lists ----------------------------------------------------------------------------------------


def case_page(
    by: Acting,
    *,
    order: Order = BY_ACTIVITY,
    filters: Filters | None = None,
    after: Position | None = None,
    limit: int = 25,
) -> list[Position]:
    """Return the keys and ids of one page of the cases that ``by`` may see, in ``order``; records nothing."""
    if not by.works_with_cases:
        return []
    condition, params = (filters or Filters()).sql()
    statement = access_sql.my_cases(order, groups=len(by.group_ids), filters=condition, continued=after is not None)
    params |= access_sql.who(by) | {"limit": limit}
    params |= {"after_key": after.key, "after_case": after.pk} if after else {}
    return [Position(key, pk) for pk, key in access_sql.rows(statement, params)]


def cases_at(positions: Sequence[Position], by: Acting) -> list[Case]:
    """Return the cases of a page in its order, with what a list shows; the whole page is one audit row."""
    keys = [position.pk for position in positions]
    shown = Case.objects.with_child_name().annotate(next_due=next_due(by))
    found = shown.select_related("child", "lead_agency", "allocated_to", "allocated_team").in_bulk(keys)
    listed = [found[key] for key in keys if key in found]
    audit.record_read("case.list", by=by, target="cases.Case", uuids=[each.uuid for each in listed])
    return listed


def case_count(by: Acting, filters: Filters | None = None) -> int:
    """Return how many cases ``by`` may see, exact up to COUNT_CAP; COUNT_CAP + 1 says "more than".

    One statement, as a rule: only where cases repeat among the first grants, all grants are gone through.
    """
    if not by.works_with_cases:
        return 0
    condition, params = (filters or Filters()).sql()
    params |= access_sql.who(by) | {"limit": COUNT_CAP + 1}
    grants, cases = access_sql.rows(access_sql.first_grants(filters=condition), params)[0]
    if grants == cases or grants <= COUNT_CAP:
        return int(cases)
    return int(access_sql.rows(access_sql.count_my_cases(filters=condition), params)[0][0])


def children_at(positions: Sequence[Position], by: Acting) -> list[Child]:
    """Return the children of a page of cases in its order, with their names; the whole page is one audit row.

    Each has ``shown_name`` too, the name that is shown.

    The page is that of ``Filters(latest_of_child=True)``, so that each child comes once.
    """
    keys = [position.pk for position in positions]
    found: QuerySet[Any] = Child.objects.filter(cases__in=keys).annotate(of_case=F("cases")).with_name()
    found = found.prefetch_related("names")
    of_case = {child.of_case: child for child in found}
    listed = [of_case[key] for key in keys if key in of_case]
    audit.record_read("child.list", by=by, target="cases.Child", uuids=[each.uuid for each in listed])
    return listed


# --- The timeline ---------------------------------------------------------------------------------


def timeline_page(by: Acting, case: Case, *, after: Position | None = None, limit: int = 50) -> list[TimelineEntry]:
    """Return one page of the entries of ``case`` that ``by`` may see, newest first.

    ``case`` came through this door. Two statements: ids by an index-only scan, then the bodies.
    """
    params = access_sql.who(by) | {"case": case.pk, "limit": limit}
    params |= {"after_at": after.key, "after_id": after.pk} if after else {}
    keys = [pk for pk, _at in access_sql.rows(access_sql.timeline_ids(continued=after is not None), params)]
    found = TimelineEntry.objects.select_related("author", "author_agency").in_bulk(keys)
    return [found[key] for key in keys if key in found]


# --- The reverse question -------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamSight:
    """A team that sees a case: its live members, and the involvement behind it."""

    involvement: Involvement
    people: list[Membership]

    @property
    def is_live(self) -> bool:
        """Return whether the term has begun and not ended."""
        now = timezone.now()
        return self.involvement.since <= now and (self.involvement.until is None or self.involvement.until > now)


@dataclass(frozen=True)
class Sight:
    """Who can see a case, and why: teams by involvement, people by name, and who is kept out."""

    teams: list[TeamSight]
    people: list[CaseUserGrant]
    excluded: list[CaseExclusion]

    def emergency_until(self, by: Acting) -> datetime | None:
        """Return when ``by``'s emergency access ends, None where they have none."""
        held = (g.until for g in self.people if g.user_id == by.user_id and g.kind == CaseUserGrant.Kind.EMERGENCY)
        return next(held, None)


def who_can_see(by: Acting, case: Case) -> Sight:
    """Return who can see ``case``, which came through this door, as far as ``by`` may know.

    A confidential involvement is listed for those who may know of it; exclusions, with their reasons,
    for those who lead the case. On a restricted case the teams listed see nothing until it is lifted.
    """
    involvements = list(
        Involvement.objects.visible_to(by)
        .filter(ongoing(), case=case)
        .select_related("team__agency__sector")
        .order_by("since", "id")
    )
    members = _live_members([involvement.team_id for involvement in involvements])
    people = CaseUserGrant.objects.filter(live(), content_object=case).select_related("user", "granted_by")
    # not the rows that close another record of the child
    excluded = CaseExclusion.objects.filter(case=case, child=case.child_id).select_related("user", "excluded_by")
    leads = case.held_level >= AccessLevel.LEAD
    return Sight(
        teams=[TeamSight(each, members.get(each.team_id, [])) for each in involvements],
        people=list(people.order_by("user__name", "id")),
        excluded=list(excluded.order_by("user__name")) if leads else [],
    )


def _live_members(team_ids: list[int]) -> dict[int, list[Membership]]:
    through = Membership.teams.through.objects.filter(team__in=team_ids).values_list("team", "membership")
    pairs = list(through)
    found = (
        Membership.objects.live()
        .holding(Can.WORK_CASES)
        .select_related("user")
        .in_bulk([membership for _team, membership in pairs])
    )
    members: dict[int, list[Membership]] = {}
    for team, membership in pairs:
        if membership in found and found[membership].user.is_active:
            members.setdefault(team, []).append(found[membership])
    return {team: sorted(people, key=lambda m: m.user.name) for team, people in members.items()}


def missing_sectors(by: Acting, case: Case) -> list[Sector]:
    """Return the sectors with no involvement in ``case`` that ``by`` may know of and no reason why not."""
    involved = known_parts(by, case).values("team__agency__sector")
    settled = NotNeeded.objects.filter(case=case, sector__isnull=False).values("sector")
    return list(Sector.objects.exclude(pk__in=involved).exclude(pk__in=settled).exclude(code="other"))


def known_parts(by: Acting, case: Case) -> QuerySet[Involvement]:
    """Return the ongoing parts of teams in ``case``, which came through this door, that ``by`` may know of."""
    return Involvement.objects.visible_to(by).filter(ongoing(), case=case)
