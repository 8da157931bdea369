"""The door to deadlines: one of a case, those of a case, and a reader's own, their team's or their agency's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Min, OuterRef, Subquery
from django.http import Http404

from agencies.acting import Acting
from cases import access_sql
from cases.models import Case, Deadline
from cases.querysets import DeadlineQuerySet, shown_name
from safeguard.audit import actions as audit
from safeguard.common import row_security

MOST_ENDED = 50
MOST_A_MONTH = 500


class Whose(StrEnum):
    """Whose deadlines a list shows."""

    ME = "me"
    TEAM = "team"
    AGENCY = "agency"


def deadline(by: Acting, case: Case, ref: UUID) -> Deadline:
    """Return a deadline of ``case``, which came through its door. Raises Http404 for absent and forbidden."""
    related = ("team__agency", "person", "met_by", "varied_by", "timescale")
    found = Deadline.objects.visible_to(by).filter(case=case, uuid=ref).select_related(*related).first()
    if found is None:
        audit.record_refusal("deadline.view", by=by, target="cases.Deadline", uuids=[ref])
        raise Http404
    found.case = case
    return found


def sees_as(by: Acting, ref: UUID) -> bool:
    """Return whether ``by`` sees the deadline ``ref``, asked through both locks by somebody who acts for nobody.

    For the worker, which asks it of everybody whom it reminds: one round trip, and the rule of ``visible_to``
    as one statement. Records nothing.
    """
    if not by.works_with_cases:
        return False
    params = access_sql.who(by) | {"deadline": ref}
    return bool(row_security.ask_as(by.row_security(), access_sql.SEES_DEADLINE, params)[0][0])


def of_case(by: Acting, case: Case) -> tuple[list[Deadline], list[Deadline]]:
    """Return what is to be done in ``case``, soonest first, and what is not any more, latest first."""
    seen = Deadline.objects.visible_to(by).filter(case=case).select_related("team__agency", "person")
    return list(seen.running().order_by("due_at", "pk")), list(seen.ended().order_by("-due_at", "-pk")[:MOST_ENDED])


def next_of_case(by: Acting, case: Case) -> datetime | None:
    """Return when the next thing is due in ``case`` that ``by`` sees."""
    soonest: datetime | None = (
        Deadline.objects.visible_to(by).running().filter(case=case).aggregate(at=Min("due_at"))["at"]
    )
    return soonest


def running_of(by: Acting, whose: Whose) -> DeadlineQuerySet:
    """Return what ``by``, their teams or their agency have to do in cases that ``by`` sees, with the child's name."""
    seen = Deadline.objects.visible_to(by).running()
    if whose == Whose.ME:
        seen = seen.filter(person=by.user_id, agency=by.agency_id)
    elif whose == Whose.TEAM:
        seen = seen.filter(team__in=by.team_ids)
    else:
        seen = seen.filter(agency=by.agency_id)
    return seen.select_related("case", "team", "person").annotate(child_name=Subquery(shown_name("case__child")))


def record_list(by: Acting, listed: Sequence[Deadline]) -> None:
    """Record that a list named these deadlines' cases to ``by``."""
    uuids = list(dict.fromkeys(each.case.uuid for each in listed))
    audit.record_read("deadline.list", by=by, target="cases.Case", uuids=uuids)


@dataclass(frozen=True)
class Span:
    """What is due in a span of days, soonest first; ``rest_from``: of this day and later ones nothing is listed.

    Where one day alone holds more than a page shows, ``crowded`` is that day, and some of it is left out.
    """

    listed: list[Deadline]
    rest_from: date | None = None
    crowded: date | None = None


def due_between(by: Acting, whose: Whose, since: datetime, until: datetime) -> Span:
    """Return what is due from ``since`` until before ``until``, whole days, soonest first; the look is recorded.

    At most MOST_A_MONTH: then it stops before the day that would go beyond.
    """
    found = running_of(by, whose).filter(due_at__gte=since, due_at__lt=until).order_by("due_at", "pk")
    listed = list(found[: MOST_A_MONTH + 1])
    span = Span(listed) if len(listed) <= MOST_A_MONTH else _cut(listed)
    record_list(by, span.listed)
    return span


def _cut(listed: list[Deadline]) -> Span:
    last = listed[-1].due_on
    whole = [each for each in listed if each.due_on < last]
    if whole:
        return Span(whole, rest_from=last)
    return Span(listed[:MOST_A_MONTH], rest_from=last + timedelta(days=1), crowded=last)


def next_due(by: Acting) -> Subquery:
    """Return, for an outer query of cases, when the next thing is due that ``by`` sees in each."""
    seen = Deadline.objects.visible_to(by).running().filter(case=OuterRef("pk")).order_by()
    return Subquery(seen.values("case").annotate(at=Min("due_at")).values("at"))
