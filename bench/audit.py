"""How fast the audit is verified, and what sealing costs those who write.

Run: ``python -m bench.audit`` (``make bench``). Starts a PostgreSQL of its own and prints each figure
beside a baseline from the same run, since machines differ:

* verification, rows a second, against counting the same rows and against turning each into text;
* writes a second (one audit row a transaction, each waits for the disk) with a sealer at work every second,
  against the same without one.
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import django
import psycopg

from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE, WORKER_ROLE
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.roles import create_roles

DATABASE = "bench"
TRANSACTIONS, ROWS_EACH = 800, 500
WRITERS, ROUNDS, SECONDS, SETTLE = 3, 9, 3.0, 1.5
LEAST_ROWS_A_SECOND, LEAST_SHARE = 200_000, 0.90

INSERT = """
    INSERT INTO audit_auditrow (kind, action, user_id, agency_id, membership_uuid, job, target, target_uuids, reason,
                                detail, channel, address, request_id)
    SELECT 'read', 'case.view', 7, 3, gen_random_uuid(), '', 'cases.Case', ARRAY[gen_random_uuid()], '',
           '{"page": 1}', 'web', '192.0.2.7', '0123456789abcdef' FROM generate_series(1, %s)
"""


def main() -> int:
    """Measure and print. Returns 1 where a figure misses its aim."""
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder, server(Path(folder)) as postgres:
        prepare(postgres, Path(folder))
        verified = measure_verification(postgres)
        share = measure_sealing(postgres)
    return 0 if verified >= LEAST_ROWS_A_SECOND and share >= LEAST_SHARE else 1


@contextmanager
def server(folder: Path) -> Iterator[RunningPostgres]:
    """Run a durable PostgreSQL: a commit waits for the disk, as in production."""
    postgres = start_postgres(folder / "postgres", durable=True)
    try:
        yield postgres
    finally:
        postgres.stop()


def prepare(postgres: RunningPostgres, folder: Path) -> None:
    """Make the roles and the tables, and let Django connect as the worker."""
    create_roles(postgres.superuser_url(), DATABASE)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.test",
        "AUDIT_HEAD_FILE": str(folder / "heads.jsonl"),
        "DATABASE_URL": postgres.url(DATABASE, OWNER_ROLE),
    }
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()
    connection.settings_dict["USER"] = WORKER_ROLE


def measure_verification(postgres: RunningPostgres) -> float:
    """Fill the audit, seal it in batches of one transaction each and verify. Returns rows a second."""
    from django.conf import settings

    from safeguard.audit import sealing
    from safeguard.audit.verification import verify

    rows = TRANSACTIONS * ROWS_EACH
    with psycopg.connect(postgres.url(DATABASE, WEB_ROLE), autocommit=True) as web:
        for _ in range(TRANSACTIONS):
            web.execute(INSERT, [ROWS_EACH])
    with psycopg.connect(postgres.superuser_url(DATABASE), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE audit_auditrow")
    sealing.BATCH_ROWS = ROWS_EACH
    sealed = timed(lambda: sealing.seal_settled(most=2 * TRANSACTIONS))
    seconds = min(timed(lambda: require(verify(Path(settings.AUDIT_HEAD_FILE)).rows == rows)) for _ in range(3))
    with psycopg.connect(postgres.url(DATABASE, WORKER_ROLE)) as raw:
        count = min(timed(lambda: raw.execute("SELECT count(*) FROM audit_auditrow")) for _ in range(3))
        as_text = min(timed(lambda: raw.execute("SELECT sum(length(r::text)) FROM audit_auditrow r")) for _ in range(3))
    print(f"{rows:,} rows in {TRANSACTIONS} batches, sealed in {sealed:.1f} s ({rows / sealed:,.0f} rows a second)")
    print(f"verify:      {rows / seconds:>12,.0f} rows a second (aim: {LEAST_ROWS_A_SECOND:,})")
    print(f"  against count(*):      {seconds / count:.1f} times its time ({rows / count:,.0f} rows a second)")
    print(f"  against rows as text:  {seconds / as_text:.1f} times its time ({rows / as_text:,.0f} rows a second)")
    return rows / seconds


def measure_sealing(postgres: RunningPostgres) -> float:
    """Write with and without a sealer, in short turns. Returns the share of the throughput that remains."""
    spawn = multiprocessing.get_context("spawn")
    stop, sealing = spawn.Event(), spawn.Event()
    counters = [spawn.Value("q", 0, lock=False) for _ in range(WRITERS)]
    workers = [spawn.Process(target=write, args=(postgres.url(DATABASE, WEB_ROLE), stop, each)) for each in counters]
    workers.append(spawn.Process(target=seal, args=(postgres.url(DATABASE, WORKER_ROLE), stop, sealing)))
    for worker in workers:
        worker.start()
    plain, sealed = turns(counters, sealing)
    stop.set()
    for worker in workers:
        worker.join()
    share = statistics.median(with_ / without for with_, without in zip(sealed, plain, strict=True))
    print(f"writes:      {statistics.median(plain):>12,.0f} a second without a sealer, {WRITERS} writers")
    print(f"             {statistics.median(sealed):>12,.0f} a second with a sealer every second")
    print(f"  share that remains: {share:.2f} (median of {ROUNDS} pairs of turns; aim: {LEAST_SHARE:.2f})")
    return share


def turns(counters: list[Any], sealing: Event) -> tuple[list[float], list[float]]:
    """Return the commits a second of each turn without and with a sealer; which goes first alternates."""
    time.sleep(SECONDS)  # until everybody is connected and warm
    rates: dict[bool, list[float]] = {False: [], True: []}
    for number in range(ROUNDS):
        for on in (False, True) if number % 2 else (True, False):
            sealing.set() if on else sealing.clear()
            time.sleep(SETTLE)
            before, started = sum(each.value for each in counters), time.perf_counter()
            time.sleep(SECONDS)
            rates[on].append((sum(each.value for each in counters) - before) / (time.perf_counter() - started))
    return rates[False], rates[True]


def write(url: str, stop: Event, counter: Any) -> None:
    """Commit one audit row after another until told to stop."""
    with psycopg.connect(url, autocommit=True) as web:
        while not stop.is_set():
            web.execute(INSERT, [1])
            counter.value += 1


def seal(url: str, stop: Event, sealing: Event) -> None:
    """Seal every second while ``sealing`` is set, as the worker does, until told to stop."""
    os.environ["DATABASE_URL"] = url
    django.setup()
    from safeguard.audit.sealing import seal_settled

    while not stop.wait(1.0):
        if sealing.is_set():
            seal_settled()


def timed(run: Any) -> float:
    """Return how many seconds ``run`` takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def require(condition: bool) -> None:
    """Stop the benchmark where it would measure something else than it says."""
    if not condition:
        sys.exit("The audit did not verify: the figures would mean nothing.")


if __name__ == "__main__":
    sys.exit(main())
