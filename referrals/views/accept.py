"""Taking a referral onto a case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases.models import Case
from referrals import access
from referrals.actions.accept import accept, accept_again
from referrals.actions.keeping import child_of
from referrals.forms.accept import AcceptAgainForm, AcceptForm
from referrals.lifecycle import Side
from referrals.models import Referral


@require_http_methods(["GET", "POST"])
def referral_accept(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Open the case of a referral's child, or add to the one that is open."""
    found = access.received(request.acting, uuid)
    if Side.TRIAGE not in access.sides(request.acting, found):
        raise access.refusal(request.acting, uuid)
    answer = child_of(found, by=request.acting)
    accepted = access.acceptance(request.acting, found)
    if accepted:
        return _accept_again(request, found, access.case_of(request.acting, accepted))
    form = AcceptForm(request.POST or None, by=request.acting, referral=found, answer=answer or None)
    made: list[Case] = []

    def act(_data: dict[str, Any]) -> None:
        made.append(accept(found, form.accepting(), by=request.acting))

    if attempted(form, act):
        messages.success(request, _("The referral is on the case."))
        return redirect("cases:detail", uuid=made[0].uuid)
    shown = form.without_idle_tick()
    return form_page(request, "referrals/accept.html", shown, {"referral": found, "answer": answer})


def _accept_again(request: ActingRequest, found: Referral, case: Case | None) -> HttpResponse:
    """Put a later decision on the case that the referral is part of, or on a new one where that is closed."""
    if case is None:  # they work on the queue, and not on the case
        raise access.refusal(request.acting, found.uuid)
    form = AcceptAgainForm(request.POST or None, by=request.acting, opens=case.status != Case.Status.OPEN)
    made: list[Case] = []

    def act(data: dict[str, Any]) -> None:
        chosen = {name: data[name] for name in ("team", "lawful_basis") if name in data}
        made.append(accept_again(found, **chosen, by=request.acting))

    if attempted(form, act):
        messages.success(request, _("What was decided is on the case."))
        return redirect("cases:detail", uuid=made[0].uuid)
    return form_page(request, "referrals/accept.html", form, {"referral": found, "again": True})
