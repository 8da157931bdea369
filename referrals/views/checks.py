"""Agencies' checks: triage asks, the agency that is asked answers on a page of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from referrals import access, access_checks
from referrals.actions.checks import answer_check, ask_agency, who_can_be_asked
from referrals.actions.keeping import child_of
from referrals.forms.checks import AnswerCheckForm, AskAgencyForm
from referrals.lifecycle import Side


@require_http_methods(["GET", "POST"])
def check_ask(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask another agency about the child of a referral."""
    found, by = access.received(request.acting, uuid), request.acting
    if Side.TRIAGE not in access.sides(by, found) or not found.is_open:
        raise access.refusal(by, uuid)
    child_of(found, by=by)
    form = AskAgencyForm(request.POST or None, agencies=who_can_be_asked(by), referral=found)

    def act(data: dict[str, Any]) -> None:
        ask_agency(found, data["agency"], told=data["told"], question=data["question"], by=by)

    if attempted(form, act):
        messages.success(request, _("They are asked. The clock of the decision runs on."))
        return redirect("referrals:triage", uuid=found.uuid)
    return form_page(request, "referrals/check_ask.html", form, {"referral": found})


@require_safe
def checks(request: ActingRequest) -> HttpResponse:
    """List what other agencies ask of the reader's."""
    if not access_checks.answers_checks(request.acting):
        raise Http404
    waiting, answered = access_checks.checks_for(request.acting)
    return render(request, "referrals/checks.html", {"waiting": waiting, "answered": answered, "now": timezone.now()})


@require_http_methods(["GET", "POST"])
def check_answer(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show what is asked, and answer it once."""
    found = access_checks.check_for(request.acting, uuid)
    form = AnswerCheckForm(request.POST or None)
    if attempted(form, lambda data: answer_check(found, answer=data["answer"], by=request.acting)):
        messages.success(request, _("Your answer is with them."))
        return redirect("referrals:checks")
    return form_page(request, "referrals/check_answer.html", form, {"check": found})
