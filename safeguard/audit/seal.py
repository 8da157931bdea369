"""What a batch's seal consists of: its hash, with the previous one inside, and its signature."""

import hashlib
from datetime import UTC, datetime

from safeguard.audit import keys
from safeguard.audit.head_file import Head
from safeguard.audit.models import AuditBatch

GENESIS = bytes(32)
"""The previous hash of the first batch."""


def chain_hash(batch: AuditBatch) -> bytes:
    """Return the hash of everything that ``batch`` says, its previous hash included."""
    parts = [
        "safeguard audit",
        batch.format,
        batch.number,
        batch.cluster,
        batch.from_xid,
        batch.to_xid,
        batch.row_count,
        _text(batch.sealed_at),
        bytes(batch.content_hash).hex(),
        bytes(batch.previous_hash).hex(),
    ]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).digest()


def put_seal_on(batch: AuditBatch) -> AuditBatch:
    """Fill in the hash, the key's id and the signature of ``batch``."""
    key = keys.signing_key()
    batch.hash = chain_hash(batch)
    batch.key_id = keys.key_id(key.public_key())
    batch.signature = key.sign(bytes(batch.hash))
    return batch


def head_of(batch: AuditBatch) -> Head:
    """Return the line that the head file holds for ``batch``."""
    return Head(
        batch=batch.number,
        hash=bytes(batch.hash).hex(),
        at=_text(batch.sealed_at),
        key=batch.key_id,
        signature=bytes(batch.signature).hex(),
    )


def restore_accepted(batch: AuditBatch | None, *, at: datetime, reason: str) -> Head:
    """Return the signed line that makes ``batch`` (None: nothing sealed) the newest again after a restore."""
    number, hash_text = (batch.number, bytes(batch.hash).hex()) if batch else (0, GENESIS.hex())
    key = keys.signing_key()
    unsigned = Head(
        batch=number,
        hash=hash_text,
        at=_text(at),
        key=keys.key_id(key.public_key()),
        signature="",
        restored_to=True,
        reason=reason,
    )
    return Head(**{**vars(unsigned), "signature": key.sign(signed_text(unsigned)).hex()})


def signed_text(head: Head) -> bytes:
    """Return what the signature of ``head`` must be of."""
    if not head.restored_to:
        return bytes.fromhex(head.hash)
    return "\n".join(["restored", str(head.batch), head.hash, head.at, head.reason]).encode()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
