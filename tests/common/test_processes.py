"""Processes that die with their parent, are told apart from others with their number, and are kept going."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.common.services.processes import Identity, ServiceError, at_home, server_account, spawn, stop, wait_until
from safeguard.common.services.supervisor import MOST_FAILURES, Service, Supervisor
from tests.common.service_processes import running, starter, stranger

SPAWN = """
import subprocess, sys
from safeguard.common.services.processes import spawn
process = spawn([sys.executable, "-c", "import time; time.sleep(600)"])
print(process.pid, flush=True)
sys.stdin.read()
process.kill()
process.wait()
"""
SUPERVISE = """
import sys
from pathlib import Path
from safeguard.common.services.supervisor import Service, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), lambda line: print(line, flush=True))
stubborn = "from signal import *; signal(SIGTERM, SIG_IGN); print('up', flush=True); pause()"
supervisor.start(Service("child", (sys.executable, "-c", stubborn), {}))
supervisor.watch()
"""
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")


def python(name: str, code: str) -> Service:
    return Service(name, (sys.executable, "-c", code), dict(os.environ))


class Said(list[str]):
    """What a supervisor said."""

    def includes(self, text: str) -> bool:
        return any(text in line for line in self)


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def supervisor(tmp_path: Path, said: Said) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "processes.json", said.append)
    yield made
    made.stop()


# --- One process ----------------------------------------------------------------------------------


@only_linux
def test_a_process_dies_with_whoever_spawned_it() -> None:
    with starter(SPAWN) as parent:
        pid = int(parent.says)
        assert running(pid)
        parent.kill()
        assert wait_until(lambda: not running(pid), 5)


def test_a_process_that_will_not_end_is_killed() -> None:
    code = "from signal import *; signal(SIGTERM, SIG_IGN); print('up', flush=True); pause()"
    process = spawn([sys.executable, "-c", code], output=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"up\n"
    stop(process, signal.SIGTERM, patience=0.2)
    assert process.returncode == -signal.SIGKILL
    process.stdout.close()


def test_the_same_number_with_another_start_is_another_process() -> None:
    with stranger() as pid:
        real = Identity.of(pid)
        assert real
        assert real.alive()
        assert not Identity(pid, "another boot/42").alive()


def test_the_remains_of_a_process_do_not_count_as_running() -> None:
    process = spawn([sys.executable, "-c", ""])
    assert wait_until(lambda: Identity.of(process.pid) is None, 5), "a zombie has no identity"
    process.wait()


def test_processes_are_found_by_the_folder_they_live_in(tmp_path: Path) -> None:
    name = Path(sys.executable).resolve().name
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=tmp_path) as process:
        assert wait_until(lambda: process.pid in {*at_home(name, tmp_path), *at_home("python", tmp_path)}, 5)
        assert at_home(name, tmp_path / "elsewhere") == set()
        assert at_home("another", tmp_path) == set()
        process.kill()


@pytest.mark.skipif(not shutil.which("lsof"), reason="needs lsof, which macOS has")
def test_without_proc_processes_are_told_apart_by_ps_and_lsof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with subprocess.Popen(["sleep", "600"], cwd=tmp_path) as process:
        identity = Identity.of(process.pid)
        assert identity
        assert identity.alive()
        assert wait_until(lambda: at_home("sleep", tmp_path) == {process.pid}, 5)
        assert at_home("sleep", tmp_path / "elsewhere") == set()
        process.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_as_root_a_server_runs_as_the_owner_of_its_folder_and_never_as_root(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    account, owner = server_account(mine), server_account(theirs)
    assert account
    assert account.uid != 0
    assert owner
    assert owner.uid == 12345


# --- Several, kept going --------------------------------------------------------------------------


def test_every_line_is_shown_with_the_name_of_who_printed_it(supervisor: Supervisor, said: Said) -> None:
    supervisor.start(python("web", "print('one'); print('two', end='', flush=True); import time; time.sleep(600)"))
    supervisor.start(python("worker", "print('three', flush=True); import time; time.sleep(600)"))
    assert supervisor.watch(lambda: said.includes("one") and said.includes("three"))
    assert {"web    | one", "worker | three"} <= set(said)


def test_a_last_line_without_an_end_is_shown_too(supervisor: Supervisor, said: Said) -> None:
    supervisor.start(python("web", "print('last words', end='')"))
    assert supervisor.watch(lambda: said.includes("web    | last words"))


def test_one_that_stops_is_announced_and_started_again(supervisor: Supervisor, said: Said, tmp_path: Path) -> None:
    once = f"""
