"""Tokens for programs: one's own, and those of the people whom one manages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import access
from agencies.actions import tokens as actions
from agencies.forms.tokens import TokenForm
from agencies.models import ApiToken
from agencies.request import ActingRequest
from agencies.scopes import scopes_for
from agencies.sign_in.proof import fresh_second_factor
from agencies.views.attempt import attempted, form_page
from safeguard.common.pagination import CURSOR, paginate


@require_safe
def own_tokens(request: ActingRequest) -> HttpResponse:
    """List one's own tokens, under whichever membership, newest first."""
    found = ApiToken.objects.of(request.acting.user).with_holders()
    context = {
        "page": paginate(found, order=["-pk"], cursor=request.GET.get(CURSOR)),
        "may_add": bool(scopes_for(request.acting.capabilities)),
    }
    return render(request, "agencies/tokens.html", context)


@require_http_methods(["GET", "POST"])
@fresh_second_factor
def token_add(request: ActingRequest) -> HttpResponse:
    """Make a token for the membership that one acts under, and show its secret this once."""
    by = request.acting
    if not scopes_for(by.capabilities):
        raise Http404
    form = TokenForm(request.POST or None, by=by, initial={"days": actions.LIFETIMES[0]})
    made: list[Any] = []
    if attempted(form, lambda data: made.extend(actions.create(**data, by=by))):
        # In the answer itself: a redirect would have to keep the secret somewhere.
        token, secret = made
        return render(request, "agencies/tokens_made.html", {"token": token, "secret": secret})
    return form_page(request, "agencies/tokens_add.html", form)


@require_http_methods(["GET", "POST"])
def token_revoke(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask, then revoke a token: one's own, or that of somebody whom one manages."""
    token = access.revocable_token(request.acting, uuid)
    own = token.membership.user_id == request.acting.user_id
    back = reverse("agencies:tokens") if own else reverse("agencies:agency_tokens", args=[token.membership.agency.uuid])
    if request.method == "POST":
        actions.revoke(token, by=request.acting)
        messages.success(request, _("The token is revoked. A program that uses it is refused from now on."))
        return redirect(back)
    return render(request, "agencies/tokens_revoke.html", {"token": token, "own": own, "back": back})


@require_safe
def agency_tokens(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """List the tokens that work of the agency's members, newest first, for whoever manages its people."""
    agency = access.managed_agency(request.acting, uuid)
    found = ApiToken.objects.usable().filter(membership__agency=agency).with_holders()
    page = paginate(found, order=["-pk"], cursor=request.GET.get(CURSOR))
    return render(request, "agencies/tokens_agency.html", {"agency": agency, "page": page})
