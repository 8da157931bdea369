"""A PostgreSQL server of our own for the demo and the tests: a Unix socket only, never TCP.

One folder per major version below ``data_dir``. The server dies with the process that started it; what a
crash leaves behind (stale files, orphaned processes) is cleared by the next start, and the data is kept.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from safeguard.common.services.binaries import Programs, find_programs
from safeguard.common.services.folders import FolderLock, make_socket_folder, remove_socket_folder
from safeguard.common.services.processes import (
    Account,
    ServiceError,
    evict,
    server_account,
    spawn,
    stop,
    wait_until,
)

SUPERUSER = "postgres"
START_SECONDS = 60
LOG_TAIL_LINES = 8
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": LOCALE, "TZ": "UTC"}
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the rows that they failed on carry names, so neither is logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """Where a server's files live, and whether they must survive a power cut."""

    data_dir: Path
    durable: bool


class RunningPostgres:
    """A server that accepts connections until ``stop()``, or until the process that started it ends."""

    def __init__(self, cluster: Cluster, socket_dir: Path, process: subprocess.Popen[bytes], lock: FolderLock) -> None:
        self.cluster = cluster
        self.socket_dir = socket_dir
        self.process = process
        self._lock = lock

    def url(self, database: str, user: str) -> str:
        """Return the address of ``database`` for ``user``, as libpq, psycopg and DATABASE_URL take it."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket_dir))}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the address of ``database`` for the superuser."""
        return self.url(database, SUPERUSER)

    def stop(self) -> None:
        """Disconnect everybody and shut down, keeping the data. Does nothing the second time."""
        # Fast shutdown, then immediate, which the next start recovers from.
        stop(self.process, signal.SIGINT, signal.SIGQUIT)
        remove_socket_folder(self.cluster.data_dir)
        self._lock.release()


def start_postgres(data_dir: Path, *, durable: bool) -> RunningPostgres:
    """Start the server on ``data_dir``, made if need be, and wait until it accepts connections.

    ``durable=False`` trades safety against a power cut for speed: for tests. Raises ServiceError when
    another live process uses ``data_dir``, when no PostgreSQL is found, or when it does not start.
    """
    cluster = Cluster(data_dir.absolute(), durable)
    lock = FolderLock(cluster.data_dir)
    try:
        return _start(cluster, lock)
    except BaseException:
        remove_socket_folder(cluster.data_dir)
        lock.release()
        raise


def _start(cluster: Cluster, lock: FolderLock) -> RunningPostgres:
    programs = find_programs(server_account(cluster.data_dir))
    folder = cluster.data_dir / str(programs.major)
    account = server_account(folder)
    if folder.exists():
        _recover(folder)
    else:
        _make(folder, programs, account, cluster)
    socket_dir = make_socket_folder(cluster.data_dir, account)
    process = _launch(folder, programs, account, cluster, socket_dir)
    running = RunningPostgres(cluster, socket_dir, process, lock)
    if not wait_until(lambda: process.poll() is not None or _ready(folder, process.pid), START_SECONDS):
        running.stop()
    if process.poll() is not None:
        raise _did_not("start", _log(cluster))
    return running


def _log(cluster: Cluster) -> Path:
    return cluster.data_dir / "postgres.log"


def _did_not(verb: str, log: Path) -> ServiceError:
    last = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
    return ServiceError(f"PostgreSQL did not {verb}. Its data was kept. The end of {log} says why:\n{last}")


@contextmanager
def _handed_over(folder: Path, account: Account | None) -> Iterator[tuple[str, list[int]]]:
    """Give the path by which ``account`` reaches ``folder``, and the descriptors that it must inherit for that.

    Root's folders are often below one that others may not pass (/root). An open descriptor needs no way in.
    """
    if account is None or sys.platform != "linux":
        yield str(folder), []
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", [descriptor]
    finally:
        os.close(descriptor)


def _make(folder: Path, programs: Programs, account: Account | None, cluster: Cluster) -> None:
    """Make a new cluster under another name first: one that was cut short is never mistaken for a whole one."""
    unfinished = folder.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account:
        os.chown(unfinished, account.uid, account.gid)
    options = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-instructions"]
    if not cluster.durable:
        options.append("--no-sync")
    with _log(cluster).open("ab") as log, _handed_over(unfinished, account) as (path, descriptors):
        command = [str(programs.folder / "initdb"), "-D", path, *options]
        made = spawn(command, environment=ENVIRONMENT, output=log, account=account, descriptors=descriptors)
        if made.wait() != 0:
            raise _did_not("make a new database cluster", _log(cluster))
    unfinished.rename(folder)


def _recover(folder: Path) -> None:
    """Stop the server that a crash orphaned, and make its stale lock file harmless."""
    pid_file = folder / "postmaster.pid"
    evict("postgres", folder, _postmaster(pid_file), signal.SIGINT)
    if not pid_file.exists():
        return
    # Its number may now belong to a stranger, and then PostgreSQL would refuse to start. Deleting the file
    # would also delete its record of shared memory, the last guard against two servers on one folder. The
    # number of a server's own parent is the one that it never takes for another server.
    lines = pid_file.read_text().splitlines(keepends=True)
    with pid_file.open("r+") as file:
        file.writelines([f"{os.getpid()}\n", *lines[1:]])
        file.truncate()


def _postmaster(pid_file: Path) -> int | None:
    """Return the process number in the lock file; None without one, or when a crash left it empty."""
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _launch(
    folder: Path, programs: Programs, account: Account | None, cluster: Cluster, socket_dir: Path
) -> subprocess.Popen[bytes]:
    settings = SETTINGS | {"unix_socket_directories": str(socket_dir)} | ({} if cluster.durable else THROW_AWAY)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with _log(cluster).open("ab") as log, _handed_over(folder, account) as (path, descriptors):
        return spawn(
            [programs.folder / "postgres", "-D", path, *options],
            environment=ENVIRONMENT,
            output=log,
            farewell=signal.SIGINT,
            account=account,
            descriptors=descriptors,
        )


def _ready(folder: Path, pid: int) -> bool:
    """Whether the lock file is ``pid``'s and says that it accepts connections: the eighth line, as pg_ctl reads it."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(pid)] and lines[7:8] == ["ready   "]
