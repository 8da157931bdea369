"""A manager's pages about invitations to an agency."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies import access
from agencies.actions import invitations
from agencies.forms.days import begins
from agencies.forms.people import InvitationForm
from agencies.models import Invitation
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from safeguard.common.pagination import CURSOR, paginate


@require_safe
def invitation_list(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """List the invitations that wait for an answer, the newest first."""
    agency = access.managed_agency(request.acting, uuid)
    found = Invitation.objects.unanswered().filter(agency=agency)
    page = paginate(found, order=["-created_at"], cursor=request.GET.get(CURSOR))
    return render(request, "agencies/invitations.html", {"agency": agency, "page": page})


@require_http_methods(["GET", "POST"])
def invite(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Invite somebody to the agency by e-mail."""
    agency = access.managed_agency(request.acting, uuid)
    form = InvitationForm(request.POST or None, agency=agency, by=request.acting)

    def send(data: dict[str, Any]) -> None:
        terms = form.terms(since=begins(data["since"]))
        invitations.invite(agency, email=data["email"], name=data["name"], terms=terms, by=request.acting)

    if attempted(form, send):
        messages.success(request, _("The invitation is on its way. Its link works once, for seven days."))
        return redirect("agencies:invitations", uuid=agency.uuid)
    return form_page(request, "agencies/invite.html", form, {"agency": agency})


@require_POST
def resend(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invitation = access.managed_invitation(request.acting, uuid)
    try:
        invitations.resend(invitation, by=request.acting)
        messages.success(request, _("The invitation is sent again. The link sent before no longer works."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("agencies:invitations", uuid=invitation.agency.uuid)


@require_POST
def withdraw(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = access.managed_invitation(request.acting, uuid)
    try:
        invitations.withdraw(invitation, by=request.acting)
        messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("agencies:invitations", uuid=invitation.agency.uuid)
