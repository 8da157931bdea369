"""How fast reminders go out, and what it costs to find the one that is due among very many.

Run: ``python -m bench.reminders`` (``make bench``); ``SCALE=1000000`` for the full table, 100,000 otherwise. Starts
a PostgreSQL of its own and prints each figure beside a baseline from the same run, since machines differ:

* the question for the stage that is due next, among SCALE deadlines with a stage each, against the same order read
  from its index and nothing else;
* reminders a second of one worker, from the stage to a real SMTP server in a process of its own, against handing
  the same number of e-mails over and doing nothing else.

Exit status 1 where a bound is missed.
"""

import multiprocessing
import os
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import psycopg

from bench._timing import HEADER, compare
from safeguard.common.row_security import OWNER_ROLE, WORKER_ROLE
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.roles import create_roles

DATABASE = "bench"
SCALE = int(os.environ.get("SCALE", "100000"))
DUE = 200  # of them, at any time
REMINDERS = 1000
LEAST_A_SECOND, MOST_TIMES = 100, 2.0
# As many deadlines as the scale says, of the cases that the first few brought, each with a stage that is to come.
FILL = """
    SET session_replication_role = replica;
    INSERT INTO cases_deadline SELECT d.* FROM generate_series(1, %(scale)s) n
    CROSS JOIN LATERAL jsonb_populate_record(NULL::cases_deadline, (SELECT to_jsonb(one) FROM one)
        || jsonb_build_object('id', 1000000 + n, 'uuid', gen_random_uuid(), 'due_at', now() + n * interval '1 second',
            'original_due_at', now() + n * interval '1 second')
    ) d;
    INSERT INTO notifications_reminderstage (uuid, kind, subject, stage, occasion, due_at, urgent, outcome)
    SELECT gen_random_uuid(), 'deadline', uuid, 'due_day', (extract(epoch FROM due_at) * 1000000)::bigint::text,
        CASE WHEN id <= 1000000 + %(due)s THEN now() - interval '1 hour' ELSE due_at END, false, ''
    FROM cases_deadline WHERE id > 1000000;
    SET session_replication_role = DEFAULT;
"""


def main() -> int:
    """Measure and print. Returns 1 where a bound is missed."""
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder, ExitStack() as cleanup:
        postgres = start_postgres(Path(folder) / "postgres", durable=True)
        cleanup.callback(postgres.stop)
        port = _mail_server(cleanup)
        _prepare(postgres, port)
        held = measure_throughput(postgres, port)
        return 0 if measure_due(postgres) and held else 1


def _prepare(postgres: RunningPostgres, port: int) -> None:
    """Make the roles and the tables; Django connects as the worker from then on."""
    create_roles(postgres.superuser_url(), DATABASE)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.base",
        "DATABASE_URL": postgres.url(DATABASE, OWNER_ROLE),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_PROVIDER_URL": "",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _as(role: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["USER"] = role


# --- One worker -----------------------------------------------------------------------------------


def measure_throughput(postgres: RunningPostgres, port: int) -> bool:
    """Let all come due at once and work until all are sent. Returns whether the bound is held."""
    from safeguard.notifications.tasks import remind
    from tools.chaos_world import make

    rates = []
    for turn in range(2):  # the first warms up
        _as(OWNER_ROLE)
        stages = make(REMINDERS, f"bench {turn}")
        with psycopg.connect(postgres.url(DATABASE, OWNER_ROLE)) as owner:
            sql = "UPDATE notifications_reminderstage SET due_at = statement_timestamp() WHERE id = ANY(%s)"
            owner.execute(sql, [list(stages)])
        _as(WORKER_ROLE)
        busy = time.process_time()
        seconds = _timed(lambda: _until_sent(remind))
        busy = time.process_time() - busy
        rates.append(REMINDERS / seconds)
        print(f"{REMINDERS} reminders in {seconds:.1f} s, of which this process computed {busy:.1f} s", flush=True)
    bare = REMINDERS / _timed(lambda: _hand_over(port))
    print(f"one worker:  {rates[-1]:>8,.0f} reminders a second (aim: {LEAST_A_SECOND})")
    print(f"  against bare e-mails over one connection: {bare / rates[-1]:.1f} times their time ({bare:,.0f} a second)")
    return rates[-1] >= LEAST_A_SECOND


def _until_sent(remind: Callable[[], None]) -> None:
    from safeguard.notifications.models import OutboxMessage, ReminderStage

    while ReminderStage.objects.due().exists() or OutboxMessage.objects.waiting().exists():
        remind()


def _hand_over(port: int) -> None:
    text = "Subject: Due 3 December 2026: case 1234-5678\r\nMessage-ID: <{}@bench.example>\r\n\r\nOpen it.\r\n"
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(REMINDERS):
            server.sendmail("safeguard@example.org", ["somebody@example.org"], text.format(number))


def _mail_server(cleanup: ExitStack) -> int:
    """Start a mail server in a process of its own, which does not share the worker's. Returns its port."""
    spawn = multiprocessing.get_context("spawn")
    port, stop = spawn.Value("i", 0), spawn.Event()
    process = spawn.Process(target=_serve, args=(port, stop))
    process.start()
    cleanup.callback(process.join)
    cleanup.callback(stop.set)
    while not port.value:
        time.sleep(0.05)
    return int(port.value)


def _serve(port: Any, stop: Event) -> None:
    from tools.chaos_servers import Sink

    with Sink() as sink:
        port.value = sink.port
        stop.wait()


# --- The due query --------------------------------------------------------------------------------


def measure_due(postgres: RunningPostgres) -> bool:
    """Fill the table and ask for what is due, as the worker. Returns whether the bound is held."""
    from django.db import connection, transaction

    from safeguard.notifications.models import ReminderStage

    took = _timed(lambda: _fill(postgres))
    print(f"{SCALE:,} deadlines with a stage each, {DUE} of them due, filled in {took:.0f} s")
    _as(WORKER_ROLE)
    claim = _question(ReminderStage.objects.claimable().select_for_update(skip_locked=True))
    index_scan = _question(ReminderStage.objects.due())
    print(HEADER)
    held = compare(f"the stage due next, of {SCALE:,}", claim, index_scan, MOST_TIMES).held
    with connection.cursor() as cursor, transaction.atomic():
        sweep = _timed(lambda: cursor.execute("SELECT * FROM cases_unplanned_deadlines(500)"))
    print(
        f"the sweep for deadlines without a stage, all of them looked at: {sweep * 1000:,.0f} ms (every five minutes)"
    )
    return held


def _question(rows: Any) -> Callable[[], None]:
    """Return what asks for the first of ``rows``, in a transaction that changes nothing."""
    from django.db import connection, transaction

    with transaction.atomic():  # without one Django makes no statement that locks
        sql, values = rows[:1].query.sql_with_params()

    def ask() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            if cursor.fetchone() is None:
                raise LookupError("Nothing is due: the figures would mean nothing.")
            transaction.set_rollback(True)

    return ask


def _fill(postgres: RunningPostgres) -> None:
    with psycopg.connect(postgres.superuser_url(DATABASE), autocommit=True) as admin:
        admin.execute("CREATE TEMP TABLE one AS SELECT * FROM cases_deadline WHERE code = '' ORDER BY id LIMIT 1")
        for statement in FILL.split(";")[:-1]:
            admin.execute(statement, {"scale": SCALE, "due": DUE})
        admin.execute("VACUUM ANALYZE cases_deadline, notifications_reminderstage")


def _timed(run: Callable[[], object]) -> float:
    """Return how many seconds ``run`` takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
