"""Child processes that die with their parent, and telling one process from another that reuses its number."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")
POLL_SECONDS = 0.02


class ServiceError(RuntimeError):
    """A service could not be started. The message says what happened, what was kept and what to do."""


@dataclass(frozen=True)
class Account:
    """A user of the operating system that a server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Identity:
    """A process number and when that process started: the pair is never used twice."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """Return the identity of the live process ``pid``; None when there is none, or only its remains (a zombie)."""
        started = _started(pid)
        return cls(pid, started) if started else None

    def alive(self) -> bool:
        """Whether that very process still runs."""
        return Identity.of(self.pid) == self


def _started(pid: int) -> str:
    """Return something that only this process with this number has; empty when it does not run."""
    if sys.platform != "linux":
        return _output("ps", "-o", "lstart=", "-p", str(pid))
    try:
        # After the parenthesised name, which may hold anything: field 3 is the state, field 22 the start in ticks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "" if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _output(*command: str) -> str:
    program = shutil.which(command[0])
    if program is None:
        return ""
    found = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603  (fixed)
    return found.stdout.strip()


def at_home(name: str, folder: Path) -> set[int]:
    """Return the numbers of the processes called ``name`` whose working directory is ``folder``.

    Both servers move to their data folder, so this finds whoever uses it, whatever stale files claim.
    """
    if sys.platform != "linux":
        return _at_home_by_lsof(name, folder)
    processes = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {int(process.name) for process in processes if _is_at_home(process, name, folder)}


def _at_home_by_lsof(name: str, folder: Path) -> set[int]:
    found, pid = set(), 0
    for line in _output("lsof", "-a", "-d", "cwd", "-c", name, "-F", "pn").splitlines():
        if line.startswith("p"):  # the process that the next lines are about
            pid = int(line[1:])
        elif line.startswith("n") and Path(line[1:]) == folder.resolve():
            found.add(pid)
    return found


def _is_at_home(process: Path, name: str, folder: Path) -> bool:
    try:
        return (process / "comm").read_text().strip() == name and (process / "cwd").samefile(folder)
    except OSError:  # gone meanwhile, or somebody else's
        return False


def server_account(folder: Path) -> Account | None:
    """Return who a server on ``folder`` runs as when we are root; None, meaning ourselves, when we are not.

    The owner of an existing folder, else ``postgres``, else ``nobody``: PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return Account(entry.pw_uid, entry.pw_gid)


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    farewell: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start ``command`` (an absolute path and arguments) in a session of its own.

    On Linux it receives ``farewell`` when the thread that called this ends, however it ends.
    """
    ids = (account.uid, account.gid) if account else (-1, -1)
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(farewell)), *map(str, ids)]
    return subprocess.Popen(  # noqa: S603  (our own commands only)
        [*leash, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(environment) if environment is not None else None,
        start_new_session=True,
        pass_fds=tuple(descriptors),
    )


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for ``condition``; return whether it came true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def stop(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10) -> None:
    """Send each of ``signals`` in turn, ``patience`` seconds apart, until the process has gone; at last kill it."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue
        return


def signal_quietly(pid: int, number: signal.Signals, *, group: bool = False) -> None:
    """Send a signal to a process, or to its whole group; one that has gone meanwhile is no error."""
    try:
        (os.killpg if group else os.kill)(pid, number)
    except ProcessLookupError:
        return


def evict(name: str, folder: Path, leader: int | None, number: signal.Signals, patience: float = 10) -> None:
    """Stop whoever called ``name`` still uses ``folder``: ask ``leader`` by signal ``number``, then kill the rest."""
    left = at_home(name, folder)
    if leader in left:
        signal_quietly(leader, number)
    # Without its leader a server's other processes have nothing to wait for, except a query that runs on.
    wait = patience if leader in left else 1
    if left and not wait_until(lambda: not at_home(name, folder), wait):
        for pid in at_home(name, folder):
            signal_quietly(pid, signal.SIGKILL)
        wait_until(lambda: not at_home(name, folder), patience)
