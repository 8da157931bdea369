"""allauth's hooks for accounts: every mail by the outbox, every event in the audit, limits that lock nobody out."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.actions import sessions
from agencies.middleware import origin_of
from agencies.models import User
from agencies.sign_in import proof, single_sign_on, trail
from agencies.sign_in.mail import compose, holds_secret
from safeguard.notifications.actions import Note, send_email

MISMATCH = _("The e-mail address and password do not match an account. Check both and try again")
TOO_MANY = _(
    "There have been too many attempts from here. Nothing was changed. Wait five minutes and try again,"
    " or sign in with a passkey"
)

# allauth sends these once the change is committed, where a crash loses them: our views queue them before.
QUEUED_BY_VIEWS = frozenset({"mfa/email/totp_activated", "mfa/email/recovery_codes_generated"})


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """How people sign in here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": MISMATCH,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": _("That is not your password. Try again"),
        "enter_current_password": _("That is not your present password. Try again"),
        "incorrect_code": _("That code is not right. Check the newest e-mail and try again"),
        "same_as_current": _("This is your e-mail address already"),
        "duplicate_email": _("This is your e-mail address already"),
        "email_taken": _("This e-mail address cannot be used. Nothing was changed"),
    }

    # --- Who may come in ----------------------------------------------------------------------------

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts come from invitations only."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; the session's clocks start anew."""
        super().login(request, user)
        request.session.pop("signed_in_at", None)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Record the sign-in and tell the person's other sessions."""
        single_sign_on.remember(request, (kwargs.get("signal_kwargs") or {}).get("sociallogin"))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        by = trail.actor(user, origin_of(request))
        trail.note("sign_in.succeeded", by=by, detail={"methods": proof.methods(request)})
        request.session[proof.NO_SECOND_STEP] = not proof.has_authenticator(user)
        sessions.tell_other_sessions(user, this=request.session.session_key or "")
        return response

    def logout(self, request: HttpRequest) -> None:
        """Record the sign-out, then sign out."""
        trail.note("sign_out", by=trail.actor_of(request))
        super().logout(request)

    # --- Failures -----------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. Raises ValidationError when there were too many."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            trail.note("sign_in.limited", by=trail.actor_of(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure: which account, if it is one, but not what was typed."""
        about = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        trail.note("sign_in.failed", by=trail.actor_of(request), about=about, detail={"method": "password"})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By account and address: five wrong passwords lock nobody out who signs in from somewhere else.
        login = str(credentials.get("email", "")).lower()
        return f"{self.get_client_ip(request)}:{login}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the audit uses too."""
        return origin_of(request).address or "0.0.0.0"  # noqa: S104  (a Unix socket has no peer address)

    # --- Sensitive steps ----------------------------------------------------------------------------

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False when all is proved. Raises ReauthenticationRequired, past allauth's own weaker check.

        Our views ask first (``proof.fresh_second_factor``): this stops a view that forgot.
        """
        if proof.missing_step(self.request) is not None:
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is, in plain words."""
        words = {
            "reauthenticate": _("Use your password instead"),
            "mfa_reauthenticate": _("Use a code from your app, or a recovery code, instead"),
            "mfa_reauthenticate:webauthn": _("Use a passkey instead"),
        }
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def set_password(self, user: User, password: str) -> None:
        """Set the password, which ends every other session, and record it."""
        super().set_password(user, password)
        by = trail.actor(user, origin_of(self.request))
        sessions.end_sessions_of(user, by=by, why="password", keep=self.request.session.session_key)
        trail.note("password.changed", by=by)

    # --- Mail ---------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox: a slow mail server must not tell who has an account."""
        subject, body = compose(template_prefix, context)
        owner = EmailAddress.objects.filter(email=email, verified=True).values_list("user_id", flat=True).first()
        kind = f"account.{template_prefix.rpartition('/')[2]}"
        note = Note(kind=kind, subject=subject, body=body, secret=holds_secret(context))
        send_email(note, address=email, dedupe_key=f"{kind}:{uuid.uuid4()}", recipient_id=owner)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell the person that their sign-in was changed; a change of address is recorded here."""
        if template_prefix not in QUEUED_BY_VIEWS:
            self.tell(template_prefix, user, email=kwargs.get("email"))

    def tell(self, template_prefix: str, user: User, *, email: str | None = None) -> None:
        """Put the notice into the outbox, in the transaction of the change."""
        if template_prefix == "account/email/email_changed":
            trail.note("email.changed", by=trail.actor(user, origin_of(self.request)))
        address = email or EmailAddress.objects.get_primary_email(user)
        if address:
            self.send_mail(template_prefix, address, {})

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link, or for somebody without a password the advice to use their organisation's sign-in."""
        prefix = "password_reset_key" if user.has_usable_password() else "password_reset_by_organisation"
        link = context if user.has_usable_password() else {}
        self.send_mail(f"account/email/{prefix}", email, link)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link at the installation's own address: a request's Host header may be forged."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL.rstrip('/')}{path.replace('UID-KEY', key)}"

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing by itself: each page says what happened."""
        if kwargs.get("message"):
            super().add_message(request, level, *args, **kwargs)
