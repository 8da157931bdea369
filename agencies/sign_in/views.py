"""allauth's pages as Safeguard shows them: what each change of a factor adds is the audit row."""

from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions import views as usersessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.actions import sessions
from agencies.models import ApiToken
from agencies.sign_in import proof, trail
from agencies.sign_in.user_agents import in_words

ENDED = {"idle", "too_old"}


# --- In and out ------------------------------------------------------------------------------------


class LoginView(account.LoginView):  # type: ignore[misc]  # allauth carries no types
    """E-mail address and password, a passkey, or the organisation's sign-in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the organisations and why the last session ended."""
        ended = self.request.GET.get("ended")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "providers": get_social_adapter().list_providers(self.request),
            "ended": ended if ended in ENDED else None,
            "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        }


@login_not_required
@require_safe
def signup_closed(request: HttpRequest) -> HttpResponse:
    """Say that accounts come from invitations only."""
    return render(request, "account/signup_closed.html")


@login_not_required
@require_safe
def keep_alive(request: HttpRequest) -> HttpResponse:
    """Answer who is signed in, 401 for nobody; the request itself keeps the session, unless it has ``peek``.

    The page's script calls it, and gives the page's forms the present CSRF token: a new sign-in in
    another tab has changed it.
    """
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401, headers={"WWW-Authenticate": "Cookie"})
    return JsonResponse({"csrf_token": get_token(request), "viewer": str(request.user.uuid)})


@require_safe
def single_sign_on(request: HttpRequest) -> HttpResponse:
    """Ask somebody who signs in by their organisation only to do so again, before a sensitive step."""
    linked = SocialAccount.objects.filter(user_id=request.user.pk).values_list("provider", flat=True)
    providers = [p for p in get_social_adapter().list_providers(request) if p.app.provider_id in set(linked)]
    context = {"providers": providers, "works_elsewhere": proof.works_elsewhere(request)}
    return render(request, "account/reauthenticate_single_sign_on.html", context)


class AuthenticateView(mfa.AuthenticateView):  # type: ignore[misc]  # allauth carries no types
    """The second step of a sign-in."""

    template_name = "mfa/authenticate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which second steps this person has."""
        types = Authenticator.objects.filter(user_id=self.stage.login.user.pk).values_list("type", flat=True)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"has_passkey": Authenticator.Type.WEBAUTHN in types}


class ReauthenticateView(account.ReauthenticateView):  # type: ignore[misc]  # allauth carries no types
    """The password again."""

    template_name = "account/reauthenticate.html"


class ReauthenticateByCodeView(mfa.ReauthenticateView):  # type: ignore[misc]  # allauth carries no types
    """A code again."""

    template_name = "account/reauthenticate.html"


