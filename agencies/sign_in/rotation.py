"""Encrypting every stored authenticator secret anew with the keyset's primary key."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from agencies.sign_in.mfa import context_of
from safeguard.audit.actions import record
from safeguard.audit.actor import Actor
from safeguard.common.encryption import CannotDecrypt, reencrypted

# Where allauth puts what it encrypts, in an authenticator's JSON; a passkey holds no secret.
TEXTS, LISTS = ("secret", "seed"), ("migrated_codes",)
BATCH = 100


@dataclass
class Counts:
    """What became of the authenticators: ``unreadable`` are the ids that no key of the keyset opens."""

    changed: int = 0
    current: int = 0
    unreadable: list[int] = field(default_factory=list)


def reencrypt_authenticators(*, by: Actor, batch: int = BATCH) -> Iterator[Counts]:
    """Go through all authenticators, ``batch`` rows a transaction, and yield the counts of each.

    What already uses the primary key is left alone, so a run that was cut off is simply run again.
    """
    after = 0
    while ids := _next(after, batch):
        yield _reencrypt(ids, by)
        after = ids[-1]


def _next(after: int, batch: int) -> list[int]:
    return list(Authenticator.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:batch])


@transaction.atomic
def _reencrypt(ids: list[int], by: Actor) -> Counts:
    counts = Counts()
    for row in Authenticator.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
        try:
            data = _anew(row.data, context_of(row.user_id))
        except CannotDecrypt:
            counts.unreadable.append(row.pk)
            continue
        if data == row.data:
            counts.current += 1
            continue
        row.data = data
        row.save(update_fields=["data"])
        counts.changed += 1
    if counts.changed:
        record("secrets.reencrypt", by=by, target="mfa.Authenticator", detail={"count": counts.changed})
    return counts


def _anew(data: dict[str, Any], context: str) -> dict[str, Any]:
    texts = {name: reencrypted(data[name], context=context) for name in TEXTS if name in data}
    lists = {name: [reencrypted(each, context=context) for each in data[name]] for name in LISTS if name in data}
    return data | texts | lists
