"""A browser's side of a live timeline: one open stream, read line by line."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from cases import timeline
from cases.event_kinds import Kind
from cases.models import Case, TimelineEntry
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.e2e.pages import cookie_of

SECONDS = 10


@dataclass
class OpenStream:
    """A stream that the server answered with ``status``."""

    response: http.client.HTTPResponse

    @property
    def status(self) -> int:
        """Return the status of the answer."""
        return self.response.status

    def until(self, *endings: str) -> str:
        """Return what the server sends until a line begins with one of ``endings``, or until it hangs up."""
        said = ""
        while line := self.response.readline().decode():
            said += line
            if line.startswith(endings):
                break
        return said

    def hint(self) -> str:
        """Return the public key of the next hint, past heartbeats; another event before it fails the test."""
        said = [line for line in self.until("data:").splitlines() if line.strip(":")]
        assert said[0] == "event: entry", said
        return said[1].removeprefix("data: ")


@contextmanager
def follow(server: str, person: Person | str, case: Case, since: datetime | None = None) -> Iterator[OpenStream]:
    """Open the stream of ``case`` as ``person`` (or with the cookie of a session) does."""
    cookie = person if isinstance(person, str) else cookie_of(person)
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=SECONDS)
    query = f"?{urlencode({'since': since.isoformat()})}" if since else ""
    headers = {"Cookie": f"sessionid={cookie}", "Accept": "text/event-stream"}
    connection.request("GET", reverse("cases:live", args=[case.uuid]) + query, headers=headers)
    stream = OpenStream(connection.getresponse())
    try:
        if stream.status == http.client.OK:
            assert stream.until("retry") == "retry: 3000\n"
            stream.response.readline()
        yield stream
    finally:
        stream.response.close()
        connection.close()


def write(person: Person, case: Case, **event: Any) -> TimelineEntry:
    """Write an entry as ``person``, committed."""
    with entered(person) as by:
        return timeline.write(case, timeline.Event(kind=Kind.NOTE, title="Something happened", **event), by=by)
