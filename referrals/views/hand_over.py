"""Handing a draft to a colleague."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from referrals import access
from referrals.actions.draft_life import hand_over, who_can_take_over
from referrals.forms.hand_over import HandOverForm


@require_http_methods(["GET", "POST"])
def draft_hand(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask to whom, then hand the draft over."""
    found = access.draft(request.acting, uuid)
    form = HandOverForm(request.POST or None, people=who_can_take_over(request.acting))

    def act(data: dict[str, Any]) -> None:
        hand_over(found, data["person"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The draft is your colleague’s now, and they are told. Nothing was sent."))
        return redirect("referrals:mine")
    return form_page(request, "referrals/draft_hand.html", form, {"draft": found})
