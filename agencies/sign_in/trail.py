"""The audit of sign-ins, failures, sign-outs and factor changes: ids and codes, never a typed e-mail address."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from agencies.middleware import origin_of
from agencies.models import User
from safeguard.audit.actions import record
from safeguard.audit.actor import Actor, Origin
from safeguard.audit.models import AuditRow


def actor(user: Any, origin: Origin) -> Actor:
    """Return ``user`` as an actor; somebody who is not (yet) signed in acts as the job "sign-in"."""
    return Actor(user_id=user.pk, origin=origin) if user.pk else Actor(job="sign-in", origin=origin)


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes ``request``, for the audit."""
    return actor(request.user, origin_of(request))


def note(action: str, *, by: Actor, about: User | None = None, detail: Mapping[str, Any] | None = None) -> None:
    """Add one row of kind SIGN_IN; ``about`` is the account concerned where that is not the actor."""
    uuids = [about.uuid] if about else []
    record(action, by=by, kind=AuditRow.Kind.SIGN_IN, target="agencies.User", uuids=uuids, detail=detail)
