"""Who asks: a browser's session with both factors, or a bearer token. There is no third way.

A token sets whom the request acts as here and not in ActingMiddleware, so that no page can be opened
with one: only views of the interface for programs ever read the header.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from agencies.actions import tokens
from agencies.api.throttles import FailuresByAddress
from agencies.middleware import origin_of
from agencies.models import ApiToken
from agencies.sign_in import proof
from safeguard.common import row_security

SCHEME = b"bearer"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``: acts under the token's membership, whatever session comes with it."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """Return the holder and the token, None without the header. Raises AuthenticationFailed, Throttled."""
        scheme, *rest = get_authorization_header(request).split() or [b""]
        if scheme.lower() != SCHEME:
            return None
        accepted = tokens.accept(_text(rest), origin=origin_of(request))
        if accepted is None:
            raise self._refused(request, _text(rest))
        request._request.acting = accepted.by  # type: ignore[attr-defined]  # as ActingMiddleware does
        accepted.by.user.acting = accepted.by
        row_security.apply(accepted.by.row_security())
        return accepted.by.user, accepted.token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return 'Bearer realm="Safeguard"'

    @staticmethod
    def _refused(request: Request, secret: str) -> Exception:
        # Counted after the look-up: a broken program must not lock out the others behind the same address.
        failures = FailuresByAddress()
        if failures.are_too_many(request):
            return Throttled(failures.wait())
        tokens.record_refused(secret, origin=origin_of(request))
        return AuthenticationFailed(_("This token does not work: it is unknown, expired or revoked."))


class BrowserSession(SessionAuthentication):
    """The session of a signed-in person, with CSRF protection and, where it is required, both factors."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the person. Raises PermissionDenied without the CSRF token or the second factor."""
        found = super().authenticate(request)
        if found and settings.MFA_REQUIRED and not proof.has_second_factor(request._request):
            raise PermissionDenied(_("A second factor is needed: sign in again with it."))
        return (found[0], None) if found else None


def _text(rest: list[bytes]) -> str:
    return b" ".join(rest).decode("latin-1")
