"""Ending people's sessions, and telling them of a new one."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from agencies.access import manages
from agencies.acting import Acting
from agencies.actions import feeds, tokens
from agencies.models import Membership, User
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor
from safeguard.audit.models import AuditRow
from safeguard.notifications.actions import Note, put_in_inbox

# In the other sessions' data: shows a banner until the person has looked at their sessions.
ELSEWHERE = "signed_in_elsewhere"


@one_transaction
def end_sessions_of(user: User, *, by: Actor, why: str = "", keep: str | None = None) -> int:
    """End every session of ``user`` but the one with the session key ``keep``; returns how many.

    Their tokens for programs and calendar addresses are revoked too: whoever made one with a stolen session
    keeps no way in.

    Allowed to the person, to system jobs, and to whoever manages the people of an agency that the
    person has a membership in. Raises PermissionDenied.
    """
    if not may_end_sessions_of(user, by):
        message = "Only the person and their agency's manager may end these sessions."
        raise PermissionDenied(message)
    ended = list(UserSession.objects.filter(user=user).exclude(session_key=keep or ""))
    for session in ended:
        session.end()
    # A job ends sessions only with the last membership, with which the tokens have died already.
    revoked = tokens.revoke_all_of(user, by=by, why=why) if by.user_id else 0
    stopped = feeds.stop_all_of(user, by=by, why=why) if by.user_id else 0
    _record(user, by, {"count": len(ended), "tokens": revoked, "calendars": stopped, "why": why})
    return len(ended)


@one_transaction
def end_own_session(session: UserSession, *, by: Actor) -> None:
    """End one session of the person ``by``. Raises PermissionDenied for somebody else's."""
    if session.user_id != by.user_id:
        message = "This is not your session."
        raise PermissionDenied(message)
    session.end()
    _record(session.user, by, {"count": 1})


def clear_expired() -> int:
    """Delete the rows of sessions past their time, which open nothing any more. Returns how many sessions."""
    past = Now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    UserSession.objects.filter(last_seen_at__lt=past).delete()
    count, _by_model = _session_store().get_model_class().objects.filter(expire_date__lt=Now()).delete()
    return int(count)


def may_end_sessions_of(user: User, by: Actor) -> bool:
    """Return whether ``by`` is the person, a system job, or manages the people of one of their agencies."""
    if by.user_id == user.pk or by.user_id is None:
        return True
    agencies = Membership.objects.of(user).values_list("agency_id", flat=True)
    return isinstance(by, Acting) and any(manages(by, agency_id) for agency_id in agencies)


def tell_other_sessions(user: User, *, this: str) -> None:
    """Tell the person in their inbox and on their other sessions' pages that they signed in somewhere else.

    ``this`` is the new session's key. Says nothing when no other session is in use.
    """
    since = Now() - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    others = UserSession.objects.filter(user=user, last_seen_at__gt=since).exclude(session_key=this)
    told = [session for session in others if _leave_banner(session.session_key)]
    if told:
        note = Note(
            kind="sign_in.elsewhere",
            subject=_("You signed in somewhere else. If it was not you, end that session"),
            body="",
            path="/account/sessions/",
        )
        put_in_inbox(note, recipient_id=user.pk, dedupe_key=f"sign_in.elsewhere:{told[0].pk}:{this[:8]}")


def _leave_banner(key: str) -> bool:
    store = _session_store()(key)
    if not store.load():
        return False
    store[ELSEWHERE] = True
    store.save()
    return True


def _session_store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def _record(user: User, by: Actor, detail: dict[str, Any]) -> None:
    record("session.end", by=by, kind=AuditRow.Kind.SIGN_IN, target="agencies.User", uuids=[user.uuid], detail=detail)
