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
from referrals import access
from referrals.actions.keeping import child_of, keep_out
from referrals.forms.keeping import KeepOutForm
from referrals.lifecycle import TRANSITIONS, Side, State
from referrals.models import Referral
from referrals.rows import sections
from referrals.views.life import PAGES, is_offered
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
    answer = child_of(found, by=request.acting)
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
        "answer": answer if found.is_open else None,
        "keeps_out": Side.MANAGER in sides,
        "notes": access.notes_of(request.acting, found),
        "now": timezone.now(),
    }
    return render(request, "referrals/triage.html", context)


@require_http_methods(["GET", "POST"])
def referral_keep_out(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Keep somebody with a conflict of interest out of a referral that the reader's agency received."""
    found = access.received(request.acting, uuid)
    if Side.MANAGER not in access.sides(request.acting, found):
        raise access.refusal(request.acting, uuid)
    form = KeepOutForm(request.POST or None, people=access.workers_on(found))

    def act(data: dict[str, Any]) -> None:
        keep_out(found, data["person"], reason=data["reason"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("They are kept out of the referral."))
        return redirect("referrals:queue")
    return form_page(request, "referrals/keep_out.html", form, {"referral": found})


def links(referral: Referral, sides: frozenset[Side]) -> list[Link]:
    """Return the steps that somebody of ``sides`` can take now, in the table's order."""
    return [
        Link(page.title, reverse("referrals:step", args=[referral.uuid, action]))
        for action, page in PAGES.items()
        if State(referral.state) in TRANSITIONS[action].sources
        and TRANSITIONS[action].sides & sides
        and is_offered(referral, action)
    ]
