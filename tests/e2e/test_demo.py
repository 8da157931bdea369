"""`make demo`, for real: everything runs, nothing is left over, nothing is lost, and refusals say what to do."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.common.services.postgres import start_postgres
from safeguard.common.services.processes import wait_until
from safeguard.common.services.roles import create_roles
from safeguard.common.services.valkey import start_valkey
from safeguard.management.demo import ROOMS, ROOT
from safeguard.management.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from safeguard.management.demo_folder import fingerprint
from tests.common.service_processes import running
from tests.e2e.demo_run import Demo, demo, refused

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="these tests look at processes through /proc"),
]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder that a demo prepared, once for all of these tests."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    with demo(folder) as first:
        assert "Preparing the database" in first.printed
    yield folder
    shutil.rmtree(folder)


def write_down(running_demo: Demo, word: str) -> None:
    with running_demo.database() as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS notes")  # of its own: migrations grant on all of `public`
        connection.execute("CREATE TABLE IF NOT EXISTS notes.note (word text)")
        connection.execute("INSERT INTO notes.note VALUES (%s)", [word])


def written_down(running_demo: Demo) -> list[str]:
    with running_demo.database() as connection:
        return [row[0] for row in connection.execute("SELECT word FROM notes.note").fetchall()]


def logged_in(running_demo: Demo) -> set[str]:
    query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename LIKE 'app%'"
    with running_demo.database() as connection:
        return {row[0] for row in connection.execute(query).fetchall()}


# --- A good day -----------------------------------------------------------------------------------


def test_it_prints_its_address_and_an_account_for_each_kind_of_user(seeded: Path) -> None:
    with demo(seeded) as running_demo:
        assert f"http://localhost:{running_demo.port}" in running_demo.printed
        assert DEMO_PASSWORD in running_demo.printed
        for account in DEMO_ACCOUNTS:
            assert account.email in running_demo.printed
            assert account.role_label in running_demo.printed
        assert running_demo.status("/account/login/") == 200
        with running_demo.database() as connection:
            found = connection.execute("SELECT email FROM agencies_user").fetchall()
        assert {account.email for account in DEMO_ACCOUNTS} <= {row[0] for row in found}


def test_a_start_with_unchanged_code_prepares_nothing(seeded: Path) -> None:
    before = fingerprint(ROOT, ROOMS)
    with demo(seeded):
        pass
    with demo(seeded) as second:
        prepared = "Preparing" in second.printed
    if fingerprint(ROOT, ROOMS) != before:
        pytest.skip("somebody edited the code while the demo started")
    assert not prepared


def test_the_web_and_the_worker_have_roles_of_their_own_and_beat_wakes_the_worker(seeded: Path) -> None:
    with demo(seeded) as running_demo:
        running_demo.status()
        assert wait_until(lambda: "app_worker" in logged_in(running_demo), 30), running_demo.printed
        assert logged_in(running_demo) <= {"app_web", "app_worker"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_wish_to_stop_ends_every_process_and_says_that_the_data_is_kept(seeded: Path, number: signal.Signals) -> None:
    running_demo = Demo(seeded).wait_until_ready()
    started = running_demo.processes()
    assert len(started) > 3
    assert running_demo.end(number) == 0
    assert running_demo.processes() == set()
    assert not any(running(pid) for pid in started)
    assert "Your data is kept" in running_demo.printed
    assert not (seeded / "postgres" / "socket").is_symlink()


# --- Bad days -------------------------------------------------------------------------------------


def test_after_a_kill_the_next_start_has_the_data_and_no_orphan_is_left(seeded: Path) -> None:
    killed = Demo(seeded).wait_until_ready()
    write_down(killed, "committed")
    orphans = killed.processes()
    killed.end(signal.SIGKILL)
    with demo(seeded, PORT=killed.port) as recovered:
        assert not any(running(pid) for pid in orphans)
        assert "committed" in written_down(recovered)
        assert recovered.status() == 200


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:  # it ended between the two looks
        return b""


def test_a_web_process_that_dies_is_announced_and_started_again(seeded: Path) -> None:
    with demo(seeded) as running_demo:
        web = next(pid for pid in running_demo.processes() if b"uvicorn" in command_of(pid))
        os.kill(web, signal.SIGKILL)
        assert running_demo.prints("web stopped (signal SIGKILL). It starts again in 1 s.")
        assert wait_until(lambda: running_demo.status() == 200, 30)


def test_when_the_database_dies_the_demo_stops_and_says_so_and_the_next_start_has_the_data(seeded: Path) -> None:
    struck = Demo(seeded).wait_until_ready()
    write_down(struck, "before the crash")
    postmaster = int(next((seeded / "postgres").glob("[0-9]*/postmaster.pid")).read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    assert struck.process.wait(timeout=20) == 1
    struck.end(signal.SIGKILL)
    assert "The database stopped unexpectedly (signal SIGKILL)" in struck.printed
    assert struck.processes() == set()
    with demo(seeded) as recovered:
        assert "before the crash" in written_down(recovered)


def test_a_second_demo_on_the_same_folder_is_refused_and_the_first_goes_on(seeded: Path) -> None:
    with demo(seeded) as first:
        before = first.processes()
        assert "in use by another running Safeguard" in refused(seeded)
        assert before <= first.processes()
        assert first.status() == 200


def test_a_taken_port_is_named_with_what_to_do_and_nothing_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(tmp_path / "data", PORT=port)
    assert f"Port {port} cannot be used" in said
    assert f"make demo PORT={port + 1}" in said
    assert not (tmp_path / "data" / "postgres").exists()


# --- Starting over, and servers of one's own --------------------------------------------------------


def test_fresh_starts_over_even_after_a_kill(seeded: Path) -> None:
    killed = Demo(seeded).wait_until_ready()
    write_down(killed, "old")
    killed.end(signal.SIGKILL)
    with demo(seeded, FRESH=1) as second, second.database() as connection:
        assert connection.execute("SELECT to_regclass('notes.note')").fetchone() == (None,)
        assert "Preparing the database" in second.printed
        assert second.status() == 200


def test_given_servers_are_used_and_none_are_started(tmp_path: Path) -> None:
    postgres, valkey = start_postgres(tmp_path / "pg", durable=False), start_valkey(tmp_path / "vk")
    try:
        create_roles(postgres.superuser_url(), "given")
        web, owner = postgres.url("given", "app_web"), postgres.url("given", "app_owner")
        folder = tmp_path / "data"
        with demo(folder, DATABASE_URL=web, DATABASE_OWNER_URL=owner, REDIS_URL=valkey.url) as running_demo:
            assert running_demo.status() == 200
            assert not (folder / "postgres").exists()
            assert not (folder / "valkey").exists()
        assert postgres.process.poll() is None, "a server that the demo did not start is not stopped"
    finally:
        postgres.stop()
        valkey.stop()
