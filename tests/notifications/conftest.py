"""A real SMTP server that keeps what it is sent, and connections as the database's real roles."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from cases.actions.children import NewChild
from cases.actions.deadlines import agree
from cases.actions.opening import open_child_case
from cases.models import Case, Deadline
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE
from safeguard.notifications.actions import Note, send_email
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import load_england
from tools.chaos_servers import Provider

Connect = Callable[[str], psycopg.Connection[Any]]


class Sink:
    """Keeps every message; ``answer`` is what it says to the next ones, ``on_data`` runs before it says so."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.recipients: list[list[str]] = []
        self.answer = "250 OK"
        self.rcpt_answer = "250 OK"
        self.on_data: Callable[[], object] = lambda: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content))
            self.recipients.append(list(envelope.rcpt_tos))
        self.on_data()
        return self.answer

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """An SMTP server on a port of its own, to which the settings lead."""
    handler = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.SITE_URL = "https://safeguard.example.org"
    yield handler
    controller.stop()


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
        if not connection.is_usable():  # a test may have had the server cut it
            connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {WEB_ROLE}")


NOTE = Note(kind="test.note", subject="Something needs you", body="Open Safeguard to read it.", path="/somewhere/")


def queue(key: str = "1", address: str = "daisy@example.org") -> bool:
    """Queue one message as the web does."""
    return send_email(NOTE, address=address, dedupe_key=key)


@pytest.fixture
def case(alice: Person, social_care: Place) -> Case:
    load_england()
    with entered(alice) as by:
        made = open_child_case(NewChild(given="Robin"), team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(made)
    return made


@pytest.fixture
def agreed(case: Case, alice: Person, social_care: Place) -> Deadline:
    """Something that Alice in person is to do in thirty days."""
    with entered(alice) as by:
        due_at = timezone.now() + timedelta(days=30)
        return agree(case, "Ring Gran", due_at=due_at, team=social_care.team, person=alice.user, by=by)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as made:
        yield made
