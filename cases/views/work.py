"""Changing a case: who works on it, who may see it and who may not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Sector, Team, User
from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page
from cases import access, access_child
from cases.actions.allocation import allocate
from cases.actions.gaps import say_not_needed
from cases.actions.involvement import end_involvement, involve
from cases.actions.known import open_decided
from cases.actions.opening import close_case
from cases.actions.restriction import exclude, lift_exclusion, lift_restriction, restrict
from cases.forms.work import (
    AllocateForm,
    ExcludeForm,
    InvolveForm,
    NotNeededForm,
    OpenCaseForm,
    ReasonForm,
    RestrictForm,
)
from cases.matching.look import who_is
from cases.models import AccessLevel, Case
from cases.views import words
from cases.views.words import Words

form_methods = require_http_methods(["GET", "POST"])


@form_methods
def case_open(request: ActingRequest) -> HttpResponse:
    """Record a child and open their case."""
    if not request.acting.can(Can.WORK_CASES):
        raise Http404
    form = _asked(request)
    made: list[Case] = []

    def act(data: dict[str, Any]) -> None:
        team, basis = data["team"], data["lawful_basis"]
        made.append(open_decided(form.child(), form.decided(), team=team, lawful_basis=basis, by=request.acting))

    if attempted(form, act):
        messages.success(request, _("This is the child’s case.") if form.decided().used else _("The case is open."))
        return redirect("cases:detail", uuid=made[0].uuid)
    context = {"title": _("Open a case"), "button": _("Open the case"), "has_team": bool(request.acting.team_ids)}
    return form_page(request, "cases/open.html", form, context)


@require_POST
def case_open_matches(request: ActingRequest) -> HttpResponse:
    """Answer, while a case is being opened, whether a child like this is known; empty for nobody."""
    if not request.acting.can(Can.WORK_CASES):
        raise Http404
    facts = OpenCaseForm(request.POST, by=request.acting).facts()
    return render(request, "cases/_known_children.html", {"answer": who_is(facts, by=request.acting)})


def _asked(request: ActingRequest) -> OpenCaseForm:
    """Return the form; once it is complete, with a question for each child who may be the one."""
    form = OpenCaseForm(request.POST or None, by=request.acting)
    if not form.is_bound or not form.is_valid():
        return form
    answer = who_is(form.facts(), by=request.acting)
    return OpenCaseForm(request.POST, by=request.acting, answer=answer) if answer else form


@form_methods
def case_involve(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Bring a team in."""
    case = _led(request, uuid)
    form = InvolveForm(request.POST or None, sector=_sector_asked(request), agency=_agency_asked(request))

    def act(data: dict[str, Any]) -> None:
        involve(case, data["team"], form.terms(), by=request.acting)

    return _page(request, case, form, act, words.INVOLVE)


@form_methods
def involvement_end(request: ActingRequest, uuid: UUID, involvement: UUID) -> HttpResponse:
    """End a team's part."""
    case = _led(request, uuid)
    ending = access.involvement(request.acting, case, involvement)
    form = ReasonForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        end_involvement(ending, reason=data["reason"], by=request.acting)

    return _page(request, case, form, act, _named(words.END_INVOLVEMENT, team=ending.team.name))


