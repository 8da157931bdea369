"""What this session has proved about the person: which factors, and how long ago.

allauth keeps a list of records in the session. Its own "recently re-authenticated" passes everybody who
signs in by single sign-on only, and takes any one factor; here a sensitive step asks for a passkey, or
for the password together with a code, or for the organisation's own recent multi-factor sign-in.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from agencies.models import Membership
from agencies.sign_in import kept

# In the session: {"provider": id, "agency": its agency's UUID, "auth_time": seconds or None, "mfa": whether its acr
# counts as two factors}.
SINGLE_SIGN_ON = "single_sign_on"
# In the session of a person who has no second step: the banner must not cost a query a page.
NO_SECOND_STEP = "no_second_step"
Type = Authenticator.Type
CODES = frozenset({Type.TOTP.value, Type.RECOVERY_CODES.value})
STRONG = (Type.TOTP, Type.WEBAUTHN)

View = Callable[..., Any]


def has_authenticator(user: Any) -> bool:
    """Return whether the person has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exists())


def has_second_factor(request: HttpRequest) -> bool:
    """Return whether this session was opened with two factors, of which the local one still exists."""
    if request.session.get(SINGLE_SIGN_ON, {}).get("mfa"):
        return True
    used = any(record["method"] == "mfa" for record in _records(request))
    return used and has_authenticator(request.user)


def missing_step(request: HttpRequest) -> str | None:
    """Return the URL name of the page that gives the next proof for a sensitive step; None when all is proved."""
    recent = _recent(request)
    if Type.WEBAUTHN in recent or ("single_sign_on" in recent and not works_elsewhere(request)):
        return None
    factors = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    if factors and not recent & CODES and (Type.TOTP not in factors or "password" in recent):
        return "mfa_reauthenticate" if Type.TOTP in factors else "mfa_reauthenticate_webauthn"
    if request.user.is_authenticated and request.user.has_usable_password():
        return None if "password" in recent else "account_reauthenticate"
    if Type.TOTP in factors:
        return None if recent & CODES else "mfa_reauthenticate"
    return "account_reauthenticate_single_sign_on"


def second_factor_step(user: Any) -> str:
    """Return the URL name of the page where the person gives a second factor, or sets one up."""
    types = set(Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).values_list("type", flat=True))
    if not types:
        return "mfa_index"
    return "mfa_reauthenticate" if Type.TOTP in types else "mfa_reauthenticate_webauthn"


def confined_to(request: HttpRequest) -> str | None:
    """Return the UUID of the only agency that this session may act for, None where it may act for any.

    A session that an agency's provider opened is confined to that agency until the person has proved
    themself here by a passkey, or by password and code. Asks the database nothing.
    """
    organisation = request.session.get(SINGLE_SIGN_ON)
    if organisation is None or _is_local(set(methods(request))):
        return None
    return str(organisation.get("agency", ""))


def step_out(request: HttpRequest) -> str | None:
    """Return the URL name of the page that gives the next proof to leave ``confined_to``; None when all is proved."""
    if confined_to(request) is None:
        return None
    user: Any = request.user
    step = second_factor_step(user)
    if step != "mfa_reauthenticate" or "password" in methods(request):
        return step
    return "account_reauthenticate" if user.has_usable_password() else "account_set_password"


def works_elsewhere(request: HttpRequest) -> bool:
    """Return whether the person works, or will, for another agency than the one whose provider opened the session.

    Then the provider's word is no proof for a sensitive step: a passkey added by it would open the other too.
    """
    user: Any = request.user
    agency = request.session.get(SINGLE_SIGN_ON, {}).get("agency")
    own = Membership.objects.of(user).overlapping(timezone.now(), None)
    return any(str(uuid) != agency for uuid in own.values_list("agency__uuid", flat=True))


def _is_local(used: set[str]) -> bool:
    return Type.WEBAUTHN in used or ("password" in used and bool(used & CODES))


def fresh_second_factor(view: View) -> View:
    """Let ``view`` run only for a person whose factors were proved within FRESH_FACTOR_SECONDS.

    A page leads through the missing proofs and back. A submitted form is shown again with its text kept,
    to be sent once more after the proof.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        step = missing_step(request)
        if step is None:
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        url = f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}"
        if request.method in {"GET", "HEAD"}:
            return HttpResponseRedirect(url)
        return kept.form_shown_again(request, kept.Why.CONFIRM, proof_url=reverse(step), owner=request.user.pk)

    return guarded


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return records


def _recent(request: HttpRequest) -> set[str]:
    since = time.time() - settings.FRESH_FACTOR_SECONDS
    found = {
        record["type"] if record["method"] == "mfa" else record["method"]
        for record in _records(request)
        if record["at"] >= since
    }
    organisation = request.session.get(SINGLE_SIGN_ON, {})
    if organisation.get("mfa") and (organisation.get("auth_time") or 0) >= since:
        found.add("single_sign_on")
    return found


def methods(request: HttpRequest) -> list[str]:
    """Return how the person signed in to this session, such as ``["password", "totp"]``."""
    return [record.get("type", record["method"]) for record in _records(request)]
