"""The queue of the teams that answer concerns: new, looked at, decided, answered; overdue ones first."""

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
from cases import access_concerns
from cases.access_concerns import LISTED
from cases.actions.concern_answers import decide, look_at, tell_writer
from cases.forms.concern_answer import LOOKED, AnswerForm
from cases.models import ConcernStep


@require_safe
def concern_queue(request: ActingRequest) -> HttpResponse:
    """List the concerns that the reader's teams answer."""
    if not access_concerns.answers_concerns(request.acting):
        raise Http404
    context = {"concerns": access_concerns.queue(request.acting), "now": timezone.now(), "most": LISTED}
    return render(request, "cases/concern_queue.html", context)


@require_http_methods(["GET", "POST"])
def concern_answer(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Say that a concern was looked at, what was decided, and what its writer is told."""
    found = access_concerns.concern_to_answer(request.acting, uuid)
    form = AnswerForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        look_at(found, by=request.acting)
        if data["decision"] != LOOKED:
            decide(found, ConcernStep.Decision(data["decision"]), reason=data["reason"], by=request.acting)
        if data["feedback"].strip():
            tell_writer(found, text=data["feedback"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("Saved."))
        return redirect("cases:concern", uuid=found.uuid)
    return form_page(request, "cases/concern_answer.html", form, {"concern": found})
