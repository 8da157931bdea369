"""Tokens for programs: made once, shown once, kept as a hash, and asked for at every request."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies import access
from agencies.acting import Acting, acting_under
from agencies.models import ApiToken, Membership, User
from agencies.models.token import BETWEEN_WRITES
from agencies.scopes import scopes_for
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor, Origin
from safeguard.audit.models import AuditRow
from safeguard.notifications.actions import Note, put_in_inbox

TARGET = "agencies.ApiToken"
MARK = "sgt_"  # tells secret scanners, and people, what a stray string is
SHOWN = len(MARK) + 6  # characters kept in clear, for recognition
MOST = 10  # working tokens of one membership
LIFETIMES = (7, 30, 90)  # days


class Why(StrEnum):
    """Why a token opens nothing; for the audit, never for the caller."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    HOLDER = "holder"  # the membership ended, or the account or the agency is not active


@dataclass(frozen=True)
class Accepted:
    """A token that was accepted, and its holder acting under its membership."""

    token: ApiToken
    by: Acting


@one_transaction
def create(*, name: str, scopes: Collection[str], days: int, by: Acting) -> tuple[ApiToken, str]:
    """Return a new token of the acted-for membership and its secret, which is kept nowhere.

    ``days`` is one of LIFETIMES. Raises ValidationError with a message by field, Http404 without a membership.
    """
    membership = access.acted_for_membership(by)
    _check(scopes, days, by)
    _check_room(membership)
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        membership=membership,
        name=name.strip(),
        scopes=sorted(scopes),
        prefix=secret[:SHOWN],
        secret_hash=_hash(secret),
        expires_at=Now() + timedelta(days=days),
    )
    detail = {"scopes": sorted(scopes), "days": days}
    record("token.create", by=by, target=TARGET, uuids=[token.uuid], detail=detail)
    token.refresh_from_db()
    _tell(token, _("A token was made in your name. If it was not you, revoke it and change your password"), "made")
    return token, secret


@one_transaction
def revoke(token: ApiToken, *, by: Acting) -> None:
    """Revoke ``token``: its next request is refused. A second time changes nothing.

    Raises Http404 unless it is ``by``'s own, or that of a member of an agency that they manage.
    """
    access.check_may_revoke(by, token)
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if not changed.update(revoked_at=Now(), revoked_by_id=by.user_id):
        return
    record("token.revoke", by=by, target=TARGET, uuids=[token.uuid])
    if token.membership.user_id != by.user_id:
        _tell(token, _("A manager revoked one of your tokens. The program that used it is refused"), "revoked")


def revoke_all_of(user: User, *, by: Actor, why: str) -> int:
    """Revoke every working token of ``user``, in the caller's transaction; return how many.

    For whoever changes how the person signs in, or ends their sessions, and was allowed to.
    """
    working = ApiToken.objects.working().of(user).select_for_update(of=("self",))
    found = list(working.select_related("membership"))
    if not found:
        return 0
    ApiToken.objects.filter(pk__in=[token.pk for token in found]).update(revoked_at=Now(), revoked_by_id=by.user_id)
    record("token.revoke", by=by, target=TARGET, uuids=[token.uuid for token in found], detail={"why": why})
    for token in found:
        _tell(token, _("One of your tokens was revoked when you were signed out everywhere"), "revoked")
    return len(found)


def accept(secret: str, *, origin: Origin) -> Accepted | None:
    """Return the token with that ``secret`` and its holder, None where it opens nothing.

    One query; "last used" is written at most each minute.
    """
    found: Any = ApiToken.objects.usable().with_holders().with_groups().filter(secret_hash=_hash(secret)).first()
    if found is None:
        return None
    _touch(found)
    holder, teams, groups = found.membership, found.live_teams, found.live_groups
    return Accepted(found, acting_under(holder, holder.user, origin, team_ids=teams, group_ids=groups))


def record_refused(secret: str, *, origin: Origin) -> None:
    """Add the audit row of a ``secret`` that opened nothing, with the reason and the token where there is one."""
    token = ApiToken.objects.filter(secret_hash=_hash(secret)).first()
    record(
        "token.refused",
        by=Actor(job="token sign-in", origin=origin),
        kind=AuditRow.Kind.SIGN_IN,
        target=TARGET,
        uuids=[token.uuid] if token else [],
        detail={"why": _why(token)},
    )


def _why(token: ApiToken | None) -> Why:
    if token is None:
        return Why.UNKNOWN
    if token.revoked_at is not None:
        return Why.REVOKED
    return Why.HOLDER if ApiToken.objects.working().filter(pk=token.pk).exists() else Why.EXPIRED


def _check(scopes: Collection[str], days: int, by: Acting) -> None:
    if not scopes or not set(scopes) <= {scope.value for scope in scopes_for(by.capabilities)}:
        raise ValidationError({"scopes": _("Choose what the token may read, from what your roles allow")})
    if days not in LIFETIMES:
        raise ValidationError({"days": _("Choose how long the token works: 90 days at most")})


def _check_room(membership: Membership) -> None:
    # Two requests at once must not both see nine.
    Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if ApiToken.objects.working().filter(membership=membership).count() >= MOST:
        message = _("You have %(count)s tokens that work. Nothing was saved: revoke one that you no longer need first")
        raise ValidationError(message % {"count": MOST})


def _tell(token: ApiToken, subject: str, what: str) -> None:
    note = Note(kind=f"token.{what}", subject=subject, body="", path=reverse("agencies:tokens"))
    put_in_inbox(
        note,
        recipient_id=token.membership.user_id,
        dedupe_key=f"token.{what}:{token.uuid}",
        agency_id=token.membership.agency_id,
    )


def _touch(token: ApiToken) -> None:
    if token.is_touched_lately:
        return
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=Now() - BETWEEN_WRITES)
    # Another request may hold the row until it ends: then that one says it.
    free = ApiToken.objects.select_for_update(skip_locked=True).filter(due, pk=token.pk)
    ApiToken.objects.filter(pk__in=free.values("pk")).update(last_used_at=Now())


def _hash(secret: str) -> str:
    # Plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess slowly.
    return hashlib.sha256(secret.encode()).hexdigest()
