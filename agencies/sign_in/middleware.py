"""Who may ask for a page at all: signed in, with a second factor, and with a live membership."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agencies.middleware import has_lost_choice
from agencies.sign_in import kept, proof

# What a person with one factor may still open: to set up or give the second, to keep the session, to leave.
WITH_ONE_FACTOR = frozenset(
    {
        "account_keep_alive",
        "account_logout",
        "account_reauthenticate",
        "account_reauthenticate_single_sign_on",
        "account_security",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
# What a person without a live membership may still open: their own sign-in.
WITHOUT_MEMBERSHIP = WITH_ONE_FACTOR | {
    "account_change_password",
    "account_email",
    "account_end_session",
    "account_set_password",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "usersessions_list",
}

# Open to who has memberships, though none that their organisation's sign-in opens.
SWITCH = "agencies:switch"


class SignedInMiddleware(LoginRequiredMiddleware):
    """Django's middleware, which denies by default; a submitted form keeps its text when the session has ended."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        """Refuse visitors, and a kept form that another person sends."""
        if request.user.is_authenticated and kept.typed_by_somebody_else(request):
            return kept.form_shown_again(request, kept.Why.OTHER_PERSON)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]  # not only redirects
        """Lead to the sign-in page, or show the submitted form again."""
        if request.method not in {"GET", "HEAD"}:
            owner = getattr(request, "session_owner", None)
            return kept.form_shown_again(
                request, kept.Why.SIGNED_OUT, proof_url=reverse(settings.LOGIN_URL), owner=owner
            )
        query = {"next": request.get_full_path()}
        if ended := getattr(request, "session_ended", None):
            query["ended"] = ended
        return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode(query)}")


class _ViewGate:
    """A middleware that may answer in the place of a view that is not public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Return ``refusal`` for a signed-in person on a page that asks for sign-in."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        return self.refusal(request, request.resolver_match.view_name if request.resolver_match else "")

    def refusal(self, request: HttpRequest, name: str) -> HttpResponse | None:
        """Return the answer that takes the place of the view called ``name``, or None to let it run."""
        raise NotImplementedError


class SecondFactorMiddleware(_ViewGate):
    """Where MFA_REQUIRED is set, leads a person with one factor to the second: allauth has no such setting."""

    def refusal(self, request: HttpRequest, name: str) -> HttpResponse | None:
        """Lead to setting up or giving the second factor."""
        if not settings.MFA_REQUIRED or name in WITH_ONE_FACTOR or proof.has_second_factor(request):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": _("A second factor is needed: sign in again with it.")}, status=403)
        step = reverse(proof.second_factor_step(request.user))
        if request.method not in {"GET", "HEAD"}:
            return kept.form_shown_again(request, kept.Why.CONFIRM, proof_url=step, owner=request.user.pk)
        return HttpResponseRedirect(f"{step}?{urlencode({'next': request.get_full_path()})}")


class MemberMiddleware(_ViewGate):
    """Shows a person without a live membership why there is nothing here for them.

    Where the membership that they acted for is over and another is left, nothing is written until they
    have chosen: a form that was filled in for one agency must not be saved for another.
    """

    def refusal(self, request: HttpRequest, name: str) -> HttpResponse | None:
        """Explain, unless the page is about their own sign-in."""
        acting = getattr(request, "acting", None)
        if acting is None or name in WITHOUT_MEMBERSHIP:
            return None
        if acting.membership is not None:
            return _choose_first(request, name)
        if name == SWITCH and acting.others:
            return None
        return render(request, "agencies/no_membership.html", status=403)


def _choose_first(request: HttpRequest, name: str) -> HttpResponse | None:
    if request.method in {"GET", "HEAD"} or name == SWITCH or not has_lost_choice(request):
        return None
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Your membership has ended: choose which agency to act for.")}, status=403)
    return kept.form_shown_again(request, kept.Why.CHOOSE, proof_url=reverse(SWITCH), owner=request.user.pk)
