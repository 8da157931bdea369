"""Deciding about a proposed exclusion."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_conflicts
from cases.actions.conflicts import decide
from cases.forms.conflicts import ProposalForm
from cases.models import AccessLevel, ExclusionProposal
from cases.views.words import PROPOSAL


@require_http_methods(["GET", "POST"])
def exclusion_proposed(request: ActingRequest, uuid: UUID, proposal: UUID) -> HttpResponse:
    """Say whether somebody who resembles an adult around the child is kept out."""
    case = access.case(request.acting, uuid, to=AccessLevel.LEAD)
    found = access_conflicts.proposal(request.acting, case, proposal)
    form = ProposalForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        decide(found, data["decision"], reason=data["reason"], by=request.acting)

    if attempted(form, act):
        messages.success(request, str(PROPOSAL.done))
        return redirect("cases:access", uuid=case.uuid)
    shown = {"case": case, "words": PROPOSAL, "who": _said(found)}
    return form_page(request, "cases/exclusion_proposed.html", form, shown)


def _said(found: ExclusionProposal) -> str:
    return _("%(person)s of %(agency)s has a name like that of %(adult)s (%(tie)s).") % {
        "person": found.user.name,
        "agency": found.involvement.team.agency.name,
        "adult": found.relationship.person.name,
        "tie": found.relationship.get_kind_display(),
    }
