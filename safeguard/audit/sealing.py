"""Sealing: about every second the rows whose transactions are settled become one signed batch.

A row is settled when no transaction as old as its own is still open: its xid lies below the snapshot's
xmin, so nothing can appear among or before such rows any more. Each batch covers a range of transactions
without a gap to the one before, so a row that is slipped in later falls into a range whose hash is known.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from safeguard.audit import actions, head_file, seal
from safeguard.audit.actor import Actor
from safeguard.audit.digest import CURRENT_FORMAT, Range, digest
from safeguard.audit.models import AuditBatch, AuditRow

SEALER_LOCK = 7214001
BATCH_ROWS = 10_000


class HeadMismatch(RuntimeError):
    """The file outside the database knows a batch that the database does not hold."""


def seal_settled(most: int = 100) -> int:
    """Seal what is settled in at most ``most`` batches, each its own transaction, and publish the newest head.

    Returns the number of batches made: none while another sealer works. Raises HeadMismatch when the
    database lacks a batch that the head file names; nothing is sealed until somebody has looked.
    """
    made = 0
    while made < most and seal_next():
        made += 1
    publish()
    return made


def seal_next() -> bool:
    """Seal one batch. Returns whether there was anything to seal."""
    with transaction.atomic():
        if not _is_only_sealer():
            return False
        newest = AuditBatch.objects.last_sealed()
        _check_head(newest)
        rows = next((rows for reach in _unsealed_clusters() if (rows := _next_range(*reach))), None)
        if rows is not None:
            _batch(rows, newest).save(force_insert=True)
        return rows is not None


def publish() -> None:
    """Append the newest committed batch to the head file, unless it is there already or another sealer does it."""
    with transaction.atomic():
        if not _is_only_sealer():
            return
        newest, known = AuditBatch.objects.last_sealed(), head_file.last(_head_path())
        if newest and (known is None or newest.number > known.batch):
            head_file.append(_head_path(), seal.head_of(newest))


def accept_restore(reason: str, *, by: Actor) -> int:
    """Say in the head file that the database was restored from a backup. Returns the batch from which it goes on."""
    with transaction.atomic():
        newest = AuditBatch.objects.last_sealed()
        number = newest.number if newest else 0
        actions.record("audit.accept_restore", by=by, reason=reason, detail={"batch": number})
        head_file.append(_head_path(), seal.restore_accepted(newest, at=timezone.now(), reason=reason))
    return number


def unsealed() -> list[Range]:
    """Return the ranges of transactions that no batch covers yet, one per cluster."""
    return [Range(cluster, from_xid, 2**63 - 1) for cluster, from_xid, _ in _unsealed_clusters()]


def _head_path() -> Path:
    return Path(settings.AUDIT_HEAD_FILE)


def _is_only_sealer() -> bool:
    return bool(_one("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])[0])


def _check_head(newest: AuditBatch | None) -> None:
    known = head_file.last(_head_path())
    if known is None or known.batch == 0:
        return
    batch = AuditBatch.objects.filter(number=known.batch).first() if newest else None
    if batch is None or bytes(batch.hash).hex() != known.hash:
        message = (
            f"The audit's head file knows batch {known.batch}, and the database does not hold it. Nothing is sealed"
            " until this is settled: run `manage.py verify_audit`; after a restore from a backup run"
            " `manage.py accept_audit_restore`."
        )
        raise HeadMismatch(message)


def _unsealed_clusters() -> list[tuple[int, int, int | None]]:
    """Return (cluster, first xid without a seal, horizon) per cluster, this one last; others have no horizon.

    The clusters are found by skipping along the index: one probe each, however many rows there are.
    """
    sql = """
        WITH RECURSIVE known(cluster) AS (
            SELECT min(cluster) FROM audit_auditrow
            UNION ALL
            SELECT (SELECT min(r.cluster) FROM audit_auditrow r WHERE r.cluster > known.cluster)
            FROM known WHERE known.cluster IS NOT NULL
        )
        SELECT cluster,
               coalesce((SELECT max(to_xid) FROM audit_auditbatch b WHERE b.cluster = known.cluster), 0),
               CASE WHEN cluster = here.system_identifier
                    THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint END
        FROM known, pg_control_system() here WHERE cluster IS NOT NULL
        ORDER BY cluster = here.system_identifier, cluster
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(cluster, from_xid, horizon) for cluster, from_xid, horizon in cursor.fetchall()]


def _next_range(cluster: int, from_xid: int, horizon: int | None) -> Range | None:
    """Return the transactions of the next batch: about BATCH_ROWS rows, a transaction is never divided."""
    waiting = AuditRow.objects.filter(cluster=cluster, xid__gte=from_xid)
    if horizon is not None:
        waiting = waiting.filter(xid__lt=horizon)
    xids = waiting.order_by("xid", "id").values_list("xid", flat=True)
    first = xids.first()
    if first is None:
        return None
    beyond = xids[BATCH_ROWS : BATCH_ROWS + 1].first()
    if beyond is not None:
        return Range(cluster, from_xid, max(beyond, first + 1))
    # A cluster that is not this one writes no more: its rest ends with its last row.
    return Range(cluster, from_xid, horizon or waiting.order_by("-xid").values_list("xid", flat=True)[0] + 1)


def _batch(rows: Range, newest: AuditBatch | None) -> AuditBatch:
    content = digest(rows)
    return seal.put_seal_on(
        AuditBatch(
            number=newest.number + 1 if newest else 1,
            cluster=rows.cluster,
            from_xid=rows.from_xid,
            to_xid=rows.to_xid,
            row_count=content.row_count,
            format=CURRENT_FORMAT,
            sealed_at=_one("SELECT clock_timestamp()")[0],
            content_hash=content.content_hash,
            previous_hash=newest.hash if newest else seal.GENESIS,
        )
    )


def _one(sql: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()
