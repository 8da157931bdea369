"""Emergency access: asking for it, and reviewing it afterwards."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.sign_in.proof import fresh_second_factor
from agencies.views.attempt import attempted, form_page
from cases import beyond_sight
from cases.actions.emergency import LASTS, review, take_emergency_access
from cases.forms.emergency import EmergencyForm, ReviewForm
from cases.models import Case
from safeguard.audit import actions as audit


@require_http_methods(["GET", "POST"])
@fresh_second_factor
def emergency(request: ActingRequest) -> HttpResponse:
    """Take emergency access to a case by its reference."""
    if not request.acting.can(Can.WORK_CASES):
        raise Http404
    form = EmergencyForm(request.POST or None)
    opened: list[Case] = []

    def act(data: dict[str, Any]) -> None:
        opened.append(take_emergency_access(data["reference"], reason=data["reason"], by=request.acting))

    if attempted(form, act):
        messages.success(request, _("You can see the case for the next four hours. Its lead team has been told."))
        return redirect("cases:detail", uuid=opened[0].uuid)
    return form_page(request, "cases/emergency.html", form, {"hours": LASTS.total_seconds() // 3600})


@require_safe
def emergency_reviews(request: ActingRequest) -> HttpResponse:
    """List the emergency accesses that wait for a review."""
    _must_govern(request)
    reviews = beyond_sight.emergency_reviews()
    uuids = [review.uuid for review in reviews]
    audit.record_read("case.emergency_reviews", by=request.acting, target="cases.CaseUserGrant", uuids=uuids)
    return render(request, "cases/emergency_reviews.html", {"reviews": reviews})


@require_http_methods(["GET", "POST"])
def emergency_review(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Close one review."""
    _must_govern(request)
    waiting = next((each for each in beyond_sight.emergency_reviews() if each.uuid == uuid), None)
    if waiting is None:
        raise Http404
    form = ReviewForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        review(uuid, note=data["note"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The review is closed."))
        return redirect("cases:emergency_reviews")
    return form_page(request, "cases/emergency_review.html", form, {"review": waiting})


def _must_govern(request: ActingRequest) -> None:
    if not request.acting.can(Can.GOVERN_INFORMATION):
        raise Http404
