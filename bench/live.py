"""How soon open timelines are told of a new entry, and what that costs.

Run: ``python -m bench.live``. Starts a PostgreSQL, a Valkey and one web process (uvicorn) of its own; opens
READERS streams on one case by people who may see its entries and OTHERS by people who see the case but not
these entries; writes ENTRIES entries, and prints

* the time from the commit to the hint's arrival at each browser's end (aim: 95 % within P95_MS);
* hints that reached somebody who may not see the entry (aim: none);
* visibility statements a notification, by PostgreSQL's own count (aim: one);
* the memory of the web process with and without the streams, and the database connections that it holds.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django
import psycopg

from safeguard.common.row_security import OWNER_ROLE, WEB_ROLE
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.roles import create_roles
from safeguard.common.services.valkey import start_valkey

DATABASE, PORT = "bench", 8765
READERS, OTHERS, ENTRIES, PAUSE = 200, 40, 40, 0.25
P95_MS = 200
OPENING = asyncio.Semaphore(10)  # so many at a time, as the pool of a web process would have it
CALLS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'cases_live_hints'"
HELD = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = %s"


def main() -> int:
    """Measure and print. Returns 1 where a figure misses its aim."""
    with tempfile.TemporaryDirectory(prefix="safeguard-bench-") as folder, ExitStack() as cleanup:
        postgres = prepare(Path(folder), cleanup)
        case, cookies, author = world()
        with web(Path(folder), postgres.url(DATABASE, WEB_ROLE)) as process:
            return 0 if asyncio.run(measure(postgres, process, case, cookies, author)) else 1


def prepare(folder: Path, cleanup: ExitStack) -> RunningPostgres:
    """Start the servers, make the tables, and let Django connect as the web."""
    postgres = start_postgres(folder / "postgres", durable=True)
    cleanup.callback(postgres.stop)
    broker = start_valkey(folder / "valkey")
    cleanup.callback(broker.stop)
    create_roles(postgres.superuser_url(), DATABASE)
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {DATABASE} SET track_functions = 'all'")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.test",
        "REDIS_URL": broker.url,
        "DATABASE_URL": postgres.url(DATABASE, OWNER_ROLE),
    }
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return postgres


@contextmanager
def web(folder: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one web process as the web's role."""
    command = [sys.executable, "-m", "uvicorn", "safeguard.asgi:application", f"--port={PORT}", "--ws=none"]
    command += ["--lifespan=off", "--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=1"]
    environment = os.environ | {"DATABASE_URL": address}
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603  (our own command)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


# --- The people and the case ----------------------------------------------------------------------


def world() -> tuple[Any, list[tuple[str, bool]], Any]:
    """Return a case, each reader's session with whether they may see its entries, and the author (acting)."""
    from agencies.models import Sector
    from cases.models import AccessLevel

    sectors = [Sector.objects.get(code=code) for code in ("social_care", "health", "police")]
    teams = [team_of(sector) for sector in sectors]
    authors = [person(f"author{number}", team) for number, team in enumerate(teams)]
    case = case_of(authors[0], teams, AccessLevel.CONTRIBUTE)
    people = [(person(f"reader{n}", teams[n % 2]), True) for n in range(READERS)]
    people += [(person(f"other{n}", teams[2]), False) for n in range(OTHERS)]
    return case, [(session_of(each), sees) for each, sees in people], authors[0]


def team_of(sector: Any) -> Any:
    """Return a team of an agency of ``sector``."""
    from django.contrib.auth.models import Group

    from agencies.models import Agency, Team

    agency = Agency.objects.create(name=f"Agency of {sector.code}", sector=sector)
    return Team.objects.create(agency=agency, name="Team", group=Group.objects.create(name=sector.code))


def person(name: str, team: Any) -> Any:
    """Return somebody new in ``team``, acting."""
    from agencies.acting import acting
    from agencies.models import Membership, User
    from agencies.roles import Role
    from safeguard.audit.actor import Origin

    user = User.objects.create(email=f"{name}@example.org", name=name)
    membership = Membership.objects.create(user=user, agency=team.agency, roles=[Role.PRACTITIONER])
    membership.teams.set([team])
    user.groups.add(team.group)
    return acting(user, Origin())


