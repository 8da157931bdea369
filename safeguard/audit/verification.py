"""Proving that the audit is what was written: every batch recomputed, the chain, the signatures, the head file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import Count, Min

from safeguard.audit import head_file, keys, seal, sealing
from safeguard.audit.digest import Digest, digests_of_batches
from safeguard.audit.head_file import Head
from safeguard.audit.models import AuditBatch, AuditRow

CHUNK = 1000


@dataclass(frozen=True)
class Broken:
    """The first batch that does not hold, and why."""

    batch: int
    reason: str


@dataclass
class Report:
    """What a verification found. ``oldest_unsealed`` is the time of the oldest row that no batch covers yet."""

    broken: Broken | None = None
    batches: int = 0
    rows: int = 0
    retired_batches: int = 0
    heads: int = 0
    heads_put_aside: int = 0
    unsealed_rows: int = 0
    oldest_unsealed: datetime | None = None


@dataclass(frozen=True)
class Retired:
    """Transactions whose rows were removed under a retention rule, which the audit itself records."""

    cluster: int
    first_xid: int
    last_xid: int

    def covers(self, batch: AuditBatch) -> bool:
        """Return whether the removal reached ``batch``."""
        return self.cluster == batch.cluster and self.first_xid < batch.to_xid and self.last_xid >= batch.from_xid


@dataclass
class _Evidence:
    keys: Mapping[str, Ed25519PublicKey]
    heads: Mapping[int, Head]
    retired: list[Retired] = field(default_factory=list)


def verify(heads: Path, since: datetime | None = None) -> Report:
    """Check every batch sealed at or after ``since`` (None: all) against the rows and the file ``heads``."""
    standing, put_aside = head_file.standing(heads)
    evidence = _Evidence(keys.trusted(), standing, _retired())
    report = Report(heads=len(standing), heads_put_aside=put_aside)
    previous = _batch_before(since)
    for batch, digest in _batches_with_digests(previous):
        reason = _fault(batch, previous, digest, evidence)
        if reason:
            number = previous.number + 1 if previous else 1
            report.broken = Broken(min(batch.number, number), reason)
            break
        _count(report, batch, digest)
        previous = batch
    report.broken = report.broken or _beyond_the_end(previous, evidence)
    _count_unsealed(report)
    return report


def _count(report: Report, batch: AuditBatch, digest: Digest) -> None:
    report.batches += 1
    report.rows += digest.row_count
    report.retired_batches += digest.row_count < batch.row_count


def _batch_before(since: datetime | None) -> AuditBatch | None:
    if since is None:
        return None
    return AuditBatch.objects.filter(sealed_at__lt=since).order_by("-number").first()


def _batches_with_digests(previous: AuditBatch | None) -> Iterator[tuple[AuditBatch, Digest]]:
    number = previous.number if previous else -1
    while chunk := list(AuditBatch.objects.filter(number__gt=number).order_by("number")[:CHUNK]):
        for written_as, group in groupby(chunk, key=lambda batch: batch.format):
            batches = list(group)
            digests = digests_of_batches(batches[0].number, batches[-1].number, written_as)
            yield from ((batch, digests[batch.number]) for batch in batches)
        number = chunk[-1].number


def _fault(batch: AuditBatch, previous: AuditBatch | None, digest: Digest, evidence: _Evidence) -> str:
    return (
        _chain_fault(batch, previous)
        or _seal_fault(batch, evidence.keys)
        or _content_fault(batch, digest, evidence.retired)
        or _head_fault(batch, evidence)
    )


def _chain_fault(batch: AuditBatch, previous: AuditBatch | None) -> str:
    expected = previous.number + 1 if previous else 1
    if batch.number != expected:
        return f"the batch is missing; the next one there is {batch.number}"
    if bytes(batch.previous_hash) != (bytes(previous.hash) if previous else seal.GENESIS):
        return "it does not follow from the batch before it"
    return ""


def _seal_fault(batch: AuditBatch, trusted: Mapping[str, Ed25519PublicKey]) -> str:
    if seal.chain_hash(batch) != bytes(batch.hash):
        return "the batch itself was changed"
    if not keys.is_signed(trusted, batch.key_id, bytes(batch.signature), bytes(batch.hash)):
        return f"it is not signed by a trusted key (it names key {batch.key_id})"
    return ""


def _content_fault(batch: AuditBatch, digest: Digest, retired: list[Retired]) -> str:
    difference = digest.row_count - batch.row_count
    if digest.row_count == 0 and difference and any(removal.covers(batch) for removal in retired):
        return ""
    if difference < 0:
        return f"rows missing: {-difference} of {batch.row_count}"
    if difference > 0:
        return f"rows added after it was sealed: {difference}"
    if digest.content_hash != bytes(batch.content_hash):
        return "at least one of its rows was changed"
    return ""


def _head_fault(batch: AuditBatch, evidence: _Evidence) -> str:
    head = evidence.heads.get(batch.number)
    if head is None or head.hash == bytes(batch.hash).hex():
        return ""
    if not _is_genuine(head, evidence.keys):
        return "the head file's line for it is not signed by a trusted key"
    return "the head file holds another hash for it: it was sealed again later"


def _beyond_the_end(last: AuditBatch | None, evidence: _Evidence) -> Broken | None:
    """Return what the head file knows beyond the last batch of the database."""
    end = last.number if last else 0
    later = sorted(number for number in evidence.heads if number > end)
    if not later:
        return None
    if not _is_genuine(evidence.heads[later[-1]], evidence.keys):
        return Broken(later[-1], "the head file's line for it is not signed by a trusted key")
    return Broken(end + 1, f"the batch is missing; the head file knows batches up to {later[-1]}")


def _is_genuine(head: Head, trusted: Mapping[str, Ed25519PublicKey]) -> bool:
    return keys.is_signed(trusted, head.key, bytes.fromhex(head.signature), seal.signed_text(head))


def _retired() -> list[Retired]:
    details = AuditRow.objects.filter(action="audit.retention", job="retention").values_list("detail", flat=True)
    return [Retired(int(each["cluster"]), each["first_xid"], each["last_xid"]) for each in details]


def _count_unsealed(report: Report) -> None:
    for rows in sealing.unsealed():
        waiting = AuditRow.objects.filter(cluster=rows.cluster, xid__gte=rows.from_xid)
        found = waiting.aggregate(count=Count("id"), oldest=Min("at"))
        report.unsealed_rows += found["count"]
        report.oldest_unsealed = min(filter(None, [report.oldest_unsealed, found["oldest"]]), default=None)
