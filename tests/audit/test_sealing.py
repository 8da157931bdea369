"""Rows become sealed batches, once their transactions are settled."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from safeguard.audit import head_file as heads
from safeguard.audit import sealing
from safeguard.audit.actor import system
from safeguard.audit.digest import FORMATS
from safeguard.audit.models import AuditBatch, AuditRow
from safeguard.audit.tasks import seal as seal_task
from safeguard.common.row_security import WEB_ROLE
from tests.audit.conftest import Connect, seal, tamper, worker, write

pytestmark = pytest.mark.django_db(transaction=True)


def batches() -> list[AuditBatch]:
    with worker():
        return list(AuditBatch.objects.order_by("number"))


def test_settled_rows_become_one_batch_chained_to_the_one_before(head_file: Path) -> None:
    write("one", "two")
    assert seal() == 1
    write("three")
    assert seal() == 1

    first, second = batches()
    assert (first.number, first.row_count) == (1, 2)
    assert (second.number, second.row_count) == (2, 1)
    assert bytes(second.previous_hash) == bytes(first.hash)
    assert second.from_xid == first.to_xid


def test_without_new_rows_there_is_no_new_batch(head_file: Path) -> None:
    write("one")
    seal()
    assert seal() == 0
    assert len(batches()) == 1


def test_a_row_whose_transaction_is_still_open_waits_and_holds_up_the_later_ones(
    head_file: Path, connect: Connect
) -> None:
    slow = connect(WEB_ROLE)
    slow.autocommit = False
    slow.execute(
        "INSERT INTO audit_auditrow (kind, action, job, target, target_uuids, reason, detail, channel, request_id)"
        " VALUES ('read', 'slow', 'j', '', '{}', '', '{}', 'web', '')"
    )
    write("fast")
    assert seal() == 0

    slow.commit()
    assert seal() == 1
    assert batches()[0].row_count == 2


def test_rows_that_were_rolled_back_leave_no_gap(head_file: Path) -> None:
    write("one")
    with transaction.atomic():
        write("never")
        transaction.set_rollback(True)
    write("two")
    seal()
    assert batches()[0].row_count == 2


def test_a_long_backlog_becomes_several_batches_and_no_transaction_is_divided(
    head_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH_ROWS", 3)
    with transaction.atomic():
        write(*"abcde")
    write(*"fgh")
    seal()

    assert [batch.row_count for batch in batches()] == [5, 3]


def test_many_sealers_at_once_seal_every_row_once(head_file: Path) -> None:
    total = 0

    def run() -> None:
        nonlocal total
        try:
            for _ in range(8):
                total += seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for name in "abcdefghijkl":
        write(name)
    for thread in threads:
        thread.join()
    seal()

    found = batches()
    assert sum(batch.row_count for batch in found) == AuditRow.objects.count() == 12
    assert [batch.number for batch in found] == list(range(1, len(found) + 1))


def test_the_newest_head_is_in_a_file_outside_the_database(head_file: Path) -> None:
    write("one")
    seal()
    write("two")
    seal()

    lines = [json.loads(line) for line in head_file.read_text().splitlines()]
    assert [line["batch"] for line in lines] == [1, 2]
    assert [line["hash"] for line in lines] == [bytes(batch.hash).hex() for batch in batches()]


def test_a_head_that_a_crash_kept_from_the_file_is_written_by_the_next_run(head_file: Path) -> None:
    write("one")
    with worker():
        assert sealing.seal_next()  # and the process dies before it publishes
    assert not head_file.exists()

    seal()
    newest = heads.last(head_file)
    assert newest is not None
    assert newest.batch == 1


def test_a_line_cut_off_by_a_crash_is_passed_over(head_file: Path) -> None:
    write("one")
    seal()
    with head_file.open("a") as file:
        file.write('{"batch": 2, "ha')
    write("two")
    seal()

    standing, _ = heads.standing(head_file)
    assert sorted(standing) == [1, 2]


def test_nothing_is_sealed_while_the_file_knows_more_than_the_database(head_file: Path, connect: Connect) -> None:
    write("one")
    seal()
    tamper(connect, "DELETE FROM audit_auditbatch")
    write("two")

    with pytest.raises(sealing.HeadMismatch, match="knows batch 1"):
        seal()

    with worker():
        assert AuditBatch.objects.count() == 0
        sealing.accept_restore("backup of Monday, decided by the board", by=system("test"))
    assert seal() == 1
    assert AuditRow.objects.get(action="audit.accept_restore").reason.startswith("backup of Monday")


def test_the_task_seals(head_file: Path) -> None:
    write("one")
    with worker():
        seal_task()
    assert len(batches()) == 1


def test_every_column_is_sealed() -> None:
    """A new column needs a new format, or it could be changed unnoticed."""
    newest = FORMATS[max(FORMATS)]
    for field in AuditRow._meta.concrete_fields:
        assert field.column in newest.replace("(", " ").replace(")", " ").replace(",", " ").split(), field.column


def test_a_run_with_nothing_to_seal_is_eleven_statements(head_file: Path, django_assert_num_queries: Any) -> None:
    write("one")
    seal()
    with worker(), django_assert_num_queries(11):  # two transactions, four of the eleven open and close them
        sealing.seal_settled()
