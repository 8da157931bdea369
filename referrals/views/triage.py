"""The desk that receives referrals: what waits, the most urgent first, and each with what can be done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from referrals import access, access_checks, access_holds
from referrals.actions import keeping
from referrals.actions.call_back import call_back
from referrals.challenge import CHALLENGED
from referrals.forms.keeping import CalledBackForm, HoldForm, KeepOutForm
from referrals.lifecycle import TRANSITIONS, Side, State
from referrals.models import Referral, ReferralHold
from referrals.rows import sections
from referrals.views.challenge import challenge_context
from referrals.views.life import PAGES, is_offered
from safeguard.common.components import Link
from safeguard.common.pagination import CURSOR

SHOW, ENDED = "show", "ended"


@require_safe
def queue(request: ActingRequest) -> HttpResponse:
    """List what waits in the queue of the reader's agency, or what was closed and withdrawn."""
    if not access.works_queue(request.acting):
        raise Http404
    ended = request.GET.get(SHOW) == ENDED
    page = keeping.queue(request.acting, request.GET.get(CURSOR), ended=ended)
    return render(request, "referrals/queue.html", {"page": page, "ended": ended, "now": timezone.now()})


@require_safe
def triage(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a referral to the side that received it."""
    found = access.received(request.acting, uuid)
    answer = keeping.child_of(found, by=request.acting)
    relatives, sides = access.relatives_of(request.acting, found), access.sides(request.acting, found)
    accepted = access.acceptance(request.acting, found)
    case = access.case_of(request.acting, accepted)
    context = {
        "referral": found,
        "household": access.household(request.acting, found),
        "reporter": access.reporter_of(request.acting, found),
        "links": links(found, sides),
        "sections": sections(found, relatives),
        "steps": access.steps_of(request.acting, found),
        "earlier": access.earlier(request.acting, found),
        "owes_case": access.owes_case(request.acting, found),
        # Somebody of triage; a later decision somebody who works on the case too.
        "accepts": Side.TRIAGE in sides and (case is not None or accepted is None),
        "case": case,
        "checks": access_checks.checks_of(request.acting, found),
        "asks_agencies": Side.TRIAGE in sides and found.is_open,
        "holds": access_holds.open_holds(request.acting, found),
        "answer": answer if found.is_open else None,
        "keeps_out": Side.MANAGER in sides,
        "notes": access.notes_of(request.acting, found),
        "now": timezone.now(),
    }
    context |= challenge_context(request.acting, found) if found.state in CHALLENGED else {}
    return render(request, "referrals/triage.html", context)


@require_http_methods(["GET", "POST"])
def referral_keep_out(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Keep somebody with a conflict of interest out of a referral that the reader's agency received."""
    found = access.received(request.acting, uuid)
    if Side.MANAGER not in access.sides(request.acting, found):
        raise access.refusal(request.acting, uuid)
    form = KeepOutForm(request.POST or None, people=access.workers_on(found))

    def act(data: dict[str, Any]) -> None:
        keeping.keep_out(found, data["person"], reason=data["reason"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("They are kept out of the referral."))
        return redirect("referrals:queue")
    return form_page(request, "referrals/keep_out.html", form, {"referral": found})


@require_http_methods(["GET", "POST"])
def hold(request: ActingRequest, uuid: UUID, hold: UUID) -> HttpResponse:
    """Decide whether a referral is about the child for whom somebody is kept out of it."""
    found = access.received(request.acting, uuid)
    keeping.child_of(found, by=request.acting)
    held = access_holds.hold(request.acting, found, hold)
    form = HoldForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        keeping.decide_hold(held, ReferralHold.Choice(data["choice"]), by=request.acting)

    if attempted(form, act):
        messages.success(request, _("It is decided."))
        return redirect("referrals:triage", uuid=found.uuid)
    return form_page(request, "referrals/hold.html", form, {"referral": found, "hold": held})


@require_http_methods(["GET", "POST"])
def called_back(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Note that a professional without an account was called back, so that they may read the outcome."""
    found = access.received(request.acting, uuid)
    keeping.child_of(found, by=request.acting)
    reporter = access.reporter_to_call(request.acting, found)
    form = CalledBackForm(request.POST or None)

    def act(_data: dict[str, Any]) -> None:
        call_back(found, by=request.acting)

    if attempted(form, act):
        messages.success(request, _("It is noted. They read the outcome with their receipt once you have told it."))
        return redirect("referrals:triage", uuid=found.uuid)
    return form_page(request, "referrals/called_back.html", form, {"referral": found, "reporter": reporter})


def links(referral: Referral, sides: frozenset[Side]) -> list[Link]:
    """Return the steps that somebody of ``sides`` can take now, in the table's order."""
    return [
        Link(page.title, reverse("referrals:step", args=[referral.uuid, action]))
        for action, page in PAGES.items()
        if State(referral.state) in TRANSITIONS[action].sources
        and TRANSITIONS[action].sides & sides
        and is_offered(referral, action)
    ]
