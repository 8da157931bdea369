"""The demo's data folder: only ever a folder of ours is used, and only a folder of ours is wiped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard.common.services.processes import ServiceError
from safeguard.management.demo import data_dir, port_number
from safeguard.management.demo_folder import MARKER, DemoFolder, fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DemoFolder]:
    taken = DemoFolder(tmp_path / "data")
    yield taken
    taken.release()


def test_a_new_folder_is_made_and_marked(folder: DemoFolder) -> None:
    assert "Safeguard" in (folder.path / MARKER).read_text()


def test_wiping_deletes_what_is_in_it_and_keeps_it_ours(folder: DemoFolder) -> None:
    (folder.mail).mkdir()
    (folder.mail / "letter.eml").write_text("Dear …")
    (folder.path / "processes.json").write_text("[]")
    folder.wipe()
    assert {entry.name for entry in folder.path.iterdir()} == {MARKER, "lock"}


def test_wiping_does_not_follow_links_out_of_the_folder(folder: DemoFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis.txt").write_text("years of work")
    (folder.path / "link").symlink_to(tmp_path / "elsewhere")
    folder.wipe()
    assert (tmp_path / "elsewhere" / "thesis.txt").exists()
    assert not (folder.path / "link").is_symlink()


def test_a_folder_with_somebody_elses_files_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ServiceError, match=r"files that are not Safeguard’s\. Nothing was changed or deleted\."):
        DemoFolder(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_another_demo_uses_is_refused(folder: DemoFolder) -> None:
    with pytest.raises(ServiceError, match="in use by another running Safeguard"):
        DemoFolder(folder.path)


@pytest.mark.parametrize("path", ["a-file", "a-file/below", "/proc/nowhere"])
def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path, path: str) -> None:
    (tmp_path / "a-file").touch()
    with pytest.raises(ServiceError, match=r"cannot be used: .* Choose a folder that you may write to"):
        DemoFolder(tmp_path / path)


def test_the_folder_is_the_one_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_DATA_DIR", "~/demo")
    assert data_dir() == Path.home() / "demo"
    monkeypatch.setenv("SAFEGUARD_DATA_DIR", "")  # as make passes it when it is not given
    assert data_dir().parts[-2:] == (".data", "demo")


@pytest.mark.parametrize("text", ["abc", "", "0", "-1", "65536", "80.5", "８０００x"])
def test_what_is_no_port_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ServiceError, match=r"is not a port\. Nothing was started\. Give a number from 1 to 65535"):
        port_number(text)


def test_the_database_is_prepared_again_when_any_code_changes(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "uv.lock").write_text("1")
    before = fingerprint(tmp_path, ("room",))
    assert fingerprint(tmp_path, ("room",)) == before
    (tmp_path / "room" / "0001_initial.py").write_text("pass")
    after = fingerprint(tmp_path, ("room",))
    assert after != before
    (tmp_path / "uv.lock").write_text("2")
    assert fingerprint(tmp_path, ("room",)) != after
