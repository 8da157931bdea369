"""How long a session lasts: an idle limit and an absolute one, without a database write per request."""

import time
from collections.abc import Callable
from enum import StrEnum

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from agencies.middleware import OUTSIDE, origin_of
from agencies.sign_in import trail

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# The last request is written down at most this often: a session may live this much longer than it should.
SECONDS_BETWEEN_WRITES = 60
EVENT_STREAM = "text/event-stream"


class Ended(StrEnum):
    """Why a session was ended."""

    IDLE = "idle"
    TOO_OLD = "too_old"


class SessionLimitsMiddleware:
    """Signs a person out whose session has been idle or has lasted too long; ``request.session_ended`` says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``, signed out where the session is over its limits."""
        request.session_ended = request.session_owner = None  # type: ignore[attr-defined]  # read by middleware.py
        if _has_session(request) and request.user.is_authenticated:
            _check(request)
        return self.get_response(request)


def _has_session(request: HttpRequest) -> bool:
    # Asking for the user costs two queries: visitors and health checks must not pay them.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(OUTSIDE)


def _check(request: HttpRequest) -> None:
    ended = _limit_passed(request)
    if ended:
        _end(request, ended)
    elif not _is_peek(request):
        _touch(request)


def _is_peek(request: HttpRequest) -> bool:
    # Neither the page's own question nor its stream of news is a sign that somebody is there.
    asks = "peek" in request.GET and request.path == reverse("account_keep_alive")
    return asks or request.headers.get("Accept") == EVENT_STREAM


def _limit_passed(request: HttpRequest) -> Ended | None:
    now, session = time.time(), request.session
    # The last write may lag behind the last request; the page's own question "has it ended?" needs no grace.
    grace = 0 if _is_peek(request) else SECONDS_BETWEEN_WRITES
    if now - session.get(SEEN_AT, now) > settings.SESSION_IDLE_SECONDS + grace:
        return Ended.IDLE
    if now - session.get(SIGNED_IN_AT, now) > settings.SESSION_COOKIE_AGE:
        return Ended.TOO_OLD
    return None


@transaction.atomic
def _end(request: HttpRequest, why: Ended) -> None:
    person = trail.actor(request.user, origin_of(request))
    request.session_owner = request.user.pk  # type: ignore[attr-defined]  # whose typed text it is
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    trail.note("session.expired", by=person, detail={"why": why})
    logout(request)
    request.session_ended = why  # type: ignore[attr-defined]  # read by middleware.py


def _touch(request: HttpRequest) -> None:
    now, session = int(time.time()), request.session
    if SIGNED_IN_AT not in session:
        session[SIGNED_IN_AT] = now
        UserSession.objects.create_from_request(request)
    if now - session.get(SEEN_AT, 0) >= SECONDS_BETWEEN_WRITES:
        session[SEEN_AT] = now
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
