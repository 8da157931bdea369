"""What the chaos runs against: a mail server and a provider that count, and processes that are killed and restarted."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from email import message_from_bytes, policy
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

from safeguard.common.services.valkey import program_path

START_SECONDS = 20.0
# What a reminder is about, by the link in it.
ABOUT = re.compile(r"/(?:deadlines|naive)/([\w-]+)/")


class Seen:
    """Which messages were handed over for each reminder, and how often each: by the reminder's key, by Message-ID."""

    def __init__(self) -> None:
        self._by_reminder: dict[str, Counter[str]] = {}

    def add(self, text: str, message: str) -> None:
        """Count a message for everything that its text links to."""
        for reminder in ABOUT.findall(text):
            self._by_reminder.setdefault(reminder, Counter())[message] += 1

    def clear(self) -> None:
        """Forget all."""
        self._by_reminder.clear()

    def copy(self) -> dict[str, Counter[str]]:
        """Return what was seen until now."""
        return {reminder: Counter(messages) for reminder, messages in self._by_reminder.items()}

    def __len__(self) -> int:
        return len(self._by_reminder)


class Sink:
    """A real SMTP server that keeps what was handed over for which reminder."""

    def __init__(self) -> None:
        self.seen = Seen()
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        """Count and accept."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.seen.add(mail.get_content(), str(mail["Message-ID"]))
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()


class Provider:
    """A web service that delivers each idempotency key once, and counts how often it was handed each.

    ``status`` is what it answers to the next ones; only with 200 does it deliver.
    """

    def __init__(self) -> None:
        self.seen = Seen()
        self.status = 200
        self.delivered: dict[str, dict[str, str]] = {}
        self.calls = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(provider.take(self.headers["Idempotency-Key"], content))
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def take(self, key: str, content: dict[str, str]) -> int:
        """Count a message, deliver it where it is new and wanted; return what to answer."""
        self.calls += 1
        if self.status == HTTPStatus.OK:
            self.seen.add(content["text"], key)
            self.delivered.setdefault(key, content)
        return self.status

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Processes:
    """A broker, a worker and two beats, each of which may be killed; what is killed starts again at once."""

    def __init__(self, folder: Path, settings: dict[str, str], *, app: str = "safeguard", beats: bool = True) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        # A socket's path has no room for a long folder.
        self._socket = Path(tempfile.mkdtemp(prefix="sg-chaos-")) / "broker.sock"
        self.broker_url = f"redis+socket://{self._socket}?virtual_host=0"
        base = {"DJANGO_SETTINGS_MODULE": "safeguard.settings.base", "EMAIL_HOST": "127.0.0.1"}
        self._environment = os.environ | base | settings | {"REDIS_URL": f"unix://{self._socket}?db=0"}
        celery = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", f"--app={app}"]
        options = ["--loglevel=ERROR", "--concurrency=1", "--without-gossip", "--without-mingle"]
        self._commands = {"broker": self._broker(), "worker": [*celery, "worker", *options]}
        if beats:
            beat = [*celery, "beat", "--loglevel=ERROR", "--pidfile="]
            self._commands |= {"beat": beat, "second beat": beat}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: Counter[str] = Counter()
        self._turn = 0

    def __enter__(self) -> Self:
        for name in self._commands:
            self._start(name)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for name in reversed(self._running):
            self._end(name)
        self._socket.unlink(missing_ok=True)
        self._socket.parent.rmdir()

    def kill(self, name: str) -> None:
        """Kill a process and all its children with SIGKILL, and start it again; of the beats one after the other."""
        if name == "beat":
            self._turn += 1
            name = ("beat", "second beat")[self._turn % 2]
        ran = self._running[name].poll() is None
        self._end(name)
        # Only one that ran, and ended by the signal, was killed.
        self.killed[name] += ran and self._running[name].returncode == -signal.SIGKILL
        self._start(name)

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                self._commands[name],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running[name] = process
        if name == "broker":
            self._wait_for_broker()

    def _end(self, name: str) -> None:
        process = self._running[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _broker(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [str(program_path()), *(part for key, value in options.items() for part in (f"--{key}", value))]

    def _wait_for_broker(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            with socket.socket(socket.AF_UNIX) as client:
                try:
                    client.connect(str(self._socket))
                    client.sendall(b"PING\r\n")
                    if client.recv(16).startswith(b"+PONG"):
                        return
                except OSError:
                    pass
            time.sleep(0.02)
        raise TimeoutError("The broker did not start.")
