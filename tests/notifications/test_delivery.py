"""Delivery to a real SMTP server: once while workers live, at least once when they are killed."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import InternalError, connection
from django.db.models import F
from django.db.models.functions import Now

from safeguard.common.row_security import WORKER_ROLE
from safeguard.notifications import delivery
from safeguard.notifications.actions import send_email
from safeguard.notifications.models import OutboxMessage
from safeguard.notifications.tasks import drain_outbox, purge_outbox
from tests.factories import as_owner
from tests.notifications.conftest import NOTE, Sink, queue, worker

pytestmark = pytest.mark.django_db(transaction=True)


def drain() -> int:
    with worker():
        return delivery.drain()


def message() -> OutboxMessage:
    with worker():
        return OutboxMessage.objects.get()


def back_date(**fields: Any) -> None:
    """Let time have passed for every message."""
    with as_owner():
        OutboxMessage.objects.update(**fields)


def test_a_message_arrives_as_plain_text_that_says_it_is_automatic(sink: Sink) -> None:
    queue()
    assert drain() == 1

    [mail] = sink.messages
    row = message()
    assert sink.recipients == [["daisy@example.org"]]
    assert mail["Message-ID"] == f"<{row.uuid}@safeguard.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Something needs you"
    assert mail.get_content_type() == "text/plain"
    assert row.sent_at is not None
    assert row.attempts == 1


def test_what_is_sent_is_not_sent_again(sink: Sink) -> None:
    queue()
    drain()
    assert drain() == 0
    assert len(sink.messages) == 1


def test_what_is_due_later_waits(sink: Sink) -> None:
    queue()
    back_date(due_at=Now() + timedelta(minutes=1))
    assert drain() == 0


def test_the_task_drains(sink: Sink) -> None:
    queue("1")
    queue("2")
    with worker():
        drain_outbox()
    assert len(sink.messages) == 2


def test_a_drain_stops_when_its_time_is_up(sink: Sink) -> None:
    queue()
    with worker():
        assert delivery.drain(seconds=0) == 0


def test_four_workers_at_once_send_each_message_once(sink: Sink) -> None:
    for key in range(40):
        queue(str(key))

    def run() -> None:
        try:
            drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sink.messages) == 40
    assert len(set(sink.message_ids)) == 40


def test_a_mail_server_that_is_away_puts_the_message_off(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    queue()
    assert drain() == 1

    row = message()
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)
    assert "Connection refused" in row.last_error
    assert timedelta(seconds=25) < row.due_at - row.created_at < timedelta(seconds=40)


def test_pauses_double_up_to_two_hours_and_add_up_to_more_than_three_days() -> None:
    pauses = [delivery.pause_after(attempts) for attempts in range(1, delivery.MOST_ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(pauses) == timedelta(hours=2)
    assert sum(pauses, timedelta()) > timedelta(days=3)


def test_a_temporary_refusal_is_tried_again_and_then_sent(sink: Sink) -> None:
    queue()
    sink.answer = "451 try later, daisy@example.org"
    drain()
    assert message().failed_at is None

    back_date(due_at=Now())
    sink.answer = "250 OK"
    drain()
    assert message().sent_at is not None
    assert message().last_error == ""


def test_a_message_is_given_up_after_the_last_attempt(sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    queue()
    sink.answer = "451 try later"
    back_date(attempts=F("attempts") + delivery.MOST_ATTEMPTS - 1)
    drain()

    row = message()
    assert row.failed_at is not None
    assert f"Message {row.uuid} was given up" in caplog.text
    assert [record.levelno for record in caplog.records if "given up" in record.message] == [logging.ERROR]


def test_an_address_that_the_server_refuses_for_good_is_given_up_at_once(sink: Sink) -> None:
    queue()
    sink.rcpt_answer = "550 5.1.1 no such user: Daisy Dale <daisy@example.org>"
    drain()

    row = message()
    assert row.failed_at is not None
    assert row.last_error.endswith("SMTP 550")
    assert "Daisy" not in row.last_error
    assert "@" not in row.last_error


def test_a_broken_address_stops_nobody_elses_message(sink: Sink) -> None:
    queue("1", address="daisy@example.org\nBcc: all@example.org")
    queue("2")
    assert drain() == 2
    assert len(sink.messages) == 1


def test_what_was_given_up_can_be_tried_again(sink: Sink) -> None:
    queue()
    sink.rcpt_answer = "550 no"
    drain()
    sink.rcpt_answer = "250 OK"
    out = StringIO()
    with worker():
        call_command("outbox", "--retry", stdout=out)
    assert "Waiting: 0" in out.getvalue()
    assert "Given up: 1" in out.getvalue()
    assert "SMTP 550" in out.getvalue()
    assert "@" not in out.getvalue()
    assert "Due again: 1" in out.getvalue()
    drain()
    assert len(sink.messages) == 1


WORKER_PROCESS = """
import django
django.setup()
from safeguard.notifications import delivery
delivery.drain()
"""


def test_a_worker_killed_after_the_server_took_the_message_sends_it_again_under_the_same_id(sink: Sink) -> None:
    queue()
    database = django_settings.DATABASES["default"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.base",
        "DATABASE_URL": f"postgresql://{WORKER_ROLE}@/{database['NAME']}?host={database['HOST']}",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(django_settings.EMAIL_PORT),
        "SITE_URL": "https://safeguard.example.org",
    }
    process = subprocess.Popen([sys.executable, "-c", WORKER_PROCESS], env=environment, cwd=Path(__file__).parents[2])
    sink.on_data = process.kill
    assert process.wait(timeout=30) == -signal.SIGKILL
    assert len(sink.messages) == 1
    assert message().sent_at is None

    sink.on_data = lambda: None
    deadline = time.monotonic() + 10
    while not drain() and time.monotonic() < deadline:  # until the database has noticed that the process is gone
        time.sleep(0.05)

    assert len(sink.messages) == 2
    assert len(set(sink.message_ids)) == 1
    assert message().sent_at is not None


def test_a_worker_that_hangs_loses_its_row_to_another(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    queue()
    monkeypatch.setattr(delivery, "HUNG_WORKER", "200ms")
    sink.on_data = lambda: time.sleep(0.6)
    with pytest.raises(InternalError, match="idle-in-transaction timeout"):
        drain()
    assert message().sent_at is None

    sink.on_data = lambda: None
    drain()
    assert len(set(sink.message_ids)) == 1
    assert message().sent_at is not None


def test_the_text_of_a_message_is_emptied_a_week_after_it_was_sent(sink: Sink) -> None:
    queue("old")
    drain()
    back_date(sent_at=Now() - timedelta(days=8))
    queue("new")
    drain()
    with worker():
        purge_outbox()
        kept = dict(OutboxMessage.objects.values_list("dedupe_key", "body"))
    assert kept == {"old": "", "new": "Open Safeguard to read it."}


def test_a_text_with_a_one_time_link_is_emptied_as_soon_as_it_was_sent(sink: Sink) -> None:
    send_email(replace(NOTE, secret=True), address="daisy@example.org", dedupe_key="1")
    sink.rcpt_answer = "450 not now"
    drain()
    assert message().body == NOTE.body
    sink.rcpt_answer = "250 OK"
    back_date(due_at=Now())
    drain()
    assert NOTE.body in sink.messages[-1].get_payload()
    assert message().body == ""
    assert message().sent_at is not None


def test_the_text_of_a_message_that_waits_is_kept_however_old(sink: Sink) -> None:
    queue()
    back_date(created_at=Now() - timedelta(days=80))
    with worker():
        assert delivery.purge_bodies() == 0


def test_logs_of_failures_name_no_address(sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    queue()
    sink.rcpt_answer = "550 no such user daisy@example.org"
    drain()
    own = [record.getMessage() for record in caplog.records if record.name.startswith("safeguard.")]
    assert len(own) == 1
    assert "daisy" not in own[0]
