"""Reminders while worker, beat and broker are killed: ``python -m tools.chaos`` (``make chaos``).

A PostgreSQL, a broker, a Celery worker and two beats of their own run as in production; reminders become due at a
steady rate, and at random moments one of the processes is killed (SIGKILL) and started again. What a real SMTP
server, or a provider's web service, was handed is compared with what was due:

* lost: deadlines whose reminder was due and never delivered; must be 0
* beyond one: Message-IDs (idempotency keys) beyond one for each deadline; must be 0
* re-sends: the same Message-ID handed over again, which a mail server delivers twice; reported

The same is done to a task that is put into the queue by ``.delay``, as the comparison. Rates may be given:
``python -m tools.chaos 25``.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import django
import psycopg
from django.core.management import call_command

from safeguard.common.row_security import OWNER_ROLE, WORKER_ROLE
from safeguard.common.services.postgres import start_postgres
from safeguard.common.services.roles import create_roles
from tools import chaos_naive
from tools.chaos_servers import Processes, Provider, Seen, Sink

REMINDERS = 1000
RATES = (25, 400)
KILLS = {"worker": 10, "beat": 5, "broker": 5}
BATCH_SECONDS = 0.1
SHORTEST_PAUSE, LONGEST_PAUSE = 0.3, 2.5  # between two kills
PATIENCE = 300.0  # for the last reminder, once all was due and nothing is killed any more
QUIET = 20.0  # what the queue has not brought after so many seconds without anything is lost


@dataclass
class Result:
    """What came of one run: what was due, how often each message was handed over for each, and the kills."""

    due: frozenset[str]
    handed_over: dict[str, Counter[str]]
    seconds: float
    kills: int = 0
    kills_at_work: int = 0

    @property
    def lost(self) -> int:
        """Return how many were due and never delivered."""
        return len(self.due - self.handed_over.keys())

    @property
    def beyond_one(self) -> int:
        """Return how many messages there are beyond one for each reminder."""
        return sum(len(messages) - (reminder in self.due) for reminder, messages in self.handed_over.items())

    @property
    def again(self) -> int:
        """Return how often a message was handed over that had been before."""
        return sum(messages.total() - len(messages) for messages in self.handed_over.values())

    def __str__(self) -> str:
        return (
            f"lost {self.lost} of {len(self.due)} ({self.lost / len(self.due):.1%}); beyond one {self.beyond_one}; "
            f"handed over again {self.again}; {self.kills} kills, {self.kills_at_work} with work left; "
            f"{self.seconds:.0f} s"
        )


@dataclass
class Killer:
    """Kills processes one after the other in a random order, with random pauses."""

    processes: Processes
    chance: random.Random
    order: list[str]
    at_work: Callable[[], bool]
    done_at_work: int = 0
    _next: float = field(default=0.0)

    def step(self) -> None:
        """Kill the next one if its moment has come."""
        if not self.order or time.monotonic() < self._next:
            return
        self.done_at_work += self.at_work()
        self.processes.kill(self.order.pop())
        self._next = time.monotonic() + self.chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)


def run(
    processes: Processes,
    feed: Callable[[int, int], None],
    seen: Seen,
    *,
    due: Iterable[str],
    rate: float,
    kills: dict[str, int],
    patience: float = PATIENCE,
) -> Result:
    """Let what ``due`` names come due at ``rate`` a second by ``feed(first, last)``, kill meanwhile, and wait."""
    keys = frozenset(due)
    chance = random.Random(time.time_ns())  # noqa: S311  (no secret: which process is killed when)
    order = [name for name, count in kills.items() for _ in range(count)]
    chance.shuffle(order)
    killer = Killer(processes, chance, order, at_work=lambda: len(seen) < len(keys))
    began, fed = time.monotonic(), 0
    while fed < len(keys) or killer.order:
        coming = min(len(keys), int((time.monotonic() - began) * rate))
        if coming > fed:
            feed(fed, coming)
            fed = coming
        killer.step()
        time.sleep(BATCH_SECONDS / 2)
    last, count = time.monotonic(), len(seen)
    while len(seen) < len(keys) and time.monotonic() < last + patience:
        time.sleep(BATCH_SECONDS)
        if len(seen) > count:
            last, count = time.monotonic(), len(seen)
    time.sleep(1)  # what comes twice may come a little later
    seconds = time.monotonic() - began
    return Result(keys, seen.copy(), seconds, processes.killed.total(), killer.done_at_work)


def becoming_due(url: str, stages: Sequence[int]) -> Callable[[int, int], None]:
    """Return what lets the stages from one place to another come due, by the database's clock."""
    connection = psycopg.connect(url, autocommit=True)

    def feed(first: int, last: int) -> None:
        sql = "UPDATE notifications_reminderstage SET due_at = statement_timestamp() WHERE id = ANY(%s)"
        connection.execute(sql, [list(stages[first:last])])

    return feed


def main(rates: Sequence[int] = RATES) -> int:
    """Run all and print a line for each. Returns 1 where a reminder was lost or came under two Message-IDs."""
    with tempfile.TemporaryDirectory(prefix="safeguard-chaos-") as name, ExitStack() as cleanup:
        folder = Path(name)
        postgres = start_postgres(folder / "postgres", durable=False)
        cleanup.callback(postgres.stop)
        create_roles(postgres.superuser_url(), "chaos")
        owner, worker = postgres.url("chaos", OWNER_ROLE), postgres.url("chaos", WORKER_ROLE)
        _migrate(owner)
        from tools.chaos_world import make

        sink = cleanup.enter_context(Sink())
        provider = cleanup.enter_context(Provider())
        whole = True
        for rate in rates:
            for by, seen, address in (("mail server", sink.seen, ""), ("provider", provider.seen, provider.url)):
                settings = {"DATABASE_URL": worker, "EMAIL_PORT": str(sink.port), "EMAIL_PROVIDER_URL": address}
                seen.clear()
                stages = make(REMINDERS, f"{by} {rate}")
                with Processes(folder / f"{by}-{rate}", settings) as processes:
                    feed = becoming_due(owner, list(stages))
                    result = run(processes, feed, seen, due=stages.values(), rate=rate, kills=KILLS)
                print(f"Safeguard, {by}, {rate} a second: {result}", flush=True)
                whole = whole and result.lost == 0 and result.beyond_one == 0
            _naive(folder, worker, sink, rate)
    print("A provider delivers each idempotency key once, however often it is handed over.")
    return 0 if whole else 1


def _migrate(owner: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "safeguard.settings.test", "DATABASE_URL": owner}
    django.setup()
    call_command("migrate", verbosity=0)


def _naive(folder: Path, worker: str, sink: Sink, rate: int) -> None:
    for late in ("", "1"):
        sink.seen.clear()
        settings = {"DATABASE_URL": worker, "EMAIL_PORT": str(sink.port), "ACKS_LATE": late}
        with Processes(folder / f"naive{late}-{rate}", settings, app="tools.chaos_naive", beats=False) as processes:
            feed = chaos_naive.publishing(processes.broker_url)
            kills = {name: count for name, count in KILLS.items() if name != "beat"}
            due = map(str, range(REMINDERS))
            result = run(processes, feed, sink.seen, due=due, rate=rate, kills=kills, patience=QUIET)
        print(f"`.delay`{' with acks_late' if late else ''}, {rate} a second: {result}", flush=True)


if __name__ == "__main__":
    sys.exit(main([int(rate) for rate in sys.argv[1:]] or RATES))
