"""Sign-in by an agency's own OpenID Connect provider.

An agency's provider is a ``SocialApp`` of allauth whose ``settings`` hold, beside allauth's own
``server_url``: ``agency`` (the agency's UUID), ``domains`` (e-mail domains that it speaks for) and
``accepted_acr`` (``acr`` values that mean two factors). It opens existing accounts only: of people with
a live membership in that agency, found by a verified e-mail address of one of its domains.

The provider's client secret stands in the environment (settings.SINGLE_SIGN_ON_SECRETS); the database
refuses a row that holds one. A provider without a secret is not offered.
"""

from typing import Any

from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from agencies.models import Membership
from agencies.sign_in import proof, trail

KEPT_CLAIMS = ("iss", "sub", "auth_time", "acr", "amr")


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """How an organisation's sign-in opens an account here."""

    def list_apps(self, *args: Any, **kwargs: Any) -> list[SocialApp]:
        """Return the providers that have a secret, with it."""
        apps: list[SocialApp] = super().list_apps(*args, **kwargs)
        for app in apps:
            app.secret = settings.SINGLE_SIGN_ON_SECRETS.get(app.provider_id.replace("-", "_"), "")
        return [app for app in apps if app.secret]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return False: no provider makes an account, only an invitation does."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Return whether the provider speaks for ``email`` and the person works for its agency."""
        domains = [domain.lower() for domain in login.provider.app.settings.get("domains", [])]
        if email.lower().rpartition("@")[2] not in domains:
            return False
        users = filter_users_by_email(email, prefer_verified=True, for_login=True)
        return len(users) == 1 and works_for_agency_of(login.provider.app, users[0])

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse anything but signing in to the account of a person of the provider's agency."""
        account, claims = sociallogin.account, claims_of(sociallogin)
        account.extra_data = {"id_token": {name: claims[name] for name in KEPT_CLAIMS if name in claims}}
        if account.pk:
            account.save(update_fields=["extra_data"])
        known = sociallogin.is_existing and works_for_agency_of(sociallogin.provider.app, sociallogin.user)
        if not known or sociallogin.state.get("process") == AuthProcess.CONNECT:
            trail.note("sign_in.failed", by=trail.actor_of(request), detail={"method": "single_sign_on"})
            raise ImmediateHttpResponse(
                render(request, "account/signup_closed.html", {"by_provider": True}, status=403)
            )

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """Record that the provider's answer could not be used."""
        trail.note("sign_in.failed", by=trail.actor_of(request), detail={"method": "single_sign_on"})


def works_for_agency_of(app: SocialApp, user: Any) -> bool:
    """Return whether ``user`` has a live membership in the agency that ``app`` belongs to."""
    agency = app.settings.get("agency")
    return bool(agency) and Membership.objects.live().of(user).filter(agency__uuid=agency).exists()


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """Return the verified claims of the provider's id token."""
    claims: dict[str, Any] = sociallogin.account.extra_data.get("id_token") or {}
    return claims


def remember(request: HttpRequest, sociallogin: SocialLogin | None) -> None:
    """Keep in the session when and how strongly the provider says that the person signed in there."""
    request.session.pop(proof.SINGLE_SIGN_ON, None)
    if sociallogin is None:
        return
    claims = claims_of(sociallogin)
    request.session[proof.SINGLE_SIGN_ON] = {
        "provider": sociallogin.account.provider,
        "agency": sociallogin.provider.app.settings.get("agency") or "",
        "auth_time": claims.get("auth_time"),
        "mfa": claims.get("acr") in sociallogin.provider.app.settings.get("accepted_acr", []),
    }