class ReauthenticateByPasskeyView(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # no types
    """A passkey again."""

    template_name = "account/reauthenticate_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the page again; allauth would lead away and forget where the person was going."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Keep the form's errors, which allauth drops."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | kwargs


# --- Sessions --------------------------------------------------------------------------------------


class SessionsView(usersessions.ListUserSessionsView):  # type: ignore[misc]  # allauth carries no types
    """One's own sessions, and the way to end all the others."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them; who has looked needs no banner any more."""
        request.session.pop(sessions.ELSEWHERE, None)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name each session's browser in words."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = in_words(session.user_agent)
        return context | {"has_tokens": ApiToken.objects.working().of(self.request.user).exists()}

    @method_decorator(proof.fresh_second_factor)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the others, after a fresh proof."""
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        """End the others."""
        by = self.request.acting
        sessions.end_sessions_of(by.user, by=by, why="own", keep=self.request.session.session_key)
        messages.success(
            self.request,
            _(
                "You are signed out everywhere else. Your tokens for programs are revoked, and your calendar’s address"
                " is stopped."
            ),
        )
        return HttpResponseRedirect(self.get_success_url())


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    sessions.end_own_session(session, by=trail.actor_of(request))
    messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("usersessions_list"))


# --- Second factors --------------------------------------------------------------------------------


class SecurityView(mfa.IndexView):  # type: ignore[misc]  # allauth carries no types
    """All that belongs to one's sign-in, on one page."""

    template_name = "account/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the page needs beside the factors."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        found = context["authenticators"]
        return context | {
            "totp": found.get(Authenticator.Type.TOTP),
            "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
            "recovery_codes": found.get(Authenticator.Type.RECOVERY_CODES),
            "session_count": UserSession.objects.filter(user_id=self.request.user.pk).count(),
        }


class ActivateTotpView(totp.ActivateTOTPView):  # type: ignore[misc]  # allauth carries no types
    """Set up an authenticator app."""

    template_name = "mfa/totp_activate.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; the code just given counts as this session's second factor."""
        response: HttpResponse = super().form_valid(form)
        new = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        _added(self.request, new)
        _tell(self.request, "mfa/email/totp_activated")
        messages.success(self.request, _("Your authenticator app is set up."))
        return response


class DeactivateTotpView(totp.DeactivateTOTPView):  # type: ignore[misc]  # allauth carries no types
    """Remove the authenticator app."""

    template_name = "mfa/totp_deactivate.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it."""
        trail.note("factor.removed", by=trail.actor_of(self.request), detail={"type": self.authenticator.type})
        messages.success(self.request, _("Your authenticator app was removed. Its codes no longer work."))
        response: HttpResponse = super().form_valid(form)
        return response


class AddPasskeyView(webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth carries no types
    """Set up a passkey that can sign in by itself."""

    template_name = "mfa/passkey_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a discoverable key with user verification."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"js_data": {"creation_options": auth.begin_registration(self.request.user, True)}}

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; the ceremony just done counts as this session's second factor."""
        response: HttpResponse = super().form_valid(form)
        passkeys = Authenticator.objects.filter(user_id=self.request.user.pk, type=Authenticator.Type.WEBAUTHN)
        _added(self.request, passkeys.latest("pk"))
        messages.success(self.request, _("Your passkey is set up."))
        return response


class RemovePasskeyView(webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # allauth carries no types
    """Remove a passkey."""

    template_name = "mfa/passkey_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, unless it is the only second step where one is required."""
        passkey = self.get_object()
        if not get_mfa_adapter().can_delete_authenticator(passkey):
            messages.error(self.request, _("You must keep one second step. Set up another before you remove this one."))
            return HttpResponseRedirect(reverse("mfa_index"))
        trail.note("factor.removed", by=trail.actor_of(self.request), detail={"type": passkey.type})
        messages.success(self.request, _("The passkey was removed. It can no longer be used to sign in."))
        response: HttpResponse = super().form_valid(form)
        return response


class RenamePasskeyView(webauthn.EditWebAuthnView):  # type: ignore[misc]  # allauth carries no types
    """Give a passkey another name."""

    template_name = "mfa/passkey_rename.html"


class RecoveryCodesView(recovery_codes.ViewRecoveryCodesView):  # type: ignore[misc]  # allauth carries no types
    """The recovery codes that are left."""

    template_name = "mfa/recovery_codes.html"


class GenerateRecoveryCodesView(recovery_codes.GenerateRecoveryCodesView):  # type: ignore[misc]  # no types
    """Make new recovery codes."""

    template_name = "mfa/recovery_codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them; the old ones stop working."""
        trail.note("factor.recovery_codes_made", by=trail.actor_of(self.request))
        _tell(self.request, "mfa/email/recovery_codes_generated")
        response: HttpResponse = super().form_valid(form)
        return response


def _added(request: HttpRequest, authenticator: Authenticator) -> None:
    """Record a new factor, and that this session has just used it."""
    post_authentication(request, authenticator)
    request.session.pop(proof.NO_SECOND_STEP, None)
    trail.note("factor.added", by=trail.actor_of(request), detail={"type": authenticator.type})


def _tell(request: HttpRequest, template_prefix: str) -> None:
    """Queue the notice of a change in the transaction that makes it."""
    get_account_adapter(request).tell(template_prefix, request.user)
