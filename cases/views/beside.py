"""What is done to an entry that stands: correcting, disputing, changing its audience, asking, confirming."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_receipts, access_timeline, timeline
from cases.access_receipts import MOST_RECEIPTS
from cases.actions.beside import change_audience, correct, dispute
from cases.actions.receipts import ask_to_confirm, confirm
from cases.audience import OPEN_TO_ALL, Outlook, candidates, preview
from cases.event_kinds import Kind
from cases.forms.audience import initial_audience
from cases.forms.entries import (
    AskForm,
    AudienceChangeForm,
    CorrectionForm,
    DisputeForm,
    agencies_to_ask,
    initial_facts,
)
from cases.models import AccessLevel, Case, TimelineEntry
from cases.views import words
from cases.views.checked import check_page, checked_and_saved
from cases.views.words import Words

form_methods = require_http_methods(["GET", "POST"])


@form_methods
def entry_correct(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Correct an entry of one's own team."""
    case, found = _own(request, uuid, entry)
    form = CorrectionForm(request.POST or None, case=case, initial=initial_facts(found))

    def act(data: dict[str, Any]) -> None:
        event = form.facts(Kind(found.kind), timeline.OWN_TEAM)  # the action takes the audience of the entry
        correct(case, found, event, reason=data["reason"], by=request.acting)

    return _page(request, (case, found), form, act, words.CORRECT)


@form_methods
def entry_dispute(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Say that one's agency sees another's entry otherwise."""
    case, found = _found(request, uuid, entry, to=AccessLevel.CONTRIBUTE)
    if found.author_agency_id == request.acting.agency_id:
        raise Http404
    form = DisputeForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        dispute(case, found, text=data["text"], by=request.acting)

    return _page(request, (case, found), form, act, words.DISPUTE)


@form_methods
def entry_audience(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Change who may see an entry: the form, then who will see it, then the change."""
    case, found = _own(request, uuid, entry)
    by, before = request.acting, initial_audience(timeline.audience_of(found))
    form = AudienceChangeForm(request.POST or None, by=by, case=case, default=OPEN_TO_ALL, initial=before)

    def act(data: dict[str, Any]) -> None:
        change_audience(case, found, form.chosen_audience(), reason=data["reason"], by=by)

    def outlook() -> Outlook:
        return preview(case, form.chosen_audience(), by=by, author_group=found.author_group_id)

    if checked_and_saved(request, form, act, outlook):
        return _done(request, case, found, words.CHANGE_AUDIENCE)
    context = {"case": case, "entry": found, "words": words.CHANGE_AUDIENCE}
    return check_page(request, "cases/entry_work.html", form, context, outlook)


@form_methods
def entry_ask(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Ask agencies to confirm that they have read an entry of one's own team."""
    case, found = _own(request, uuid, entry)
    offered = candidates(access.who_can_see(request.acting, case))
    form = AskForm(request.POST or None, agencies=agencies_to_ask(offered, request.acting))

    def act(_data: dict[str, Any]) -> None:
        ask_to_confirm(case, found, form.asked(), by=request.acting)

    return _page(request, (case, found), form, act, words.ASK)


@require_safe
def to_confirm(request: ActingRequest) -> HttpResponse:
    """List the entries that the reader's agency is asked to confirm."""
    found = access_receipts.to_confirm(request.acting)
    context = {"receipts": found[:MOST_RECEIPTS], "is_cut": len(found) > MOST_RECEIPTS, "most": MOST_RECEIPTS}
    return render(request, "cases/to_confirm.html", context)


@require_POST
def entry_confirm(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Confirm for one's agency that it has read an entry."""
    case, found = _found(request, uuid, entry)
    confirm(case, found, by=request.acting)
    return redirect("cases:entry", uuid=case.uuid, entry=found.uuid)


def _found(
    request: ActingRequest, uuid: UUID, entry: UUID, *, to: AccessLevel = AccessLevel.VIEW
) -> tuple[Case, TimelineEntry]:
    case = access.case(request.acting, uuid, to=to)
    return case, access_timeline.entry(request.acting, case, entry)


def _own(request: ActingRequest, uuid: UUID, entry: UUID) -> tuple[Case, TimelineEntry]:
    case, found = _found(request, uuid, entry, to=AccessLevel.CONTRIBUTE)
    if found.author_group_id not in request.acting.group_ids:
        raise Http404
    return case, found


def _page(
    request: ActingRequest,
    of: tuple[Case, TimelineEntry],
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], None],
    texts: Words,
) -> HttpResponse:
    case, entry = of
    if attempted(form, act):
        return _done(request, case, entry, texts)
    return form_page(request, "cases/entry_work.html", form, {"case": case, "entry": entry, "words": texts})


def _done(request: ActingRequest, case: Case, entry: TimelineEntry, texts: Words) -> HttpResponse:
    messages.success(request, str(texts.done))
    return redirect("cases:entry", uuid=case.uuid, entry=entry.uuid)
