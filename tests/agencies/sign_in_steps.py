"""Signing in as people do, step by step, and an authenticator app of our own (RFC 6238)."""

import base64
import hashlib
import hmac
import re
import struct
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client

from agencies.models import User
from agencies.sign_in.mfa import authenticators_of
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import OutboxMessage
from tests.factories import PASSWORD, as_owner

SECRET = base64.b32encode(b"a secret of 20 bytes").decode()


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return the 6 digits that an authenticator app shows, ``steps`` periods of 30 s from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def give_app(user: User, secret: str = SECRET) -> Authenticator:
    """Give ``user`` an authenticator app and recovery codes."""
    with authenticators_of(user):
        app: Authenticator = TOTP.activate(user, secret).instance
        RecoveryCodes.activate(user)
    return app


def enter_password(client: Client, email: str, password: str = PASSWORD, **extra: str) -> HttpResponse:
    return client.post("/account/login/", {"login": email, "password": password}, **extra)  # type: ignore[arg-type,return-value]  # REMOTE_ADDR and headers


def enter_code(client: Client, code: str) -> HttpResponse:
    return client.post("/account/login/second-step/", {"code": code})  # type: ignore[return-value]  # the test client's response


def signed_in(user: User, *, app: bool = False, **extra: str) -> Client:
    """Return a client in which ``user`` has signed in by the real pages, with a code where they have an app."""
    client = Client()
    enter_password(client, user.email, **extra)
    if app:
        enter_code(client, code_now())
    assert "_auth_user_id" in client.session
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def age(client: Client, seconds: int, *keys: str) -> None:
    """Make the session's clocks ``keys`` and its authentication records older."""
    session = client.session
    for key in keys:
        session[key] -= seconds
    for record in session.get("account_authentication_methods", []):
        record["at"] -= seconds
    session.save()


def trail(action: str = "") -> list[AuditRow]:
    """Return the audit rows of sign-in, oldest first."""
    rows = AuditRow.objects.filter(kind=AuditRow.Kind.SIGN_IN).order_by("id")
    return list(rows.filter(action=action) if action else rows)


def link_in(text: str) -> str:
    """Return the path of the first link in a mail."""
    found = re.search(r"https?://[^/]+(/\S+)", text)
    assert found
    return found.group(1)


def mails(**wanted: str) -> list[OutboxMessage]:
    """Return the queued mails, oldest first; only the worker may read them, so here as the owner."""
    with as_owner():
        return list(OutboxMessage.objects.filter(**wanted).order_by("id"))
