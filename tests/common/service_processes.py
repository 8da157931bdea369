"""Starting a service in a process of its own, so that a test can kill whoever started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Starter:
    """A process that started a service: its first line of output, and the process itself."""

    process: subprocess.Popen[str]
    says: str

    def kill(self) -> None:
        """End it as the power would: no clean-up."""
        self.process.kill()
        self.process.wait()


@contextmanager
def starter(code: str, *arguments: object) -> Iterator[Starter]:
    """Run ``code``, which prints one line, in a Python of its own; at the end its input closes, and it should end."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Starter(process, process.stdout.readline().strip())
        finally:
            process.communicate(timeout=20)


def running(pid: int) -> bool:
    """Whether a process with this number runs, zombies aside."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@contextmanager
def stranger() -> Iterator[int]:
    """A harmless process of somebody else: gives its number, and fails if anything ended it."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        assert process.poll() is None, "a process that is none of ours was stopped"
        os.kill(process.pid, signal.SIGKILL)
