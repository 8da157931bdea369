"""What somebody sent: the receipt, the list, each referral with how it stands, and on paper."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from agencies.roles import Can
from cases.models import Case
from referrals import access, hours
from referrals.actions.keeping import child_of
from referrals.codes import NEXT
from referrals.lifecycle import RECEIVING, State
from referrals.models import Referral
from referrals.rows import sections
from referrals.views.challenge import challenge_context
from referrals.views.triage import links
from safeguard.common.pagination import CURSOR


@require_safe
def mine(request: ActingRequest) -> HttpResponse:
    """List what the reader's team sent, what waits for something first, and the reader's drafts."""
    if not request.acting.can(Can.REFER):
        raise Http404
    context = {
        "page": access.sent(request.acting, request.GET.get(CURSOR)),
        "drafts": access.drafts(request.acting),
        "now": timezone.now(),
    }
    return render(request, "referrals/mine.html", context)


@require_safe
def receipt(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show what was sent with one form, with its references."""
    found = access.bundle(request.acting, uuid)
    numbers = hours.numbers([found[0].to_agency]) if found[0].is_unread_too_long else []
    context = {"referrals": found, "numbers": numbers}
    return render(request, "referrals/receipt.html", context)


@require_safe
def referral(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a referral and how it stands."""
    found = access.referral(request.acting, uuid)
    if not access.is_senders(request.acting, found):
        raise access.refusal(request.acting, uuid)
    outcome = access.outcome_of(request.acting, found)
    context = _context(request, found) | {
        "links": links(found, access.sides(request.acting, found)),
        "question": access.last_question(request.acting, found) if found.state == State.ASKED else None,
        "outcome": outcome,
        "numbers": hours.numbers([found.to_agency]) if found.is_unread_too_long else (),
        "case": _visible_case(request, found),
        "next": NEXT[outcome.outcome] if outcome else "",
    }
    context |= challenge_context(request.acting, found) if outcome else {}
    return render(request, "referrals/referral.html", context)


@require_safe
def referral_print(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a referral for paper."""
    found = access.referral(request.acting, uuid)
    if access.sides(request.acting, found) & RECEIVING:
        child_of(found, by=request.acting)
    return render(request, "referrals/print.html", _context(request, found))


def _visible_case(request: ActingRequest, found: Referral) -> Case | None:
    """Return the case that came of it, for whoever of the sender's side sees that case."""
    return access.case_of(request.acting, access.acceptance(request.acting, found))


def _context(request: ActingRequest, found: Referral) -> dict[str, object]:
    relatives = access.relatives_of(request.acting, found)
    return {
        "referral": found,
        "sections": sections(found, relatives),
        "steps": access.steps_of(request.acting, found),
        "for_sender": access.is_senders(request.acting, found),
        "now": timezone.now(),
    }
