"""What is due: one's own, the team's and the agency's list and month, a case's, and each deadline's own page."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import refusal
from agencies.forms.days import begins_on
from agencies.practice_events import PracticeEvent
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_deadlines
from cases.access_deadlines import MOST_ENDED, Whose
from cases.actions import deadlines as actions
from cases.forms.deadlines import AgreeForm, ExplainForm, ExtendForm, MeetForm, PracticeEventForm
from cases.forms.work import ReasonForm
from cases.models import AccessLevel, Case, Deadline
from cases.views import words
from cases.views.words import Words
from cases.views.work import people_involved
from safeguard.common.pagination import CURSOR, paginate

form_methods = require_http_methods(["GET", "POST"])
YEARS = range(2000, 2100)


@require_safe
def deadlines(request: ActingRequest) -> HttpResponse:
    """List what is to be done, soonest first."""
    whose = _whose(request)
    page = paginate(
        access_deadlines.running_of(request.acting, whose), order=["due_at", "id"], cursor=request.GET.get(CURSOR)
    )
    access_deadlines.record_list(request.acting, page.items)
    return render(request, "cases/deadlines.html", {"page": page, "whose": whose})


@require_safe
def deadlines_month(request: ActingRequest) -> HttpResponse:
    """Show a month, week by week."""
    whose, first = _whose(request), _month(request.GET.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    start = _start(request.GET.get("from", ""), weeks[0][0], weeks[-1][-1])
    until = begins_on(weeks[-1][-1] + timedelta(days=1))
    span = access_deadlines.due_between(request.acting, whose, begins_on(start), until)
    due: dict[date, list[Deadline]] = {}
    for each in span.listed:
        due.setdefault(each.due_on, []).append(each)
    context = {
        "whose": whose,
        "first": first,
        "span": span,
        "start": start if start > weeks[0][0] else None,
        "last": weeks[-1][-1],
        "before": first - timedelta(days=1),
        "after": first + timedelta(days=31),
        "weekdays": list(calendar.day_name),
        "weeks": [[(day, due.get(day, [])) for day in week] for week in weeks],
        "today": timezone.localdate(),
    }
    return render(request, "cases/deadlines_month.html", context)


@require_safe
def case_deadlines(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show what is due in a case, and what was."""
    case = access.case(request.acting, uuid)
    running, ended = access_deadlines.of_case(request.acting, case)
    contributes = case.held_level >= AccessLevel.CONTRIBUTE and case.status == Case.Status.OPEN
    context = {"case": case, "running": running, "ended": ended, "most": MOST_ENDED, "contributes": contributes}
    return render(request, "cases/case_deadlines.html", context)


@require_safe
def deadline(request: ActingRequest, uuid: UUID, deadline: UUID) -> HttpResponse:
    """Show one deadline: what, by when, by whose force, and what was said of it."""
    case = access.case(request.acting, uuid)
    found = access_deadlines.deadline(request.acting, case, deadline)
    context = {
        "case": case,
        "deadline": found,
        "contributes": case.held_level >= AccessLevel.CONTRIBUTE,
        "may_vary": actions.may_vary(request.acting, found, case.held_level),
    }
    return render(request, "cases/deadline.html", context)


# --- Changing them --------------------------------------------------------------------------------


