"""Connections as the database's real roles, and a head file for each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection

from safeguard.audit import actions, sealing
from safeguard.audit.actor import system
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture
def head_file(tmp_path: Path, settings: Any) -> Path:
    """The file outside the database, empty at first."""
    settings.AUDIT_HEAD_FILE = tmp_path / "audit" / "heads.jsonl"
    return Path(settings.AUDIT_HEAD_FILE)


@pytest.fixture
def connect(transactional_db: None) -> Iterator[Connect]:
    """Connect as a login role of its own: no SET ROLE that could be undone."""
    opened: list[psycopg.Connection[Any]] = []

    def as_role(role: str) -> psycopg.Connection[Any]:
        name = str(django_settings.DATABASES["default"]["NAME"])
        opened.append(psycopg.connect(os.environ["TEST_POSTGRES"], dbname=name, user=role, autocommit=True))
        return opened[-1]

    yield as_role
    for each in opened:
        each.close()


@contextmanager
def worker() -> Iterator[None]:
    """Run the body as the worker's database role."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {WORKER_ROLE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WEB_ROLE}")


def write(*names: str) -> None:
    """Write one audit row for each of ``names``, each in its own transaction."""
    for name in names:
        actions.record(name, by=system("test"), detail={"n": 1})


def seal() -> int:
    """Seal as the worker does; returns the number of batches."""
    with worker():
        return sealing.seal_settled()


def tamper(connect: Connect, *statements: str) -> None:
    """Run ``statements`` as somebody who has taken over the database server: no trigger fires."""
    superuser = connect("postgres")
    superuser.execute("SET session_replication_role = replica")
    for statement in statements:
        superuser.execute(statement.encode())