import pathlib, sys, time
mark = pathlib.Path({str(tmp_path / "mark")!r})
if not mark.exists():
    mark.touch()
    sys.exit(3)
print("better now", flush=True)
time.sleep(600)
"""
    supervisor.start(python("worker", once))
    assert supervisor.watch(lambda: said.includes("better now"))
    assert "worker stopped (exit code 3). It starts again in 1 s." in said


def test_one_that_stops_again_and_again_ends_the_run_with_a_clear_message(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeguard.common.services.supervisor.LONGEST_DELAY_SECONDS", 0)
    supervisor.start(python("web", "import sys; sys.exit('port taken')"))
    with pytest.raises(ServiceError, match=rf"web stopped {MOST_FAILURES} times in a row \(exit code 1\)"):
        supervisor.watch()


def test_a_needed_server_that_stops_ends_the_run_with_a_clear_message(supervisor: Supervisor) -> None:
    server = spawn([sys.executable, "-c", "import time; time.sleep(600)"])
    supervisor.need("The database", server)
    server.kill()
    with pytest.raises(ServiceError, match=r"The database stopped unexpectedly \(signal SIGKILL\).*is kept"):
        supervisor.watch()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_wish_to_stop_ends_every_process(supervisor: Supervisor, said: Said, number: signal.Signals) -> None:
    supervisor.start(python("web", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"))
    supervisor.watch(lambda: len(said) > 0)
    pid = int(said[0].split("|")[1])
    with supervisor.signals():
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        assert not supervisor.watch()
        supervisor.stop()
    assert not running(pid)


def test_under_nohup_the_terminals_closing_is_no_wish_to_stop(supervisor: Supervisor) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with supervisor.signals():
            os.kill(os.getpid(), signal.SIGHUP)
            assert not supervisor.stopping
    finally:
        signal.signal(signal.SIGHUP, before)


def test_stopping_reaches_what_a_process_started_itself(supervisor: Supervisor, said: Said) -> None:
    family = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
    supervisor.start(python("worker", family))
    supervisor.watch(lambda: len(said) > 0)
    grandchild = int(said[0].split("|")[1])
    supervisor.stop()
    assert wait_until(lambda: not running(grandchild), 5)


# --- After a crash --------------------------------------------------------------------------------


def test_what_a_crash_left_running_is_stopped_by_the_next_run(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeguard.common.services.supervisor.STOP_SECONDS", 0.3)
    record = tmp_path / "processes.json"
    with starter(SUPERVISE, record) as crashed:
        pid = json.loads(record.read_text())[0]["pid"]
        crashed.kill()
        assert running(pid), "it ignores the signal that its parent died"
        supervisor.stop_orphans()
    assert not running(pid)
    assert not record.exists()


def test_a_stranger_that_got_an_old_number_is_left_alone(supervisor: Supervisor, tmp_path: Path) -> None:
    with stranger() as pid:
        (tmp_path / "processes.json").write_text(json.dumps([{"pid": pid, "started": "another boot/42"}]))
        supervisor.stop_orphans()


@pytest.mark.parametrize("content", ["", "[{]", '[{"pid": 1}]', "{}"])
def test_a_record_that_a_crash_cut_short_is_ignored(supervisor: Supervisor, tmp_path: Path, content: str) -> None:
    (tmp_path / "processes.json").write_text(content)
    supervisor.stop_orphans()
    assert not (tmp_path / "processes.json").exists()
