"""``verify_audit`` finds what was tampered with by somebody who owns the whole database server."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from safeguard.audit import keys, seal, sealing
from safeguard.audit.actor import system
from safeguard.audit.digest import Range, digest
from safeguard.audit.models import AuditBatch
from safeguard.common.row_security import OWNER_ROLE
from tests.audit.conftest import Connect, tamper, worker, write
from tests.audit.conftest import seal as run_sealer

pytestmark = pytest.mark.django_db(transaction=True)

Verify = Callable[..., tuple[int, str]]


@pytest.fixture
def verify(head_file: Path) -> Verify:
    """Run the command as the worker's role; gives its exit status and what it printed."""

    def run(*args: str) -> tuple[int, str]:
        out = StringIO()
        try:
            with worker():
                call_command("verify_audit", *args, stdout=out)
        except SystemExit as stopped:
            return int(str(stopped.code)), out.getvalue()
        return 0, out.getvalue()

    return run


@pytest.fixture
def three(head_file: Path) -> None:
    """Three sealed batches of two rows each: a1 a2, b1 b2, c1 c2."""
    for letter in "abc":
        write(f"{letter}1", f"{letter}2")
        run_sealer()


def test_an_untouched_audit_holds(three: None, verify: Verify) -> None:
    status, text = verify()
    assert status == 0
    assert "Batches that hold: 3, with 6 rows" in text
    assert "Signed heads outside the database: 3" in text
    assert "Every row is sealed." in text


def test_an_empty_audit_holds(verify: Verify) -> None:
    assert verify()[0] == 0


def test_rows_that_wait_for_their_seal_are_counted_with_their_age(three: None, verify: Verify) -> None:
    write("d1")
    status, text = verify()
    assert status == 0
    assert "Rows not sealed yet: 1, the oldest 0 seconds old." in text


