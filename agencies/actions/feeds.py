"""The address that a calendar program reads: made once, shown once, kept as a hash, and asked for at every fetch."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from agencies import access
from agencies.acting import Acting, acting_under
from agencies.models import CalendarFeed, Membership, User
from agencies.querysets import CalendarFeedQuerySet
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor, Origin
from safeguard.audit.models import AuditRow
from safeguard.notifications.actions import Note, put_in_inbox

TARGET = "agencies.CalendarFeed"
BETWEEN_WRITES = timedelta(minutes=1)  # "last read" is at most this old


@one_transaction
def make(*, page: str, by: Acting) -> str:
    """Return the secret of a new address of the acted-for membership; one that it had opens nothing any more.

    The secret is kept nowhere. ``page`` is where its holder can stop it. Raises Http404 without a membership.
    """
    membership = access.acted_for_membership(by)
    # Two requests at once must not both find none.
    Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    _stop(_working(membership), by=by, why="replaced")
    secret = secrets.token_urlsafe(32)
    made = CalendarFeed.objects.create(membership=membership, secret_hash=_hash(secret))
    record("calendar.make", by=by, target=TARGET, uuids=[made.uuid])
    _tell(membership, made, page)
    return secret


@one_transaction
def stop(*, by: Acting) -> bool:
    """Make the address of the acted-for membership open nothing any more. Returns whether there was one.

    Raises Http404 without a membership.
    """
    return bool(_stop(_working(access.acted_for_membership(by)), by=by, why="stopped"))


def stop_all_of(user: User, *, by: Actor, why: str) -> int:
    """Stop every address of ``user``, in the caller's transaction; return how many.

    For whoever changes how the person signs in, or ends their sessions, and was allowed to.
    """
    return _stop(CalendarFeed.objects.working().of(user), by=by, why=why)


def own(by: Acting) -> CalendarFeed | None:
    """Return the address of the acted-for membership that works; None where there is none. Raises Http404."""
    return _working(access.acted_for_membership(by)).first()


def accept(secret: str, *, origin: Origin) -> tuple[CalendarFeed, Acting] | None:
    """Return the address with that ``secret`` and its holder acting under its membership, None where it opens nothing.

    One query; "last read" is written at most each minute.
    """
    found: Any = CalendarFeed.objects.usable().filter(secret_hash=_hash(secret)).first()
    if found is None:
        return None
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=Now() - BETWEEN_WRITES)
    # Another fetch may hold the row until it ends: then that one says it.
    free = CalendarFeed.objects.select_for_update(skip_locked=True).filter(due, pk=found.pk)
    CalendarFeed.objects.filter(pk__in=free.values("pk")).update(last_used_at=Now())
    holder = found.membership
    places = {"team_ids": found.live_teams, "group_ids": found.live_groups}
    return found, acting_under(holder, holder.user, origin, **places)


def record_refused(secret: str, *, origin: Origin) -> None:
    """Add the audit row of a ``secret`` that opened nothing, with the address where there was one."""
    known = CalendarFeed.objects.filter(secret_hash=_hash(secret)).first()
    record(
        "calendar.refused",
        by=Actor(job="calendar", origin=origin),
        kind=AuditRow.Kind.SIGN_IN,
        target=TARGET,
        uuids=[known.uuid] if known else [],
    )


def _working(membership: Membership) -> CalendarFeedQuerySet:
    return CalendarFeed.objects.working().filter(membership=membership)


def _stop(feeds: CalendarFeedQuerySet, *, by: Actor, why: str) -> int:
    found = list(feeds.select_for_update(of=("self",)))
    if found:
        CalendarFeed.objects.filter(pk__in=[each.pk for each in found]).update(stopped_at=Now())
        record("calendar.stop", by=by, target=TARGET, uuids=[each.uuid for each in found], detail={"why": why})
    return len(found)


def _tell(membership: Membership, made: CalendarFeed, page: str) -> None:
    subject = _("A calendar address was made in your name. If it was not you, stop it and change your password")
    note = Note(kind="calendar.made", subject=subject, body="", path=page)
    put_in_inbox(
        note,
        recipient_id=membership.user_id,
        dedupe_key=f"calendar.made:{made.uuid}",
        agency_id=membership.agency_id,
    )


def _hash(secret: str) -> str:
    # Plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess slowly.
    return hashlib.sha256(secret.encode()).hexdigest()
