"""The embedded PostgreSQL: made once, kept through every kind of death, never shared, never on the network."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from safeguard.common.services import binaries
from safeguard.common.services.folders import make_socket_folder
from safeguard.common.services.postgres import RunningPostgres, start_postgres
from safeguard.common.services.processes import ServiceError, at_home, server_account, wait_until
from tests.common.service_processes import running, starter, stranger

START = """
import sys
from pathlib import Path
from safeguard.common.services.folders import make_socket_folder
from safeguard.common.services.postgres import start_postgres
server = start_postgres(Path(sys.argv[1]), durable=False)
print(server.process.pid, server.superuser_url(), flush=True)
sys.stdin.read()
server.stop()
"""
SYSTEM_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")


@contextmanager
def server(folder: Path, *, durable: bool = False) -> Iterator[RunningPostgres]:
    running_server = start_postgres(folder, durable=durable)
    try:
        yield running_server
    finally:
        running_server.stop()


def remember(url: str, word: str) -> None:
    """Commit a row, and wait until it has left the server's memory, as a durable server does."""
    with psycopg.connect(url, options="-c synchronous_commit=on") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (word text)")
        connection.execute("INSERT INTO note VALUES (%s)", [word])


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM note ORDER BY word").fetchall()]


def show(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SHOW {name}").fetchone()
        assert row
        return str(row[0])


def cluster_of(folder: Path) -> Path:
    return next(entry for entry in folder.iterdir() if entry.name.isdigit())


def test_a_stopped_server_has_kept_its_rows_when_it_starts_again(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "kept")
    with server(tmp_path) as second:
        assert remembered(second.superuser_url()) == ["kept"]


def test_it_can_be_stopped_twice_and_leaves_no_socket_folder(tmp_path: Path) -> None:
    running_server = start_postgres(tmp_path, durable=False)
    running_server.stop()
    running_server.stop()
    assert not running_server.socket_dir.exists()
    assert not (tmp_path / "socket").is_symlink()
    assert not running(running_server.process.pid)


def test_it_listens_on_a_private_socket_and_never_on_the_network(tmp_path: Path) -> None:
    with server(tmp_path) as running_server:
        assert show(running_server.superuser_url(), "listen_addresses") == ""
        assert running_server.socket_dir.stat().st_mode & 0o077 == 0


def test_it_works_below_folders_that_only_root_may_enter(tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    sealed.mkdir(mode=0o700)
    with server(sealed / "data") as running_server:
        assert show(running_server.superuser_url(), "server_encoding") == "UTF8"


def test_its_socket_path_is_short_even_where_the_temporary_folder_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with server(tmp_path / "data") as running_server:
        remember(running_server.superuser_url(), "reached")


def test_its_log_never_quotes_the_row_that_a_statement_failed_on(tmp_path: Path) -> None:
    with server(tmp_path) as running_server, psycopg.connect(running_server.superuser_url()) as connection:
        connection.execute("CREATE TABLE person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('Somebody Private')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('Somebody Private')")
    log = (tmp_path / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Private" not in log


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_a_throw_away_server_skips_writing_to_disk(tmp_path: Path, durable: bool, fsync: str) -> None:
    with server(tmp_path, durable=durable) as running_server:
        url = running_server.superuser_url()
        assert [show(url, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == [fsync] * 3
        assert show(url, "timezone") == "UTC"


def test_it_folds_the_case_of_letters_with_accents(tmp_path: Path) -> None:
    with server(tmp_path) as running_server, psycopg.connect(running_server.superuser_url()) as connection:
        assert connection.execute("SELECT lower('ÉLODIE')").fetchone() == ("élodie",)


# --- Crashes --------------------------------------------------------------------------------------


@only_linux
def test_it_dies_with_whoever_started_it_and_the_next_start_has_every_committed_row(tmp_path: Path) -> None:
    with starter(START, tmp_path) as first:
        pid, url = first.says.split()
        remember(url, "committed")
        first.kill()
    assert wait_until(lambda: not at_home("postgres", cluster_of(tmp_path)), 10)
    assert not running(int(pid))
    with server(tmp_path) as second:
        assert remembered(second.superuser_url()) == ["committed"]


def test_the_next_start_can_follow_a_kill_at_once(tmp_path: Path) -> None:
    with starter(START, tmp_path) as first:
        remember(first.says.split()[1], "committed")
        first.kill()
        with server(tmp_path) as second:
            assert remembered(second.superuser_url()) == ["committed"]


def test_a_killed_server_recovers_with_every_committed_row(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "committed")
        os.kill(first.process.pid, signal.SIGKILL)
    with server(tmp_path) as second:
        assert remembered(second.superuser_url()) == ["committed"]


def test_a_query_that_runs_on_after_its_server_was_killed_does_not_block_the_next_start(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "committed")
        busy = "SELECT count(*) FROM generate_series(1, 10000000000)"
        with closing(psycopg.connect(first.superuser_url())) as connection:
            connection.pgconn.send_query(busy.encode())
            os.kill(first.process.pid, signal.SIGKILL)
            first.process.wait()
    with server(tmp_path) as second:
        assert remembered(second.superuser_url()) == ["committed"]
        assert len(at_home("postgres", cluster_of(tmp_path))) > 1


def test_a_server_that_outlived_its_starter_is_stopped_before_another_starts(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "committed")
    folder = cluster_of(tmp_path)
    orphan = start_without_a_leash(folder)
    assert wait_until((folder / "postmaster.pid").exists, 10)
    with server(tmp_path) as second:
        assert orphan.wait(timeout=1) == 0
        assert remembered(second.superuser_url()) == ["committed"]
        assert {second.process.pid} <= at_home("postgres", folder)


def start_without_a_leash(folder: Path) -> subprocess.Popen[bytes]:
    """Start a server as a crash would leave one where no signal told it that its starter died."""
    account = server_account(folder)
    socket_dir = make_socket_folder(folder.parent, account)
    program = binaries.find_programs(account).folder / "postgres"
    descriptor = os.open(folder, os.O_RDONLY)
    place = f"/proc/self/fd/{descriptor}" if account else str(folder)
    ids = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    command = [str(program), "-D", place, "-c", "listen_addresses=", "-c", f"unix_socket_directories={socket_dir}"]
    try:
        return subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, pass_fds=[descriptor], **ids)  # type: ignore[call-overload, no-any-return]  # the stubs cannot see through **ids
    finally:
        os.close(descriptor)


def test_a_stale_lock_file_that_names_a_strangers_process_is_seen_through(tmp_path: Path) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "committed")
        lock_file = cluster_of(tmp_path) / "postmaster.pid"
        lines = lock_file.read_text().splitlines(keepends=True)
        os.kill(first.process.pid, signal.SIGKILL)
    with stranger() as pid:
        lock_file.write_text("".join([f"{pid}\n", *lines[1:]]))
        with server(tmp_path) as second:
            assert remembered(second.superuser_url()) == ["committed"]


@pytest.mark.parametrize("content", ["", "nonsense\n"])
def test_a_lock_file_that_a_crash_cut_short_is_seen_through(tmp_path: Path, content: str) -> None:
    with server(tmp_path) as first:
        remember(first.superuser_url(), "committed")
        lock_file = cluster_of(tmp_path) / "postmaster.pid"
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    lock_file.write_text(content)
    with server(tmp_path) as second:
        assert remembered(second.superuser_url()) == ["committed"]


def test_a_cluster_whose_making_was_cut_short_is_made_again(tmp_path: Path) -> None:
    with server(tmp_path):
        version = cluster_of(tmp_path).name
    data = tmp_path / "other"
    (data / f"{version}.new").mkdir(parents=True)
    (data / f"{version}.new" / "PG_VERSION").write_text(version)
    with server(data) as running_server:
        remember(running_server.superuser_url(), "made")


# --- Two at once ----------------------------------------------------------------------------------


def test_two_starts_on_one_folder_are_told_apart_and_the_first_goes_on(tmp_path: Path) -> None:
    with starter(START, tmp_path) as first:
        pid, url = first.says.split()
        with pytest.raises(ServiceError, match=f"in use by another running Safeguard .process {first.process.pid}"):
            start_postgres(tmp_path, durable=False)
        assert running(int(pid))
        remember(url, "still here")


def test_of_many_starts_at_the_same_moment_exactly_one_wins(tmp_path: Path) -> None:
    code = START.replace("server = start", "server = None\ntry: server = start").replace(
        "\nprint(", "\nexcept RuntimeError: print('refused', flush=True); sys.exit()\nprint("
    )
    with starter(code, tmp_path) as one, starter(code, tmp_path) as two, starter(code, tmp_path) as three:
        assert sorted(each.says == "refused" for each in (one, two, three)) == [False, True, True]


# --- Which PostgreSQL -----------------------------------------------------------------------------


@pytest.mark.skipif(not SYSTEM_PROGRAMS, reason="no PostgreSQL of the system here to try")
@pytest.mark.parametrize("programs", SYSTEM_PROGRAMS, ids=lambda path: path.parent.name)
def test_the_systems_own_programs_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    with server(tmp_path):
        pass
    monkeypatch.setenv("SAFEGUARD_PG_BIN", str(programs))
    with server(tmp_path) as running_server:
        assert show(running_server.superuser_url(), "server_version").startswith(f"{programs.parent.name}.")
    folders = {entry.name for entry in tmp_path.iterdir() if entry.is_dir()}
    assert programs.parent.name in folders, "each major version has a folder of its own"


def test_a_folder_without_programs_is_named_in_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_PG_BIN", str(tmp_path))
    with pytest.raises(ServiceError, match="SAFEGUARD_PG_BIN") as refused:
        start_postgres(tmp_path / "data", durable=False)
    assert str(tmp_path) in str(refused.value)


@only_root
def test_programs_that_the_servers_user_cannot_reach_are_copied_to_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec(binaries.PACKAGE)
    assert real
    assert real.origin
    packages = Path(real.origin).parent.parent
    sealed = tmp_path / "sealed"
    sealed.mkdir(mode=0o700)
    for name in (binaries.PACKAGE, f"{binaries.PACKAGE}.libs"):
        (sealed / name).symlink_to(packages / name)
    origin = str(sealed / binaries.PACKAGE / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: SimpleNamespace(origin=origin))
    tmp_path.chmod(0o711)
    monkeypatch.setattr(binaries, "COPIES", Path("/var/tmp") / tmp_path.parent.name / tmp_path.name)  # noqa: S108
    try:
        with server(tmp_path / "data") as running_server:
            assert show(running_server.superuser_url(), "fsync") == "off"
    finally:
        subprocess.run(["rm", "-rf", str(binaries.COPIES)], check=True)