COLUMNS = {
    "id": "id + 1000",
    "at": "at - interval '1 day'",
    "kind": "'read'",
    "action": "'b3'",
    "user_id": "7",
    "agency_id": "7",
    "membership_uuid": "gen_random_uuid()",
    "job": "'x'",
    "target": "'x'",
    "target_uuids": "ARRAY[gen_random_uuid()]",
    "reason": "'x'",
    "detail": "'{}'",
    "channel": "'x'",
    "address": "'192.0.2.1'",
    "request_id": "'x'",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_row_is_found_whichever_column(three: None, verify: Verify, connect: Connect, column: str) -> None:
    tamper(connect, f"UPDATE audit_auditrow SET {column} = {COLUMNS[column]} WHERE action = 'b1'")
    status, text = verify()
    assert status == 1
    assert "BROKEN at batch 2: at least one of its rows was changed." in text


INSERT_COPY = (
    "INSERT INTO audit_auditrow (kind, action, job, target, target_uuids, reason, detail, channel, request_id, cluster,"
    " xid) SELECT kind, 'added', job, target, target_uuids, reason, detail, channel, request_id, cluster, {xid}"
    " FROM audit_auditrow WHERE action = '{like}'"
)
SWAP = (
    "UPDATE audit_auditrow a SET action = b.action FROM audit_auditrow b"
    " WHERE (a.action, b.action) IN (('b1', 'b2'), ('b2', 'b1'))"
)
TAMPERING = {
    "a deleted row": ("DELETE FROM audit_auditrow WHERE action = 'b1'", "BROKEN at batch 2: rows missing: 1 of 2"),
    "all rows of a batch deleted": (
        "DELETE FROM audit_auditrow WHERE action IN ('b1', 'b2')",
        "BROKEN at batch 2: rows missing: 2 of 2",
    ),
    "a row inserted late": (
        INSERT_COPY.format(xid="xid", like="b1"),
        "BROKEN at batch 2: rows added after it was sealed: 1",
    ),
    "a row inserted before all": (
        INSERT_COPY.format(xid="3", like="a1"),
        "BROKEN at batch 1: rows added after it was sealed: 1",
    ),
    "two rows that changed places": (SWAP, "BROKEN at batch 2: at least one of its rows was changed"),
    "a row moved out of its batch's range": (
        "UPDATE audit_auditrow SET xid = xid + 1000000 WHERE action = 'b1'",
        "BROKEN at batch 2: rows missing: 1 of 2",
    ),
    "a deleted batch": (
        "DELETE FROM audit_auditbatch WHERE number = 2",
        "BROKEN at batch 2: the batch is missing; the next one there is 3",
    ),
    "a changed batch": (
        "UPDATE audit_auditbatch SET row_count = 1 WHERE number = 2",
        "BROKEN at batch 2: the batch itself was changed",
    ),
    "the end wiped, rows and batches": (
        "DELETE FROM audit_auditbatch WHERE number > 1; DELETE FROM audit_auditrow WHERE action > 'b'",
        "BROKEN at batch 2: the batch is missing; the head file knows batches up to 3",
    ),
    "everything wiped": (
        "DELETE FROM audit_auditbatch; DELETE FROM audit_auditrow",
        "BROKEN at batch 1: the batch is missing; the head file knows batches up to 3",
    ),
    "two breaks": (
        "DELETE FROM audit_auditrow WHERE action = 'c1'; UPDATE audit_auditrow SET action = 'x' WHERE action = 'b2'",
        "BROKEN at batch 2: at least one of its rows was changed",
    ),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_the_first_broken_batch_is_named(three: None, verify: Verify, connect: Connect, case: str) -> None:
    statements, expected = TAMPERING[case]
    tamper(connect, *statements.split(";"))
    status, text = verify()
    assert status == 1
    assert expected in text


def reseal_from(number: int, connect: Connect) -> None:
    """Compute the chain anew from batch ``number``, with whatever key the settings hold now."""
    previous = AuditBatch.objects.get(number=number - 1)
    for batch in AuditBatch.objects.filter(number__gte=number).order_by("number"):
        content = digest(Range(batch.cluster, batch.from_xid, batch.to_xid))
        batch.row_count, batch.content_hash = content.row_count, content.content_hash
        batch.previous_hash = previous.hash
        previous = seal.put_seal_on(batch)
        values = [batch.row_count, batch.content_hash, batch.previous_hash, batch.hash, batch.key_id, batch.signature]
        superuser = connect("postgres")
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE audit_auditbatch SET row_count = %s, content_hash = %s, previous_hash = %s, hash = %s, key_id = %s,"
            " signature = %s WHERE number = %s",
            [*values, batch.number],
        )


def test_a_chain_sealed_again_with_another_key_is_found(
    three: None, verify: Verify, connect: Connect, settings: Any
) -> None:
    tamper(connect, "DELETE FROM audit_auditrow WHERE action = 'b1'")
    genuine, settings.AUDIT_SIGNING_KEY = settings.AUDIT_SIGNING_KEY, keys.generate()
    with worker():
        reseal_from(2, connect)
    settings.AUDIT_SIGNING_KEY = genuine

    status, text = verify()
    assert status == 1
    assert "BROKEN at batch 2: it is not signed by a trusted key" in text


def test_a_chain_sealed_again_with_the_stolen_key_is_found_by_the_head_file(
    three: None, verify: Verify, connect: Connect
) -> None:
    tamper(connect, "DELETE FROM audit_auditrow WHERE action = 'b1'")
    with worker():
        reseal_from(2, connect)

    status, text = verify()
    assert status == 1
    assert "BROKEN at batch 2: the head file holds another hash for it" in text


def test_a_batch_that_does_not_follow_is_found(three: None, verify: Verify, connect: Connect) -> None:
    with worker():
        batch = AuditBatch.objects.get(number=3)
        batch.previous_hash = bytes(32)
        seal.put_seal_on(batch)
    tamper(
        connect,
        f"UPDATE audit_auditbatch SET previous_hash = '\\x{bytes(32).hex()}', hash = '\\x{bytes(batch.hash).hex()}',"
        f" signature = '\\x{bytes(batch.signature).hex()}' WHERE number = 3",
    )
    assert "BROKEN at batch 3: it does not follow" in verify()[1]


def test_a_forged_line_in_the_head_file_is_found(three: None, verify: Verify, head_file: Path) -> None:
    lines = head_file.read_text().splitlines()
    forged = json.loads(lines[1]) | {"hash": "00" * 32}
    head_file.write_text("\n".join([lines[0], json.dumps(forged), lines[2]]) + "\n")

    assert "BROKEN at batch 2: the head file's line for it is not signed" in verify()[1]


def test_after_a_change_of_keys_the_old_seals_hold_while_the_old_key_is_trusted(
    three: None, verify: Verify, settings: Any
) -> None:
    old = keys.public_text(keys.signing_key())
    settings.AUDIT_SIGNING_KEY = keys.generate()
    write("d1")
    run_sealer()
    assert "BROKEN at batch 1: it is not signed by a trusted key" in verify()[1]

    settings.AUDIT_TRUSTED_KEYS = [old]
    assert verify()[0] == 0


def test_a_restore_that_was_accepted_verifies_and_is_reported(
    three: None, verify: Verify, connect: Connect, head_file: Path
) -> None:
    tamper(
        connect,
        "DELETE FROM audit_auditbatch WHERE number > 1",
        "DELETE FROM audit_auditrow WHERE action > 'b'",
    )
    with worker():
        sealing.accept_restore("backup of Monday", by=system("test"))
    run_sealer()

    status, text = verify()
    assert status == 0, text
    assert "Heads put aside when a restore was accepted: 2." in text


def test_retention_of_whole_batches_verifies_and_is_reported(three: None, verify: Verify, connect: Connect) -> None:
    owner = connect(OWNER_ROLE)
    with owner.transaction():
        owner.execute("SET LOCAL safeguard.retention = 'ten years'")
        owner.execute("DELETE FROM audit_auditrow WHERE action IN ('a1', 'a2')")
    run_sealer()

    status, text = verify()
    assert status == 0, text
    assert "Batches whose rows were removed under retention: 1." in text


def test_retention_hides_no_other_removal(three: None, verify: Verify, connect: Connect) -> None:
    owner = connect(OWNER_ROLE)
    with owner.transaction():
        owner.execute("SET LOCAL safeguard.retention = 'ten years'")
        owner.execute("DELETE FROM audit_auditrow WHERE action IN ('a1', 'a2')")
    tamper(connect, "DELETE FROM audit_auditrow WHERE action IN ('b1', 'b2')")

    assert "BROKEN at batch 2: rows missing: 2 of 2" in verify()[1]


def test_since_leaves_out_what_was_sealed_earlier(three: None, verify: Verify, connect: Connect) -> None:
    tamper(connect, "UPDATE audit_auditrow SET action = 'x' WHERE action = 'a1'")
    with worker():
        moment = AuditBatch.objects.get(number=2).sealed_at

    status, text = verify(f"--since={moment.isoformat()}")
    assert status == 0
    assert "Batches that hold: 2, with 4 rows" in text
    assert verify("--since=2001-01-01")[0] == 1


def test_since_says_what_it_takes(verify: Verify) -> None:
    with pytest.raises(CommandError, match="Monday is not a date"):
        verify("--since=Monday")


def test_another_head_file_may_be_named(three: None, verify: Verify, head_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_text(head_file.read_text().splitlines()[0] + "\n")
    status, text = verify(f"--head={copy}")
    assert status == 0
    assert "Signed heads outside the database: 1" in text


def test_a_new_key_is_printed_with_its_public_half() -> None:
    out = StringIO()
    call_command("new_audit_key", stdout=out)
    secret, public = out.getvalue().splitlines()
    key = keys.private_key(secret.removeprefix("AUDIT_SIGNING_KEY="))
    assert public.endswith(f"AUDIT_TRUSTED_KEYS={keys.public_text(key)}")
