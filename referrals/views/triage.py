"""The desk that receives referrals: what waits, the most urgent first, and each with what can be done."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from cases.matching.look import who_is
from referrals import access
from referrals.known import facts_of
from referrals.lifecycle import TRANSITIONS, Action, Side, State
from referrals.models import Referral
from referrals.rows import sections
from referrals.views.life import PAGES
from safeguard.common.components import Link
from safeguard.common.pagination import CURSOR


@require_safe
def queue(request: ActingRequest) -> HttpResponse:
    """List what waits in the queue of the reader's agency."""
    if not access.works_queue(request.acting):
        raise Http404
    page = access.queue(request.acting, cursor=request.GET.get(CURSOR))
    return render(request, "referrals/queue.html", {"page": page, "now": timezone.now()})


@require_safe
def triage(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a referral to the side that received it."""
    found = access.received(request.acting, uuid)
    relatives, sides = access.relatives_of(request.acting, found), access.sides(request.acting, found)
    context = {
        "referral": found,
        "household": access.household(request.acting, found),
        "reporter": access.reporter_of(request.acting, found),
        "links": links(found, sides),
        "sections": sections(found, relatives),
        "steps": access.steps_of(request.acting, found),
        "earlier": access.earlier(request.acting, found),
        "opens_case": Side.TRIAGE in sides and access.opens_case(request.acting, found),
        "case": access.acceptance(request.acting, found),
        "answer": who_is(facts_of(found), by=request.acting) if found.is_open else None,
        "notes": access.notes_of(request.acting, found),
        "now": timezone.now(),
    }
    return render(request, "referrals/triage.html", context)


def links(referral: Referral, sides: frozenset[Side]) -> list[Link]:
    """Return the steps that somebody of ``sides`` can take now, in the table's order."""
    return [
        Link(page.title, reverse("referrals:step", args=[referral.uuid, action]))
        for action, page in PAGES.items()
        if State(referral.state) in TRANSITIONS[Action(action)].sources and TRANSITIONS[Action(action)].sides & sides
    ]
