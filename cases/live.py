"""Live timelines: open pages are told within a second that there is something new for them.

A page keeps a stream open (server-sent events). Each web process listens to PostgreSQL on one connection of
its own, outside the pool. A notification says which entry of which case is new; one statement then decides
for all open streams of that case at once who may know of it (``cases_live_hints``, migration 0014), and those
get the entry's public key and nothing else. What it says the page fetches through the ordinary door.

The same statement ends the streams whose session, membership or grant has ceased to hold: at once after a
change that may have taken one away, and in any case every CHECK_SECONDS. While the database is away nobody
is told anything.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from agencies.acting import Acting
from agencies.roles import Can, roles_with
from cases.models import Case

CHANNEL = "safeguard_live"
CHECK_SECONDS = 15.0
# After a change that may have taken a right away: a morning of sign-outs must not ask without pause.
LEAST_SECONDS_BETWEEN_CHECKS = 1.0
# How long a new stream may wait to be asked about, and the loop for its end.
TURN_SECONDS = 0.2
RETRY_SECONDS = 2.0
# Over plain HTTP/1.1 a browser opens six connections to a site in all, and pages need some of them.
MOST_STREAMS_A_PERSON = 4
MOST_HINTS = 100
HINTS = "SELECT stream, entry FROM cases_live_hints(%s::jsonb, %s, %s, %s * interval '1s', %s * interval '1s')"

Listener = psycopg.AsyncConnection[Any]
logger = logging.getLogger(__name__)
_numbers = count(1)
_open_streams: Counter[int] = Counter()


@dataclass(eq=False)
class Stream:
    """One open page: whose it is, of which case, and what it is to be told next."""

    case_id: int
    user_id: int
    membership: UUID
    session: str
    since: datetime | None = None  # asked once: what came between the page and its stream
    number: int = field(default_factory=lambda: next(_numbers))
    hints: set[str] = field(default_factory=set)
    ended: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def as_asked(self) -> dict[str, Any]:
        """Return what ``cases_live_hints`` is asked of this stream."""
        since = self.since.isoformat() if self.since else None
        asked = {"stream": self.number, "case_id": self.case_id, "since": since}
        return asked | {"membership": str(self.membership), "session": self.session}

    def tell(self, hints: Collection[str], *, beat: bool) -> None:
        """Add hints; a page that reads too slowly for so many learns of the rest when it is loaded again.

        Without a hint nothing is sent, unless this is the heartbeat: a sign of life at the moment of an entry
        that stays hidden would betray it.
        """
        self.hints |= set(list(hints)[: MOST_HINTS - len(self.hints)])
        if self.hints or beat:
            self.wake.set()

    def end(self) -> None:
        """Let the stream end."""
        self.ended = True
        self.wake.set()


def stream_of(by: Acting, case: Case, *, session: str, since: datetime | None) -> Stream | None:
    """Return a stream of ``case``, which came through the door, for ``by``'s page; None where they have too many.

    ``session`` is the key of the browser's session, ``since`` when the page was made.
    """
    if by.membership_uuid is None or by.user_id is None or _open_streams[by.user_id] >= MOST_STREAMS_A_PERSON:
        return None
    return Stream(case.pk, by.user_id, by.membership_uuid, session, since)


async def events(stream: Stream) -> AsyncIterator[bytes]:
    """Yield the events of ``stream`` until it ends: ``entry`` with a public key, ``end``, a comment as heartbeat."""
    # The request is answered: its database connection goes back to the pool, however long this takes.
    await sync_to_async(connections.close_all)()
    _open_streams[stream.user_id] += 1
    hub = _hub()
    hub.add(stream)
    try:
        yield b"retry: 3000\n\n"
        while not stream.ended:
            await stream.wake.wait()
            yield _told(stream)
    finally:
        hub.streams.pop(stream.number, None)
        _open_streams[stream.user_id] -= 1


def _told(stream: Stream) -> bytes:
    stream.wake.clear()
    hints, stream.hints = sorted(stream.hints), set()
    parts = [f"event: entry\ndata: {hint}\n\n" for hint in hints]
    parts += ["event: end\ndata:\n\n"] if stream.ended else []
    return "".join(parts or [":\n\n"]).encode()


class Hub:
    """The open streams of one web process, and the task that asks for all of them while there are any."""

    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.checked = time.monotonic()
        self.heard = timezone.now()
        self.asked = 0  # statements so far, for the figure that each notification costs one
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: Stream) -> None:
        """Add a stream, and begin to listen with the first."""
        self.streams[stream.number] = stream
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self.streams:
            try:
                async with await _connect() as listener:
                    await listener.execute(f"LISTEN {CHANNEL}")
                    await self._listen(listener)
            except psycopg.Error:
                logger.warning("Live timelines wait for the database.")
                for stream in self.streams.values():  # what comes meanwhile is asked for afterwards
                    stream.since = stream.since or self.heard
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, listener: psycopg.AsyncConnection[Any]) -> None:
        losses = False
        while self.streams:
            notes = [note.payload async for note in listener.notifies(timeout=TURN_SECONDS, stop_after=1)]
            losses = losses or "check" in notes
            since_check = time.monotonic() - self.checked
            check = since_check > (LEAST_SECONDS_BETWEEN_CHECKS if losses else CHECK_SECONDS)
            await self._answer(listener, _entries(notes), check=check)
            losses = losses and not check
            self.heard = timezone.now()

    async def _answer(self, listener: Listener, entries: dict[int, int], *, check: bool) -> None:
        """Ask for the streams that the new ``entries`` concern and for new streams; for all of them to ``check``."""
        cases = set(entries.values())
        asked = [s for s in self.streams.values() if check or s.since is not None or s.case_id in cases]
        if check:
            self.checked = time.monotonic()
        if not asked:
            return
        hints = await self._hints_of_all(listener, asked, list(entries))
        for stream in asked:
            stream.since = None
            if stream.number in hints:
                stream.tell(hints[stream.number], beat=check)
            else:
                stream.end()

    async def _hints_of_all(
        self, listener: Listener, streams: list[Stream], entries: list[int]
    ) -> dict[int, list[str]]:
        """Return what ``_hints`` does; a stream that the database cannot be asked about ends alone, not with all."""
        try:
            return await self._hints(listener, streams, entries)
        except psycopg.DataError:
            if len(streams) == 1:
                logger.warning("A live timeline could not be asked about, and ends.")
                return {}
            middle = len(streams) // 2
            first = await self._hints_of_all(listener, streams[:middle], entries)
            return first | await self._hints_of_all(listener, streams[middle:], entries)

    async def _hints(self, listener: Listener, streams: list[Stream], entries: list[int]) -> dict[int, list[str]]:
        """Return what each of ``streams`` may know, by its number; one that has ceased to hold is left out."""
        limits = (_idle_seconds(), settings.SESSION_COOKIE_AGE)
        asked = json.dumps([stream.as_asked() for stream in streams])
        found = await listener.execute(HINTS, [asked, entries, roles_with(Can.WORK_CASES), *limits])
        self.asked += 1
        hints: dict[int, list[str]] = {}
        for number, entry in await found.fetchall():
            hints.setdefault(number, []).extend([str(entry)] if entry else [])
        return hints


def _idle_seconds() -> int:
    # The last request is written down once a minute at most: see agencies.sign_in.session_limits.
    return int(settings.SESSION_IDLE_SECONDS) + 60


def _entries(notes: Collection[str]) -> dict[int, int]:
    """Return the new entries' ids, each with its case's, from payloads such as ``entry 7 42`` (case, entry)."""
    parts = [note.split() for note in notes]
    return {int(part[2]): int(part[1]) for part in parts if part[0] == "entry"}


async def _connect() -> psycopg.AsyncConnection[Any]:
    parameters = connection.get_connection_params()
    known = {name: value for name, value in parameters.items() if name not in {"pool", "cursor_factory", "context"}}
    return await psycopg.AsyncConnection.connect(**known, autocommit=True, application_name="safeguard live")


# One hub for each event loop: a process of production has one.
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def _hub() -> Hub:
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


def hubs() -> list[Hub]:
    """Return the hubs of this process."""
    return list(_hubs.values())
