"""Keeps several processes going: shows what they print, starts one again that stops, and ends them all together."""

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from safeguard.common.services.processes import Identity, ServiceError, signal_quietly, spawn, wait_until

STOP_SECONDS = 5
TICK_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 30
# A process that ran this long was well: the next stop counts as its first.
WELL_AFTER_SECONDS = 30
MOST_FAILURES = 5


@dataclass(frozen=True)
class Service:
    """A process to keep going: its short name, its command (an absolute path and arguments), its environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass
class Child:
    """A service and the process that runs it now, or ran it last."""

    service: Service
    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)
    failures: int = 0
    # Whether it is meant to end.
    once: bool = False
    # When to start it again; None while it runs.
    due: float | None = None
    unfinished_line: bytes = b""


class Supervisor:
    """Runs services until told to stop. ``record`` is the file in which it notes them, for after a crash."""

    def __init__(self, record: Path, say: Callable[[str], None]) -> None:
        self.stopping = False
        self._record = record
        self._say = say
        self._children: dict[str, Child] = {}
        self._needed: dict[str, subprocess.Popen[bytes]] = {}
        self._selector = selectors.DefaultSelector()

    # --- What an earlier run left over -------------------------------------------------------------

    def stop_orphans(self) -> None:
        """Stop the noted processes that still run: those very ones, not others that got their numbers."""
        orphans = [identity for identity in self._noted() if identity.alive()]
        for identity in orphans:
            signal_quietly(identity.pid, signal.SIGTERM, group=True)
        wait_until(lambda: not any(identity.alive() for identity in orphans), STOP_SECONDS)
        for identity in orphans:
            if identity.alive():
                signal_quietly(identity.pid, signal.SIGKILL, group=True)
        wait_until(lambda: not any(identity.alive() for identity in orphans), STOP_SECONDS)
        self._record.unlink(missing_ok=True)

    def _noted(self) -> list[Identity]:
        try:
            return [Identity(**entry) for entry in json.loads(self._record.read_text())]
        except (FileNotFoundError, ValueError, TypeError):  # none, or cut short by a crash
            return []

    def _note(self) -> None:
        identities = [Identity.of(child.process.pid) for child in self._children.values()]
        entries = [{"pid": each.pid, "started": each.started} for each in identities if each]
        unfinished = self._record.with_suffix(".new")
        unfinished.write_text(json.dumps(entries))
        unfinished.replace(self._record)

    # --- Running -----------------------------------------------------------------------------------

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Take Ctrl-C, the terminal's closing and a polite kill as the wish to stop, until the block ends."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as `nohup` sets it
            numbers.append(signal.SIGHUP)
        before = [signal.signal(number, self._wish_to_stop) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _wish_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def need(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Watch a process that others start and stop: without it ``watch`` raises ServiceError."""
        self._needed[name] = process

    def finish(self, service: Service) -> bool:
        """Run ``service`` to its end; return False when a wish to stop came first.

        Raises ServiceError when it fails.
        """
        child = self.start(service, once=True)
        if not self.watch(lambda: self._pipe(child).closed and child.process.poll() is not None):
            return False
        del self._children[service.name]
        if child.process.returncode != 0:
            raise ServiceError(
                f"{service.name} failed ({_ending(child.process)}); what it printed is above. "
                "Everything was stopped, and what was saved is kept."
            )
        return True

    def start(self, service: Service, failures: int = 0, *, once: bool = False) -> Child:
        """Start ``service`` in a process group of its own."""
        if (before := self._children.get(service.name)) and not self._pipe(before).closed:
            self._close(before)
        process = spawn(service.command, environment=service.environment, output=subprocess.PIPE)
        child = Child(service, process, failures=failures, once=once)
        self._children[service.name] = child
        self._selector.register(self._pipe(child), selectors.EVENT_READ, child)
        self._note()
        return child

    def watch(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep the services going until ``until()`` or a wish to stop; return whether it was the former.

        Raises ServiceError when a needed process has gone, or a service stops again and again.
        """
        while not self.stopping:
            self._show_output(TICK_SECONDS)
            self._check_needed()
            for child in list(self._children.values()):
                self._keep_going(child)
            if until():
                return True
        return False

    def _check_needed(self) -> None:
        for name, process in self._needed.items():
            if process.poll() is not None:
                raise ServiceError(
                    f"{name} stopped unexpectedly ({_ending(process)}), so everything else was stopped too. "
                    "What was saved is kept. Start again: it recovers by itself."
                )

    def _keep_going(self, child: Child) -> None:
        now = time.monotonic()
        if child.once:
            return
        if child.due is None and child.process.poll() is not None:
            self._plan_another_start(child, now)
        elif child.due is not None and now >= child.due:
            self.start(child.service, child.failures)

    def _plan_another_start(self, child: Child, now: float) -> None:
        signal_quietly(child.process.pid, signal.SIGKILL, group=True)  # what it started itself
        child.failures = 1 if now - child.began > WELL_AFTER_SECONDS else child.failures + 1
        name, ending = child.service.name, _ending(child.process)
        if child.failures >= MOST_FAILURES:
            raise ServiceError(
                f"{name} stopped {child.failures} times in a row ({ending}); what it printed is above. "
                "Everything was stopped, and what was saved is kept."
            )
        delay = min(2 ** (child.failures - 1), LONGEST_DELAY_SECONDS)
        child.due = now + delay
        self._say(f"{name} stopped ({ending}). It starts again in {delay} s.")

    # --- Output ------------------------------------------------------------------------------------

    def _show_output(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            data = os.read(key.fd, 65536)
            *lines, child.unfinished_line = (child.unfinished_line + data).split(b"\n")
            if not data:
                lines.append(child.unfinished_line)
                self._close(child)
            for line in filter(None, lines):
                self._say(f"{child.service.name:<7}| {line.decode(errors='replace')}")

    def _close(self, child: Child) -> None:
        self._selector.unregister(self._pipe(child))
        self._pipe(child).close()

    @staticmethod
    def _pipe(child: Child) -> IO[bytes]:
        assert child.process.stdout is not None  # noqa: S101  (asked for in start)
        return child.process.stdout

    # --- Stopping ----------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask every process to end, and kill with their groups those that have not within five seconds."""
        running = [child.process for child in self._children.values() if child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while running:
            self._show_output(TICK_SECONDS)
            late = time.monotonic() > deadline
            for process in [each for each in running if late or each.poll() is not None]:
                signal_quietly(process.pid, signal.SIGKILL, group=True)
                process.wait()
                running.remove(process)
        for child in self._children.values():
            if not self._pipe(child).closed:
                self._close(child)
        self._children.clear()
        self._record.unlink(missing_ok=True)


def _ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