@form_methods
def case_allocate(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Allocate the case to a team and a person."""
    case = _led(request, uuid)
    people, teams = people_involved(request, case)
    before = {"allocated_team": case.allocated_team, "allocated_to": case.allocated_to}
    initial = before | {"level_of_need": case.level_of_need}
    form = AllocateForm(request.POST or None, people=people, teams=teams, initial=initial)

    def act(data: dict[str, Any]) -> None:
        team, person, level = data["allocated_team"], data["allocated_to"], data["level_of_need"]
        allocate(case, team=team, person=person, level_of_need=level, by=request.acting)

    return _page(request, case, form, act, words.ALLOCATE)


@form_methods
def case_restrict(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Restrict the case to named people."""
    case = _led(request, uuid)
    people, teams = people_involved(request, case)
    form = RestrictForm(request.POST or None, people=people, teams=teams)

    def act(data: dict[str, Any]) -> None:
        named, duty = list(data["people"]), data["duty_team"]
        restrict(case, people=named, duty_team=duty, reason=data["reason"], by=request.acting)

    return _page(request, case, form, act, words.RESTRICT)


@form_methods
def case_lift_restriction(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Let the involved teams see the case again."""

    def act(case: Case, reason: str) -> None:
        lift_restriction(case, reason=reason, by=request.acting)

    return _with_reason(request, uuid, act, words.LIFT_RESTRICTION)


@form_methods
def case_close(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Close the case."""

    def act(case: Case, reason: str) -> None:
        close_case(case, reason=reason, by=request.acting)

    return _with_reason(request, uuid, act, words.CLOSE)


@form_methods
def case_exclude(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Keep a person out."""
    case = _led(request, uuid)
    people, _teams = people_involved(request, case)
    form = ExcludeForm(request.POST or None, people=people)

    def act(data: dict[str, Any]) -> None:
        exclude(case, data["person"], reason=data["reason"], by=request.acting)

    return _page(request, case, form, act, words.EXCLUDE)


@form_methods
def exclusion_lift(request: ActingRequest, uuid: UUID, person: UUID) -> HttpResponse:
    """Let an excluded person in again."""

    def act(case: Case, reason: str) -> None:
        lift_exclusion(access.exclusion(request.acting, case, person), reason=reason, by=request.acting)

    return _with_reason(request, uuid, act, words.LIFT_EXCLUSION)


@form_methods
def service_not_needed(request: ActingRequest, uuid: UUID, service: UUID) -> HttpResponse:
    """Say why a service that the child is known to is not involved."""
    missing = access_child.missing_service(request.acting, _led(request, uuid), service)

    def act(case: Case, reason: str) -> None:
        say_not_needed(case, missing, reason=reason, by=request.acting)

    shown = missing.agency.name if missing.agency else missing.name
    return _with_reason(request, uuid, act, _named(words.NOT_NEEDED, sector=shown), NotNeededForm)


@form_methods
def case_not_needed(request: ActingRequest, uuid: UUID, sector: str) -> HttpResponse:
    """Say why a sector is not involved."""
    missing = get_object_or_404(Sector, code=sector)

    def act(case: Case, reason: str) -> None:
        say_not_needed(case, missing, reason=reason, by=request.acting)

    return _with_reason(request, uuid, act, _named(words.NOT_NEEDED, sector=missing.name), NotNeededForm)


AGAIN = gettext_lazy("You no longer see this case.")


def _led(request: ActingRequest, uuid: UUID) -> Case:
    return access.case(request.acting, uuid, to=AccessLevel.LEAD)


def _sector_asked(request: ActingRequest) -> str:
    return request.GET.get("sector", "").replace("\0", "")  # PostgreSQL's texts hold no NUL


def _agency_asked(request: ActingRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("agency", ""))
    except ValueError:
        return None


def _with_reason(
    request: ActingRequest,
    uuid: UUID,
    act: Callable[[Case, str], None],
    texts: Words,
    form_class: type[ReasonForm] = ReasonForm,
) -> HttpResponse:
    case = _led(request, uuid)
    form = form_class(request.POST or None)
    return _page(request, case, form, lambda data: act(case, data["reason"]), texts)


def _page(
    request: ActingRequest, case: Case, form: forms.BaseForm, act: Callable[[dict[str, Any]], None], texts: Words
) -> HttpResponse:
    if attempted(form, act):
        messages.success(request, str(texts.done))
        if access.level(request.acting, case) is None:
            messages.info(request, str(AGAIN))
            return redirect("cases:list")
        return redirect("cases:access", uuid=case.uuid)
    return form_page(request, "cases/work.html", form, {"case": case, "words": texts})


def _named(texts: Words, **names: str) -> Words:
    return replace(texts, title=str(texts.title) % names)


def people_involved(request: ActingRequest, case: Case) -> tuple[dict[User, str], list[Team]]:
    """Return the people who see ``case`` now, each with their place, and the involved teams."""
    sight = access.who_can_see(request.acting, case)
    # To name a confidential team or its people on the case would tell everybody that they are involved.
    open_parts = [team for team in sight.teams if not team.involvement.confidential]
    kept_out = {exclusion.user_id for exclusion in sight.excluded}
    people = {grant.user: str(_("by name")) for grant in sight.people}
    people |= {each.user: team.involvement.team.agency.name for team in open_parts for each in team.people}
    shown = {person: place for person, place in people.items() if person.pk not in kept_out}
    return shown, [team.involvement.team for team in open_parts]
