"""Reading docker-compose.yml as its reader would, and running its services here as ordinary processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.production import ROOT

COMPOSE = ROOT / "docker-compose.yml"
SHELL_NAME = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def compose_file() -> dict[str, Any]:
    """Return the compose file with its anchors and merges resolved."""
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def interpolated(value: str, outside: Mapping[str, str]) -> str:
    """Return ``value`` with ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}`` put in from ``outside``."""

    def put_in(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if outside.get(name):
            return outside[name]
        assert kind != "?", f"{name} is required by docker-compose.yml: {rest}"
        return rest or ""

    return SHELL_NAME.sub(put_in, str(value))


@dataclass
class Service:
    """One service of the compose file on this machine: paths of the container are mapped to paths here."""

    name: str
    paths: Mapping[str, str]
    outside: Mapping[str, str]

    @property
    def definition(self) -> dict[str, Any]:
        """The service as the compose file describes it."""
        found: dict[str, Any] = compose_file()["services"][self.name]
        return found

    def here(self, value: str) -> str:
        """Return ``value`` with the container's paths and addresses replaced by those of this machine."""
        for theirs, ours in self.paths.items():
            value = value.replace(theirs, ours)
        return value

    @property
    def environment(self) -> dict[str, str]:
        """What the container would see, and the search path to this Python."""
        declared = self.definition["environment"].items()
        found = {name: self.here(interpolated(value, self.outside)) for name, value in declared}
        return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOSTNAME": f"{self.name}-1", **found}

    def run(self, log: Path, extra: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start the service's command line, in a process group of its own."""
        command = [self.here(part) for part in self.definition["command"]] + list(extra)
        with log.open("wb") as out:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=out, stderr=out, start_new_session=True
            )

    def is_healthy(self) -> bool:
        """Run the service's own health check command and return whether it is content."""
        kind, *command = self.definition["healthcheck"]["test"]
        assert kind == "CMD"
        command = [self.here(part) for part in command]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=False, timeout=60)
        return answer.returncode == 0


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], seconds: float = 40) -> bool:
    """Return whether ``condition`` came true within ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask the process to end as ``docker stop`` does, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