@form_methods
def deadline_event(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Enter an event of practice by hand."""
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    form = PracticeEventForm(request.POST or None, events=_events_of(case))

    def act(data: dict[str, Any]) -> None:
        made = actions.record_event(case, PracticeEvent(data["event"]), at=form.moment(), by=request.acting)
        said = ngettext("%(count)d deadline started.", "%(count)d deadlines started.", len(made))
        messages.info(request, said % {"count": len(made)})

    return _page(request, (case, None), form, act, words.PRACTICE_EVENT)


@form_methods
def deadline_agree(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Agree on something to be done."""
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    people, teams = people_involved(request, case)
    form = AgreeForm(request.POST or None, people=people, teams=teams)

    def act(data: dict[str, Any]) -> None:
        due_at, team, person = form.due_at(), data["team"], data["person"]
        actions.agree(case, data["what"], due_at=due_at, team=team, person=person, by=request.acting)

    return _page(request, (case, None), form, act, words.AGREE)


@form_methods
def deadline_meet(request: ActingRequest, uuid: UUID, deadline: UUID) -> HttpResponse:
    """Say that it was done."""
    case, found = _found(request, uuid, deadline)
    form = MeetForm(request.POST or None, initial={"day": timezone.localdate()})

    def act(data: dict[str, Any]) -> None:
        actions.meet(found, at=form.moment(), by=request.acting)

    return _page(request, (case, found), form, act, words.MEET)


@form_methods
def deadline_extend(request: ActingRequest, uuid: UUID, deadline: UUID) -> HttpResponse:
    """Move a local one to a later day."""
    case, found = _variable(request, uuid, deadline)
    form = ExtendForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.extend(found, due_at=form.due_at(), reason=data["reason"], by=request.acting)

    return _page(request, (case, found), form, act, words.EXTEND)


@form_methods
def deadline_waive(request: ActingRequest, uuid: UUID, deadline: UUID) -> HttpResponse:
    """Say that a local one need not be kept."""
    case, found = _variable(request, uuid, deadline)
    form = ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.waive(found, reason=data["reason"], by=request.acting)

    return _page(request, (case, found), form, act, words.WAIVE)


@form_methods
def deadline_explain(request: ActingRequest, uuid: UUID, deadline: UUID) -> HttpResponse:
    """Say why it is late."""
    case, found = _found(request, uuid, deadline)
    form = ExplainForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        actions.explain(found, reason=data["reason"], expected_on=data["expected_on"], by=request.acting)

    return _page(request, (case, found), form, act, words.EXPLAIN)


def _found(request: ActingRequest, uuid: UUID, deadline: UUID) -> tuple[Case, Deadline]:
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    return case, access_deadlines.deadline(request.acting, case, deadline)


def _variable(request: ActingRequest, uuid: UUID, deadline: UUID) -> tuple[Case, Deadline]:
    case = access.case(request.acting, uuid)
    found = access_deadlines.deadline(request.acting, case, deadline)
    if not actions.may_vary(request.acting, found, case.held_level):
        raise refusal(request.acting, "deadline.vary", target="cases.Deadline", uuid=found.uuid)
    return case, found


def _page(
    request: ActingRequest,
    about: tuple[Case, Deadline | None],
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], None],
    texts: Words,
) -> HttpResponse:
    case, found = about
    if attempted(form, act):
        messages.success(request, str(texts.done))
        if found is None:
            return redirect("cases:case_deadlines", uuid=case.uuid)
        return redirect("cases:deadline", uuid=case.uuid, deadline=found.uuid)
    return form_page(request, "cases/deadline_form.html", form, {"case": case, "deadline": found, "words": texts})


def _events_of(case: Case) -> list[str]:
    if case.profile is None:
        return []
    pairs = case.profile.timescales.values_list("starts_on", "met_by")
    return sorted({code for starts, met in pairs for code in (*starts, *met)} - {PracticeEvent.CASE_CLOSED})


def _whose(request: ActingRequest) -> Whose:
    asked = request.GET.get("whose", "")
    return Whose(asked) if asked in set(Whose) else Whose.ME


def _start(text: str, first: date, last: date) -> date:
    """Return the day that ``text`` ("2026-11-17") names where it is within the page, else its first."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return first
    return found if first <= found <= last else first


def _month(text: str) -> date:
    """Return the first day of the month that ``text`` ("2026-11") names, else of the present one."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return timezone.localdate().replace(day=1)
    return found if found.year in YEARS else timezone.localdate().replace(day=1)
