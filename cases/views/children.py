"""A child's record: its page, and the pages that change it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from agencies.models import Membership, User
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_child, access_same_child
from cases.actions.child_record import (
    CHANGED_MEANWHILE,
    add_address,
    add_name,
    add_service,
    change_details,
    end_fact,
)
from cases.actions.children import add_identifier
from cases.actions.family import add_relative, change_tie
from cases.forms.children import (
    AddressForm,
    DetailsForm,
    LastDayForm,
    NameForm,
    NumberForm,
    RelativeForm,
    ServiceForm,
    TieForm,
)
from cases.models import Child, ChildIdentifier, ChildName, KnownService, Relationship
from cases.views import words
from cases.views.words import Words
from cases.views.work import form_methods, people_involved

Act = Callable[[dict[str, Any]], object]


@require_safe
def child(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a child's record with what held before."""
    found = access_child.child(request.acting, uuid)
    said = access_same_child.said_of(request.acting, found)
    context = {
        "others": access_same_child.other_records(request.acting, found, said),
        "over": [each for each in said if each.ended_at],
        "decides": access_same_child.may_decide(request.acting),
        "child": found,
        "known": access_child.child_summary(request.acting, found.pk, past=True),
        "cases": access_child.cases_of_child(request.acting, found),
        "changes": access_child.changes_child(request.acting, found),
    }
    return render(request, "cases/child.html", context)


@form_methods
def child_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Change the details of a child."""
    found = access_child.child_to_change(request.acting, uuid)
    form = DetailsForm(request.POST or None, initial=DetailsForm.initial_of(found))

    def act(_data: dict[str, Any]) -> None:
        try:
            change_details(found, form.details(), known_at=form.known_since(), by=request.acting)
        except ValidationError as error:
            if getattr(error, "code", "") == CHANGED_MEANWHILE:
                form.compare_with(found)
            raise

    return _page(request, found, form, act, words.CHILD_DETAILS)


@form_methods
def child_name_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add a name."""
    found = access_child.child_to_change(request.acting, uuid)
    form = NameForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        kind = ChildName.Kind(data["kind"])
        add_name(found, kind, given=data["given"], surname=data["surname"], by=request.acting)

    return _page(request, found, form, act, words.CHILD_NAME)


@form_methods
def child_number_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add a number."""
    found = access_child.child_to_change(request.acting, uuid)
    form = NumberForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        kind, keep = ChildIdentifier.Kind(data["kind"]), data["keep_unverified"]
        add_identifier(found, kind, data["value"], keep_unverified=keep, by=request.acting)

    return _page(request, found, form, act, words.CHILD_NUMBER)


@form_methods
def child_address_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add an address."""
    found = access_child.child_to_change(request.acting, uuid)
    form = AddressForm(request.POST or None, people=_who_see(request, found))
    return _page(
        request, found, form, lambda _d: add_address(found, form.address(), by=request.acting), words.CHILD_ADDRESS
    )


@form_methods
def child_relative_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add somebody of the family."""
    found = access_child.child_to_change(request.acting, uuid)
    form = RelativeForm(request.POST or None, by=request.acting)

    def act(data: dict[str, Any]) -> None:
        add_relative(found, form.relative(), form.tie(), team=data["team"], by=request.acting)

    return _page(request, found, form, act, words.CHILD_RELATIVE)


@form_methods
def child_relative_change(request: ActingRequest, uuid: UUID, fact: UUID) -> HttpResponse:
    """Change what is known of a relationship."""
    found = access_child.child_to_change(request.acting, uuid)
    tie = access_child.child_fact(request.acting, found, "relative", fact)
    assert isinstance(tie, Relationship)  # noqa: S101  (for the types: the kind says so)
    form = TieForm(request.POST or None, initial=TieForm.initial_of(tie))
    return _page(request, found, form, lambda _d: change_tie(tie, form.tie(), by=request.acting), words.CHILD_TIE)


@form_methods
def child_service_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add a service that knows the child."""
    found = access_child.child_to_change(request.acting, uuid)
    form = ServiceForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        kind = KnownService.Kind(data["kind"])
        add_service(found, kind, agency=data["agency"], name=data["name"], by=request.acting)

    return _page(request, found, form, act, words.CHILD_SERVICE)


@form_methods
def child_fact_end(request: ActingRequest, uuid: UUID, kind: str, fact: UUID) -> HttpResponse:
    """Say until when another name, a number, an address, a relationship or a known service held."""
    found = access_child.child_to_change(request.acting, uuid)
    if kind not in access_child.FACTS:
        raise Http404
    ending = access_child.child_fact(request.acting, found, kind, fact)
    form = LastDayForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        end_fact(ending, last_day=data["last_day"], by=request.acting)

    return _page(request, found, form, act, words.CHILD_END)


def _page(request: ActingRequest, child: Child, form: forms.BaseForm, act: Act, texts: Words) -> HttpResponse:
    if attempted(form, act):
        messages.success(request, str(texts.done))
        return redirect("cases:child", uuid=child.uuid)
    return form_page(request, "cases/child_form.html", form, {"child": child, "words": texts})


def _who_see(request: ActingRequest, child: Child) -> dict[User, str]:
    case = access.open_case_of(request.acting, child)
    people = people_involved(request, case)[0] if case else {}
    if case is None or case.child_id == child.pk:
        return people
    # The case of a record that is merged with this one: others who see it may not know of this one.
    own = set(Membership.objects.live().filter(teams__in=request.acting.team_ids).values_list("user", flat=True))
    return {person: place for person, place in people.items() if person.pk in own}
