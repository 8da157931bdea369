"""The large world that access is measured in, built once for each size and kept.

Run: ``python -m bench.world`` builds it; ``SCALE=1000000`` the full one, 100,000 cases by default. It
lives below ``SAFEGUARD_DATA_DIR`` (.data unless set) in a PostgreSQL of its own, and is built anew when
bench/world.sql or a migration changes.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psycopg

from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.roles import create_roles

if TYPE_CHECKING:
    from agencies.acting import Acting

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "bench" / "world.sql"
USUAL = 100_000
SCALE = int(os.environ.get("SCALE", USUAL))
# The people who are measured, by their ids in bench/world.sql.
READERS = {"big": 1, "small": 2, "old": 3, "fresh": 4, "national": 5, "school": 6, "medium": 7}
LONG_CASE = 201  # 5,000 entries, of which "school" sees the oldest 50
LONG_CASE_READERS = ("big", "school")


@contextmanager
def server() -> Iterator[RunningPostgres]:
    """Run the worlds' PostgreSQL; it need not survive a power cut."""
    folder = Path(os.environ.get("SAFEGUARD_DATA_DIR") or ROOT / ".data") / "bench" / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    postgres = start_postgres(folder, durable=False)
    try:
        yield postgres
    finally:
        postgres.stop()


def set_up(postgres: RunningPostgres, scale: int = SCALE) -> str:
    """Set Django up on the world of ``scale`` cases, made if need be, as the web's role.

    The connection ``owner`` sees the same world as the tables' owner. Returns the database's name.
    """
    name = name_of(scale)
    connect(postgres, name)
    if _known(postgres, name) != _version():
        _make(postgres, name, scale)
    return name


def name_of(scale: int) -> str:
    """Return the name of the database of that many cases."""
    return f"world_{scale}"


def connect(postgres: RunningPostgres, database: str) -> None:
    """Let Django's connections ``default`` and ``owner`` reach ``database`` as the web's role and as the owner."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.test",
        "DATABASE_URL": postgres.url(database, WEB_ROLE),
    }
    django.setup()
    from django.db import connections

    if "owner" not in connections.databases:
        connections.databases["owner"] = connections.databases["default"] | {"USER": OWNER_ROLE}
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def reader(name: str) -> "Acting":
    """Return one of READERS, acting under their membership as in a request."""
    from agencies.acting import acting
    from agencies.models import User
    from safeguard.audit.actor import Origin

    return acting(User.objects.get(pk=READERS[name]), Origin(channel="bench"))


@contextmanager
def as_owner() -> Iterator[None]:
    """Let Django's connection be the tables' owner, whom no policy binds, and the web's role again afterwards."""
    from django.db import connection

    connection.close()
    connection.settings_dict["USER"] = OWNER_ROLE
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = WEB_ROLE


def _version() -> str:
    sources = [RECIPE, *sorted(ROOT.glob("*/migrations/0*.py")), *sorted(ROOT.glob("safeguard/*/migrations/0*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _known(postgres: RunningPostgres, database: str) -> str | None:
    """Return the version that ``database`` was built from, None when it is absent or unfinished."""
    statement = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(postgres.superuser_url()) as admin:
        row = admin.execute(statement, [database]).fetchone()
    return row[0] if row else None


def _make(postgres: RunningPostgres, database: str, scale: int) -> None:
    from django.core.management import call_command

    started = time.perf_counter()
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}"')
    create_roles(postgres.superuser_url(), database)
    with as_owner():
        call_command("migrate", verbosity=0)
    fill(postgres.superuser_url(database), scale)
    with psycopg.connect(postgres.superuser_url(database), autocommit=True) as admin:
        admin.execute(f"COMMENT ON DATABASE \"{database}\" IS '{_version()}'")
    print(f"Built the world of {scale:,} cases in {time.perf_counter() - started:.0f} s.")


def fill(superuser_url: str, scale: int) -> None:
    """Fill an empty, migrated database with the world of ``scale`` cases, and let the planner know it."""
    with psycopg.connect(superuser_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET work_mem = '256MB'")
        admin.execute("SET maintenance_work_mem = '512MB'")
        admin.execute("SELECT set_config('bench.cases', %s, false)", [str(scale)])
        put_back = _drop_bulky_indexes(admin)
        for statement in [*RECIPE.read_text(encoding="utf-8").split(";\n\n"), *put_back]:
            admin.execute(statement)
        admin.execute("VACUUM ANALYZE")


def _drop_bulky_indexes(admin: psycopg.Connection[tuple[str, str]]) -> list[str]:
    """Drop the indexes of the largest tables that filling them does not need; return what makes them again."""
    tables = "('cases_involvement'::regclass, 'cases_timelineentry'::regclass)"
    found = admin.execute(f"""
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid IN {tables} AND contype IN ('u', 'x')
        UNION ALL
        SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid IN {tables} AND indexrelid <> 'timelineentry_page'::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)""").fetchall()
    for drop, _make_again in found:
        admin.execute(drop)
    return [make_again for _drop, make_again in found]


def main() -> int:
    """Build the world unless it is there."""
    with server() as postgres:
        print(f"The world of {SCALE:,} cases is ready: {set_up(postgres)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
