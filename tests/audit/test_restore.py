"""A dump restored into another database cluster, where transaction numbers start anew."""

import os
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from safeguard.audit.models import AuditBatch, AuditRow
from safeguard.common.row_security import WEB_ROLE
from safeguard.common.services.binaries import find_programs
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.processes import server_account
from safeguard.common.services.roles import create_roles
from tests.audit.conftest import seal, worker, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPostgres]:
    """Another PostgreSQL server, freshly made."""
    server = start_postgres(tmp_path_factory.mktemp("elsewhere"), durable=False)
    yield server
    server.stop()


def dump_and_restore(elsewhere: RunningPostgres, tmp_path: Path) -> None:
    """Copy this test's database to the other server, as a backup and its restore would."""
    name = str(django_settings.DATABASES["default"]["NAME"])
    programs = find_programs(server_account(tmp_path)).folder
    source = os.environ["TEST_POSTGRES"].replace("/postgres?", f"/{name}?")
    dump = subprocess.run([programs / "pg_dump", "--format=custom", source], capture_output=True, check=True)
    create_roles(elsewhere.superuser_url(), "unused")
    with psycopg.connect(elsewhere.superuser_url(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    restore = [str(programs / "pg_restore"), "--exit-on-error", f"--dbname={elsewhere.superuser_url(name)}"]
    subprocess.run(restore, input=dump.stdout, check=True)


def use_up_transaction_numbers() -> None:
    """Let this cluster be well ahead of a new one, so that the new one's numbers fall into sealed ranges."""
    name = str(django_settings.DATABASES["default"]["NAME"])
    with psycopg.connect(os.environ["TEST_POSTGRES"], dbname=name, autocommit=True) as raw:
        raw.execute("DO $$ BEGIN FOR i IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


@pytest.fixture
def moved(elsewhere: RunningPostgres, tmp_path: Path, head_file: Path) -> Iterator[None]:
    """Three rows, two of them sealed, restored elsewhere; the connection of the test now leads there."""
    use_up_transaction_numbers()
    write("sealed.one", "sealed.two")
    seal()
    write("not sealed yet")
    dump_and_restore(elsewhere, tmp_path)
    here: dict[str, Any] = dict(connection.settings_dict)
    connection.close()
    # There the superuser logs in and becomes the role, as the tests' own login does here.
    connection.settings_dict.update({"HOST": str(elsewhere.socket_dir), "USER": "postgres"})
    yield
    connection.close()
    connection.settings_dict.update(here)


def test_sealing_goes_on_after_a_restore_elsewhere_and_the_whole_chain_verifies(moved: None) -> None:
    write("written there")
    old, new = AuditRow.objects.get(action="sealed.one"), AuditRow.objects.get(action="written there")
    assert old.cluster != new.cluster
    assert new.xid < old.xid, "the number alone would put the new row into a range that is sealed"
    verify()

    assert seal() == 2  # what the old cluster left unsealed, then the new cluster's row

    with worker():
        batches = AuditBatch.objects.order_by("number").values_list("cluster", "row_count")
        assert list(batches) == [(old.cluster, 2), (old.cluster, 1), (new.cluster, 1)]
    assert "Every row is sealed." in verify()
    assert_guards_came_along()


def verify() -> str:
    out = StringIO()
    with worker():
        call_command("verify_audit", stdout=out)  # raises SystemExit where it does not hold
    return out.getvalue()


def assert_guards_came_along() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_auditrow'::regclass AND NOT tgisinternal")
        assert {name for (name,) in cursor.fetchall()} == {"audit_stamp", "audit_append_only", "audit_retention"}
        cursor.execute("SELECT has_table_privilege(%s, 'audit_auditrow', 'UPDATE')", [WEB_ROLE])
        assert cursor.fetchone()[0] is False
