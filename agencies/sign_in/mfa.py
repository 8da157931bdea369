"""allauth's second factors, with their secrets encrypted for one person and bound to our own address."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.stagekit import get_pending_stage
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import User
from safeguard.common import encryption

_whose: ContextVar[int | None] = ContextVar("whose_authenticator", default=None)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """How allauth keeps and names second factors here."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "That did not match. Check that you are using the newest code or the right passkey, and try again"
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "This is your only second step and you must keep one. Set up another before you remove it"
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return ``text`` encrypted for the person whose authenticator it is."""
        return encryption.encrypt(text, context=_context())

    def decrypt(self, encrypted_text: str) -> str:
        """Return what ``encrypt`` was given. Raises CannotDecrypt for another person's secret."""
        return encryption.decrypt(encrypted_text, context=_context())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last second step where one is required."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return not settings.MFA_REQUIRED or others.exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  (allauth's name)
        """Return "Passkey", "Passkey 2" and so on."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return who asks for a passkey: the installation's own host, never the request's."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "localhost", "name": settings.MFA_TOTP_ISSUER}


@contextmanager
def authenticators_of(user: User) -> Iterator[None]:
    """Encrypt and decrypt for ``user`` in the body: for commands, which have no request to tell whose it is."""
    token = _whose.set(user.pk)
    try:
        yield
    finally:
        _whose.reset(token)


def _context() -> str:
    # allauth gives only the text, before the row has a key: the person is the narrowest place there is.
    return context_of(_user_id())


def context_of(user_id: int) -> str:
    """Return the place that the authenticator secrets of a person are encrypted for."""
    return f"mfa_authenticator:data:user:{user_id}"


def _user_id() -> int:
    if (chosen := _whose.get()) is not None:
        return chosen
    request: HttpRequest = context.request
    user = request.user if request.user.is_authenticated else _signing_in(request)
    if user.pk is None:
        message = "Nobody is signed in or signing in: whose authenticator is it?"
        raise LookupError(message)
    return int(user.pk)


def _signing_in(request: HttpRequest) -> Any:
    stage = getattr(request, "_login_stage", None) or get_pending_stage(request)
    return stage.login.user if stage else AnonymousUser()
