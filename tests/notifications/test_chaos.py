"""The short form of ``make chaos``: processes as in production, killed while reminders come due."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings

from safeguard.common.row_security import WORKER_ROLE
from tests.factories import as_owner
from tools.chaos import Result, becoming_due, run
from tools.chaos_servers import Processes, Seen, Sink
from tools.chaos_world import make

REMINDERS, RATE = 60, 30
KILLS = {"worker": 2, "beat": 1, "broker": 1}


@pytest.fixture
def counted() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


def address(role: str) -> str:
    parts: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(os.environ["TEST_POSTGRES"])
    return f"postgresql://{role}@/{django_settings.DATABASES['default']['NAME']}?host={parts['host']}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_reminder_is_lost_or_comes_as_two_while_processes_are_killed(counted: Sink, tmp_path: Path) -> None:
    with as_owner():
        stages = make(REMINDERS, "of the short chaos")
    settings = {"DATABASE_URL": address(WORKER_ROLE), "EMAIL_PORT": str(counted.port)}
    with Processes(tmp_path / "processes", settings) as processes:
        feed = becoming_due(address("postgres"), list(stages))
        result = run(processes, feed, counted.seen, due=stages.values(), rate=RATE, kills=KILLS)

    assert (result.lost, result.beyond_one) == (0, 0), str(result)
    beats = processes.killed["beat"] + processes.killed["second beat"]
    assert (processes.killed["worker"], beats, processes.killed["broker"]) == (2, 1, 1), "killed while they ran"
    assert result.kills_at_work > 0, "and while there was work"


def test_what_is_lost_and_what_comes_twice_is_counted_for_each_reminder() -> None:
    seen = Seen()
    seen.add("https://x/cases/c/deadlines/a/", "<1@x>")
    seen.add("https://x/cases/c/deadlines/a/", "<2@x>")
    seen.add("https://x/cases/c/deadlines/b/ https://x/cases/c/deadlines/c/", "<3@x>")
    seen.add("https://x/cases/c/deadlines/b/ https://x/cases/c/deadlines/c/", "<3@x>")

    result = Result(frozenset("abcd"), seen.copy(), 1.0)
    assert (result.lost, result.beyond_one, result.again) == (1, 1, 2)