def case_of(by: Any, teams: list[Any], level: Any) -> Any:
    """Return a case in which all ``teams`` are involved."""
    from django.db import transaction

    from cases.actions.children import NewChild
    from cases.actions.involvement import Terms, involve
    from cases.actions.opening import open_child_case
    from safeguard.common import row_security

    terms = Terms(level=level, purpose="Bench", lawful_basis="ca2004_s11")
    with transaction.atomic():
        row_security.apply(by.row_security())
        case = open_child_case(NewChild(given="Robin"), team=teams[0], lawful_basis="ca1989_s17", by=by)
        for team in teams[1:]:
            involve(case, team, terms, by=by)
    return case


def session_of(by: Any) -> str:
    """Return the cookie of a session of ``by``."""
    from django.test import Client

    client = Client()
    client.force_login(by.user)
    session = client.session
    session["acting_for"] = str(by.membership_uuid)
    session.save()
    return client.cookies["sessionid"].value


# --- Measuring ------------------------------------------------------------------------------------


async def measure(
    postgres: RunningPostgres, process: Any, case: Any, cookies: list[tuple[str, bool]], author: Any
) -> bool:
    """Open the streams, write the entries and print the figures. Returns whether all are within their aims."""
    await answers()
    before = memory(process.pid)
    heard: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    streams = [asyncio.create_task(follow(case, cookie, sees, heard)) for cookie, sees in cookies]
    await asyncio.sleep(12)
    with psycopg.connect(postgres.superuser_url(DATABASE), autocommit=True) as admin:
        calls = admin.execute(CALLS).fetchone()
        written = await asyncio.to_thread(write_all, case, author)
        await asyncio.sleep(2)
        after = admin.execute(CALLS).fetchone()
        held = admin.execute(HELD, [DATABASE, WEB_ROLE]).fetchone()
    during = memory(process.pid)
    for stream in streams:
        stream.cancel()
    assert calls is not None and after is not None and held is not None  # noqa: PT018, S101  (aggregates have a row)
    return told(written, heard, asked=int(after[0] - calls[0]), sizes=(before, during), held=held[0])


async def answers() -> None:
    """Wait until the web answers."""
    for _ in range(300):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            writer.close()
            return


async def follow(case: Any, cookie: str, sees: bool, heard: dict[str, list[tuple[float, bool]]]) -> None:
    """Keep one stream open and note when each hint comes."""
    asked = f"GET /cases/{case.uuid}/live/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={cookie}\r\n"
    async with OPENING:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(f"{asked}Accept: text/event-stream\r\n\r\n".encode())
        answer = await reader.readline()
    if b"200" not in answer:
        sys.exit(f"A stream was refused: {answer.decode()}")
    while line := await reader.readline():
        if line.startswith(b"data: "):
            heard[line[6:].decode().strip()].append((time.perf_counter(), sees))


def write_all(case: Any, author: Any) -> dict[str, float]:
    """Write the entries, for social care and health; return when each was committed."""
    from django.db import transaction

    from cases import timeline
    from cases.event_kinds import Kind
    from safeguard.common import row_security

    written = {}
    audience = timeline.Audience(mask=0b101)
    for number in range(ENTRIES):
        time.sleep(PAUSE)
        with transaction.atomic():
            row_security.apply(author.row_security())
            event = timeline.Event(kind=Kind.NOTE, title=f"Entry {number}", audience=audience)
            entry = timeline.write(case, event, by=author)
        written[str(entry.uuid)] = time.perf_counter()
    return written


def told(
    written: dict[str, float], heard: dict[str, Any], *, asked: int, sizes: tuple[float, float], held: int
) -> bool:
    """Print the figures. Returns whether all are within their aims."""
    delays = [1000 * (at - written[key]) for key in written for at, sees in heard[key] if sees]
    astray = sum(not sees for each in heard.values() for _at, sees in each)
    p95 = statistics.quantiles(delays, n=20)[-1]
    print(f"{len(delays)} of {READERS * ENTRIES} hints came to {READERS} streams on one web process")
    print(
        f"delay:      median {statistics.median(delays):.0f} ms, 95 % {p95:.0f} ms (aim: {P95_MS}),"
        f" most {max(delays):.0f} ms"
    )
    print(f"astray:     {astray} of {OTHERS} streams × {ENTRIES} entries that may not know (aim: 0)")
    print(f"statements: {asked / ENTRIES:.2f} a notification (aim: 1, and one check of all every 15 s)")
    print(f"memory:     {sizes[0]:.0f} MB without streams, {sizes[1]:.0f} MB with {READERS + OTHERS}")
    print(f"database:   {held} connections held by the web and this program (one listens)")
    return len(delays) == READERS * ENTRIES and p95 < P95_MS and not astray and asked <= ENTRIES + 2


def memory(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
