"""The audit accepts new rows and nothing else, whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from safeguard.audit.models import AuditRow
from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE, WORKER_ROLE
from tests.audit.conftest import Connect, write

TAMPERING = [
    "UPDATE audit_auditrow SET action = 'x'",
    "UPDATE audit_auditrow SET action = 'x' WHERE false",
    "DELETE FROM audit_auditrow",
    "TRUNCATE audit_auditrow",
    "TRUNCATE audit_auditrow CASCADE",
    "SELECT id FROM audit_auditrow FOR UPDATE",
    "SET session_replication_role = replica",
    "ALTER TABLE audit_auditrow DISABLE TRIGGER audit_append_only",
    "ALTER TABLE audit_auditrow ADD COLUMN x int",
    "ALTER TABLE audit_auditrow ALTER COLUMN action DROP NOT NULL",
    "DROP TRIGGER audit_append_only ON audit_auditrow",
    "DROP TRIGGER audit_stamp ON audit_auditrow",
    "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP TABLE audit_auditrow",
    "DROP TABLE audit_auditbatch",
    "CREATE RULE x AS ON INSERT TO audit_auditrow DO INSTEAD NOTHING",
    "SET ROLE app_owner",
    "UPDATE audit_auditbatch SET row_count = 0",
    "DELETE FROM audit_auditbatch",
    "TRUNCATE audit_auditbatch",
]


@pytest.mark.parametrize("role", [WEB_ROLE, WORKER_ROLE])
def test_the_application_can_add_rows_and_do_nothing_else_to_them(connect: Connect, role: str) -> None:
    write("case.read")
    raw = connect(role)

    for statement in TAMPERING:
        with pytest.raises(InsufficientPrivilege):
            raw.execute(statement)
    raw.execute("SET safeguard.retention = 'I would like to'")
    with pytest.raises(InsufficientPrivilege):
        raw.execute("DELETE FROM audit_auditrow")

    assert [row.action for row in AuditRow.objects.all()] == ["case.read"]


def test_the_web_can_neither_read_nor_make_batches(connect: Connect) -> None:
    for statement in ("SELECT * FROM audit_auditbatch", "INSERT INTO audit_auditbatch DEFAULT VALUES"):
        with pytest.raises(InsufficientPrivilege):
            connect(WEB_ROLE).execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET format = 2", "DELETE FROM {}", "TRUNCATE {}"])
def test_even_the_owner_is_refused(connect: Connect, statement: str) -> None:
    write("case.read")
    owner = connect(OWNER_ROLE)

    with pytest.raises(InsufficientPrivilege, match="append-only"):
        owner.execute(statement.format("audit_auditbatch").encode())
    with pytest.raises(InsufficientPrivilege, match="append-only"):
        owner.execute(statement.replace("format", "action").format("audit_auditrow").encode())

    assert AuditRow.objects.count() == 1


def test_retention_may_remove_rows_and_says_so_in_the_audit(connect: Connect) -> None:
    write("old.one", "old.two", "new")
    owner = connect(OWNER_ROLE)

    with owner.transaction():
        owner.execute("SET LOCAL safeguard.retention = 'schedule 7: audit older than ten years'")
        owner.execute("DELETE FROM audit_auditrow WHERE action LIKE 'old.%'")

    kept, record = AuditRow.objects.order_by("id")
    assert kept.action == "new"
    assert (record.action, record.job) == ("audit.retention", "retention")
    assert record.reason == "schedule 7: audit older than ten years"
    assert record.detail["rows"] == 2


def test_nobody_can_pretend_a_removal_under_retention(connect: Connect) -> None:
    with pytest.raises(InsufficientPrivilege, match="Only a removal"):
        connect(OWNER_ROLE).execute(
            "INSERT INTO audit_auditrow (kind, action, job, target, target_uuids, reason, detail, channel, request_id)"
            " VALUES ('change', 'audit.retention', 'retention', '', '{}', '', '{}', 'web', '')"
        )


def test_the_database_says_when_and_in_which_transaction_whatever_the_writer_claims(connect: Connect) -> None:
    web = connect(WEB_ROLE)
    with web.transaction():
        web.execute(
            "INSERT INTO audit_auditrow (at, xid, cluster, kind, action, job, target, target_uuids, reason, detail,"
            " channel, request_id)"
            " VALUES ('2001-01-01', 5, 7, 'read', 'x', 'j', '', '{}', '', '{}', 'web', '')"
        )
        claimed = web.execute(
            "SELECT pg_current_xact_id()::text::bigint, system_identifier FROM pg_control_system()"
        ).fetchone()

    row = AuditRow.objects.get()
    assert (row.xid, row.cluster) == claimed
    assert abs(row.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_row_belongs_to_the_transaction_that_it_records(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        before = cursor.fetchone()[0]
    write("one")

    row = AuditRow.objects.get()
    assert row.xid > before
