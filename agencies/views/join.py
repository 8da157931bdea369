"""The pages behind the link of an invitation. Open to visitors: the secret in the link is the key.

The link's page puts the secret into the session and moves on, so that it stands in no address that a
page, a log or the sign-in form could pass on.
"""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.acting import SESSION_KEY
from agencies.actions import invitations
from agencies.actions.invitations import NotOpen
from agencies.forms.people import JoinForm
from agencies.middleware import origin_of
from agencies.models import Invitation, MembershipState, User
from agencies.sign_in import proof
from agencies.views.attempt import attempted, form_page

SECRET = "invitation"  # noqa: S105  (the session key, not a secret)


@login_not_required
@require_safe
def join_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret of the link out of the address."""
    request.session[SECRET] = secret
    return redirect("agencies:join")


@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Accept the invitation: as a new person, or as the person who has the invited address."""
    secret = request.session.get(SECRET, "")
    try:
        invitation = invitations.find_open(secret)
        owner = invitations.account_of(invitation)
        if isinstance(request.user, User):
            return _join_as(request, request.user, owner, invitation, secret)
        return _sign_in_first(request) if owner else _join_as_new(request, invitation, secret)
    except NotOpen as error:
        return _not_open(request, error)


def _join_as_new(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    form = JoinForm(request.POST or None, invitation=invitation)
    made: list[User] = []

    def accept(data: dict[str, Any]) -> None:
        made.append(invitations.accept_as_new(secret, origin=origin_of(request), **data))

    if attempted(form, accept):
        del request.session[SECRET]
        return _sign_in(request, made[0])
    return form_page(request, "agencies/join.html", form, {"invitation": invitation})


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    messages.success(
        request, _("Welcome. Your account is ready. Now set up a second step, so that a password alone opens nothing.")
    )
    record_authentication(request, user, method="password", email=user.email)
    response: HttpResponse = perform_login(request, user, redirect_url=reverse("mfa_index"))
    return response


def _join_as(request: HttpRequest, user: User, owner: User | None, invitation: Invitation, secret: str) -> HttpResponse:
    if owner != user:
        return render(request, "agencies/join_other_account.html", status=HTTPStatus.FORBIDDEN)
    if settings.MFA_REQUIRED and proof.has_authenticator(user) and not proof.has_second_factor(request):
        query = urlencode({"next": reverse("agencies:join")})
        return redirect(f"{reverse(proof.second_factor_step(user))}?{query}")
    if request.method != "POST":
        return render(request, "agencies/join_as.html", {"invitation": invitation})
    try:
        membership = invitations.accept_as(user, secret, origin=origin_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return render(request, "agencies/join_as.html", {"invitation": invitation}, status=HTTPStatus.CONFLICT)
    del request.session[SECRET]
    if membership.state == MembershipState.CURRENT and proof.confined_to(request) in (
        None,
        str(membership.agency.uuid),
    ):
        request.session[SESSION_KEY] = str(membership.uuid)
    messages.success(request, _("You have joined %(agency)s.") % {"agency": invitation.agency.name})
    return redirect("agencies:memberships")


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    return render(request, "agencies/join_sign_in.html", {"next": reverse("agencies:join")})


def _not_open(request: HttpRequest, error: NotOpen) -> HttpResponse:
    # Who holds a link that once worked may know what became of it; a guess learns nothing.
    status = HTTPStatus.GONE if error.state else HTTPStatus.NOT_FOUND
    return render(request, "agencies/join_not_open.html", {"state": error.state}, status=status)
