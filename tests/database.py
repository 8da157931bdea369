"""The migrated database that every test process begins with: made once, kept in build/, copied after that.

Migrating takes longer than most test files. What is kept is one stopped server's folder, under a name that says
what it was made from; ``migrate`` still runs on each copy, so that a copy that is behind is brought up to date.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE, WORKER_ROLE
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.roles import create_roles

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "test-database"
NAME, LOGIN = "test", "app_test"
ROOMS = ("safeguard", "agencies", "cases", "referrals")
# Beside the migrations themselves: what they import, read and run on.
MADE_FROM = (
    "agencies/sectors.py",
    "cases/matching/data/*.csv",
    "safeguard/common/row_security.py",
    "safeguard/common/services/roles.py",
    "uv.lock",
)


def copy_to(folder: Path) -> None:
    """Put a migrated server's files into ``folder``, which must not exist; make and keep them first where missing."""
    with _one_at_a_time():
        kept = KEPT / _key()
        if not kept.exists():
            _make(kept)
        subprocess.run(["cp", "-a", str(kept), str(folder)], check=True)


def settings_of(postgres: RunningPostgres, role: str = WEB_ROLE) -> dict[str, object]:
    """Return what Django needs to use the tests' database of ``postgres`` as ``role``."""
    options = {"options": f"-c role={role}"}
    return {"NAME": NAME, "USER": LOGIN, "HOST": str(postgres.socket_dir), "OPTIONS": options}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _key() -> str:
    patterns = [*MADE_FROM, *(f"{room}/**/migrations/*.py" for room in ROOMS)]
    files = sorted({file for pattern in patterns for file in ROOT.glob(pattern)})
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _make(kept: Path) -> None:
    for old in KEPT.glob("*/"):
        shutil.rmtree(old)
    unfinished = kept.with_suffix(".new")
    postgres = start_postgres(unfinished, durable=False)
    try:
        make(postgres, NAME)
    finally:
        postgres.stop()
    unfinished.rename(kept)


def make(postgres: RunningPostgres, name: str, how: str = "migrate") -> None:
    """Make the database ``name`` on ``postgres`` and migrate it, in a process of its own.

    ``how="step by step"`` follows every migration, also those that a fresh database gets in one step.
    """
    _create_logins(postgres, name)
    command = [sys.executable, "-m", "tests.database", str(postgres.socket_dir), name, how]
    subprocess.run(command, cwd=ROOT, check=True)


def _create_logins(postgres: RunningPostgres, name: str) -> None:
    create_roles(postgres.superuser_url(), name)
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone():
            admin.execute(f"CREATE ROLE {LOGIN} LOGIN NOINHERIT")
        admin.execute(f"GRANT {OWNER_ROLE}, {WEB_ROLE}, {WORKER_ROLE} TO {LOGIN}")


def _migrate(socket: str, name: str, how: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    options = {"options": f"-c role={OWNER_ROLE}"}
    settings.DATABASES["default"] |= {"NAME": name, "USER": LOGIN, "HOST": socket, "OPTIONS": options}
    django.setup()
    if how == "step by step":
        _follow_every_migration()
    call_command("migrate", verbosity=0)


def _follow_every_migration() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader

    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if "squashed" not in node[1]])


if __name__ == "__main__":
    _migrate(*sys.argv[1:])
