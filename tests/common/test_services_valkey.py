"""The embedded Valkey: a socket only, what was queued survives, and one server a folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from celery import Celery

from safeguard.common.services.folders import make_socket_folder
from safeguard.common.services.processes import ServiceError, at_home, wait_until
from safeguard.common.services.valkey import RunningValkey, program_path, start_valkey
from tests.common.service_processes import running, starter, stranger

START = """
import sys
from pathlib import Path
from safeguard.common.services.valkey import start_valkey
server = start_valkey(Path(sys.argv[1]))
print(server.process.pid, server.url, flush=True)
sys.stdin.read()
server.stop()
"""


@contextmanager
def server(folder: Path) -> Iterator[RunningValkey]:
    running_server = start_valkey(folder)
    try:
        yield running_server
    finally:
        running_server.stop()


def put(url: str, value: str) -> None:
    """Store a value and wait until the server has written it to its file."""
    with redis.Redis.from_url(url) as client:
        client.config_set("appendfsync", "always")
        client.set("queued", value)


def get(url: str) -> str | None:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        found = client.get("queued")
        return None if found is None else str(found)


def test_what_was_queued_is_there_after_a_stop(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        put(first.url, "reminder")
    with server(tmp_path) as second:
        assert get(second.url) == "reminder"


def test_it_can_be_stopped_twice_and_leaves_no_socket_folder(tmp_path: Path) -> None:
    running_server = start_valkey(tmp_path)
    running_server.stop()
    running_server.stop()
    assert not running_server.path.parent.exists()
    assert not running(running_server.process.pid)


def test_it_never_listens_on_the_network_and_never_forgets_to_make_room(tmp_path: Path) -> None:
    with server(tmp_path) as running_server, redis.Redis.from_url(running_server.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert running_server.path.parent.stat().st_mode & 0o077 == 0


def test_celery_can_use_it_as_its_broker(tmp_path: Path) -> None:
    with server(tmp_path) as running_server:
        app = Celery("test", broker=running_server.celery_url, set_as_current=False)
        app.send_task("anything", ignore_result=True)
        with redis.Redis.from_url(running_server.url) as client:
            assert client.llen("celery") == 1
        app.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_it_dies_with_whoever_started_it_and_keeps_what_was_queued(tmp_path: Path) -> None:
    with starter(START, tmp_path) as first:
        pid, url = first.says.split()
        put(url, "reminder")
        first.kill()
    assert wait_until(lambda: not running(int(pid)), 10)
    with server(tmp_path) as second:
        assert get(second.url) == "reminder"


def test_a_killed_server_keeps_what_was_queued(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        put(first.url, "reminder")
        os.kill(first.process.pid, signal.SIGKILL)
    with server(tmp_path) as second:
        assert get(second.url) == "reminder"


def test_a_server_that_outlived_its_starter_is_stopped_before_another_starts(tmp_path: Path) -> None:
    pid_file = tmp_path / "valkey.pid"
    path = make_socket_folder(tmp_path, None) / "valkey.sock"
    command = [str(program_path()), "--port", "0", "--unixsocket", str(path), "--dir", str(tmp_path)]
    command += ["--pidfile", str(pid_file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as orphan:
        assert wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), 10)
        with server(tmp_path) as running_server:
            assert orphan.wait(timeout=1) == 0
            assert at_home("valkey-server", tmp_path) == {running_server.process.pid}


@pytest.mark.parametrize("content", ["", "nonsense\n", None])
def test_a_stale_process_number_is_seen_through(tmp_path: Path, content: str | None) -> None:
    with stranger() as pid:
        (tmp_path / "valkey.pid").write_text(f"{pid}\n" if content is None else content)
        with server(tmp_path) as running_server:
            put(running_server.url, "works")
            assert get(running_server.url) == "works"


def test_two_starts_on_one_folder_are_told_apart_and_the_first_goes_on(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        with pytest.raises(ServiceError, match="in use by another running Safeguard"):
            start_valkey(tmp_path)
        put(first.url, "still here")
        assert get(first.url) == "still here"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(ServiceError, match="Valkey did not start") as refused:
        start_valkey(tmp_path)
    assert "append-only dir" in str(refused.value)
