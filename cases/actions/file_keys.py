"""Encrypting the keys of all stored files anew with the keyset's primary key; the files themselves stay as they are."""

from collections.abc import Iterator

from django.db import transaction

from agencies.sign_in.rotation import Counts
from cases import beyond_sight
from safeguard.audit.actions import record
from safeguard.audit.actor import Actor
from safeguard.common.encryption import CannotDecrypt, reencrypted

BATCH = 100


def reencrypt_file_keys(*, by: Actor, batch: int = BATCH) -> Iterator[Counts]:
    """Go through the keys of all files, ``batch`` rows a transaction, and yield the counts of each.

    What already uses the primary key is left alone, so a run that was cut off is simply run again. Raises
    DatabaseError for every database role but the worker's.
    """
    last: beyond_sight.FileKey | None = None
    while True:
        with transaction.atomic():
            keys = beyond_sight.file_keys(last, batch)
            if not keys:
                return
            counts = _reencrypt(keys, by)
        yield counts
        last = keys[-1]


def _reencrypt(keys: list[beyond_sight.FileKey], by: Actor) -> Counts:
    counts, changed = Counts(), []
    for key in keys:
        try:
            sealed = reencrypted(key.sealed_key, context=f"{key.table}:sealed_key:{key.uuid}")
        except CannotDecrypt:
            counts.unreadable.append(key.pk)
            continue
        if sealed != key.sealed_key and beyond_sight.change_file_key(key, sealed):
            changed.append(key.uuid)
        else:
            counts.current += 1
    counts.changed = len(changed)
    if changed:
        record("secrets.reencrypt", by=by, target="cases.Attachment", uuids=changed, detail={"count": len(changed)})
    return counts
