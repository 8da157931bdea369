"""Running the real demo in a folder and on a port of its own, and watching what it starts."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from safeguard.common.services.processes import at_home, wait_until
from tests.common.service_processes import ROOT, running

# What this process was told about its own servers must not reach the demo.
OWN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORT", "FRESH", "DJANGO_SETTINGS_MODULE", "SITE_URL")


# Seconds: the first start runs every migration, on a machine that may be busy.
PREPARING = 400


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A demo that was started: what it printed so far, its processes, its database."""

    def __init__(self, folder: Path, **environment: object) -> None:
        self.folder = folder
        self.port = int(str(environment.get("PORT") or free_port()))
        told = {name: value for name, value in os.environ.items() if name not in OWN}
        told |= {"PORT": str(self.port), "SAFEGUARD_DATA_DIR": str(folder)}
        told |= {name: str(value) for name, value in environment.items()}
        command = [sys.executable, "-m", "safeguard.management.demo"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        self.printed = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed += line

    def wait_until_ready(self) -> "Demo":
        """Wait for the address; fail with what was printed when it does not come."""
        wait_until(lambda: "Safeguard is ready" in self.printed or self.process.poll() is not None, PREPARING)
        if "Safeguard is ready" not in self.printed:
            self.end(signal.SIGKILL)
            pytest.fail(self.printed)
        return self

    def prints(self, text: str, seconds: float = 30) -> bool:
        """Wait until ``text`` was printed."""
        return wait_until(lambda: text in self.printed, seconds)

    def status(self, path: str = "/health/ready") -> int:
        """Ask for a page; 0 when nobody answers."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def processes(self) -> set[int]:
        """Return the numbers of the processes that belong to this demo's folder, itself aside."""
        servers = at_home("valkey-server", self.folder / "valkey")
        for cluster in (self.folder / "postgres").glob("[0-9]*"):
            servers |= at_home("postgres", cluster)
        told = f"SAFEGUARD_DATA_DIR={self.folder}\0".encode()
        return (servers | {pid for pid in numbers() if told in environment_of(pid)}) - {self.process.pid}

    def database(self) -> psycopg.Connection:
        """Connect as the superuser."""
        socket_dir = (self.folder / "postgres" / "socket").readlink()
        return psycopg.connect(f"postgresql://postgres@/safeguard?host={socket_dir}", autocommit=True)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        self._reader.join(timeout=10)
        assert self.process.stdout
        if not self._reader.is_alive():
            self.process.stdout.close()
        return code


def numbers() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and running(int(entry.name)))


def environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


@contextmanager
def demo(folder: Path, **environment: object) -> Iterator[Demo]:
    """Run the demo until it is ready; at the end it is stopped, whatever happened."""
    started = Demo(folder, **environment)
    try:
        yield started.wait_until_ready()
    finally:
        started.end(signal.SIGINT)


def refused(folder: Path, **environment: object) -> str:
    """Start a demo that must not start; return what it printed."""
    started = Demo(folder, **environment)
    try:
        assert started.process.wait(timeout=30) == 1
    finally:
        started.end(signal.SIGKILL)
    return started.printed
