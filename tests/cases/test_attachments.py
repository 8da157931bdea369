"""Files with an entry: who attaches, who opens, what is refused, and what the virus scanner says."""

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import reverse
from pytest_django.fixtures import Settings

from cases import timeline
from cases.actions.attachments import Upload, attach, plain_name, scan_waiting
from cases.actions.involvement import Terms, involve
from cases.models import AccessLevel, Attachment, Case, TimelineEntry
from safeguard.audit.actor import system
from safeguard.audit.models import AuditRow
from safeguard.common import row_security
from safeguard.common.encryption import CannotDecrypt
from safeguard.common.files import storing
from tests.cases.conftest import entered
from tests.cases.streams import write
from tests.common.hostile_files import EVIL, picture
from tests.conftest import Person, Place
from tests.factories import as_owner, database_role

WHY = Terms(purpose="Attendance and welfare", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)
# The test file of the scanners' makers, in pieces: no scanner is to stop this file.
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*"
Scanner = Callable[..., list[bytes]]


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place) -> Case:
    """The case, with the school involved."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    return case


@pytest.fixture
def entry(shared: Case, alice: Person) -> TimelineEntry:
    """Alice's entry for everybody."""
    return write(alice, shared, body="Letter from the landlord")


def send(person: Person, entry: TimelineEntry, name: str, content: bytes, description: str = "") -> Any:
    """Send the form."""
    sent = {"file": SimpleUploadedFile(name, content), "description": description}
    return person.client.post(reverse("cases:entry_attach", args=[entry.case.uuid, entry.uuid]), sent, follow=True)


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Any:
    """Give a context that runs at its end what waits for the commit."""
    return partial(django_capture_on_commit_callbacks, execute=True)


def the_file() -> Attachment:
    with as_owner():
        return Attachment.objects.select_related("entry__case").get()


def address(file: Attachment) -> str:
    assert file.entry
    return reverse("cases:attachment", args=[file.entry.case.uuid, file.uuid])


# --- Attaching and opening ------------------------------------------------------------------------


def test_a_picture_is_attached_to_an_entry_and_opened_by_who_sees_the_entry(
    entry: TimelineEntry, alice: Person, tariq: Person
) -> None:
    page = send(alice, entry, "Kitchen.png", picture(), "The kitchen on the day")
    assert "The file is attached" in page.text
    assert "The kitchen on the day" in page.text
    assert "not scanned for viruses" in page.text

    answer = tariq.client.get(address(the_file()))

    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Kitchen.png"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_hidden_with_its_entry_and_each_opening_and_refusal_is_on_record(
    shared: Case, alice: Person, tariq: Person, olive: Person
) -> None:
    send(alice, write(alice, shared, audience=timeline.OWN_TEAM), "own.png", picture())
    file = the_file()

    assert alice.client.get(address(file)).status_code == 200
    assert tariq.client.get(address(file)).status_code == 404
    assert olive.client.get(address(file)).status_code == 404
    assert "own.png" not in tariq.client.get(reverse("cases:timeline", args=[shared.uuid])).text
    with as_owner():
        rows = AuditRow.objects.filter(action="attachment.open").values_list("user_id", "kind")
        assert list(rows.order_by("id")) == [(alice.user.pk, "read"), (tariq.user.pk, "refusal")]


def test_a_file_of_another_case_is_not_opened_under_this_ones_address(
    entry: TimelineEntry, alice: Person, social_care: Place
) -> None:
    send(alice, entry, "letter.txt", b"words")
    other = reverse("cases:attachment", args=["6f1f5b1e-7a55-4d1c-9d6e-0e1f5a0c1b2a", the_file().uuid])

    assert alice.client.get(other).status_code == 404


def test_only_the_team_that_recorded_an_entry_adds_to_it(entry: TimelineEntry, tariq: Person) -> None:
    page = send(tariq, entry, "letter.txt", b"words")

    assert page.status_code == 422
    assert "Only the team that recorded the entry can add to it" in page.text
    with as_owner():
        assert not Attachment.objects.exists()


def test_the_database_lets_no_other_team_add_and_nobody_change_a_file(entry: TimelineEntry, tariq: Person) -> None:
    from django.db import ProgrammingError, transaction

    from tests.factories import attachment_of

    with pytest.raises(ProgrammingError, match="row-level security"), entered(tariq):
        attachment_of(entry, tariq.user)
    with as_owner():
        file = attachment_of(entry, tariq.user)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(name="other")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("drawing.svg", b"<svg>" + EVIL + b"</svg>", "Files of this kind are not taken"),
        ("letter.pdf", b"<html>" + EVIL, "not what its name says"),
        ("large.txt", b"x" * (26 * 1024 * 1024), "has 26 MB and was not attached"),
    ],
)
def test_a_file_that_is_not_taken_comes_back_with_the_reason_and_the_text(
    name: str, content: bytes, words: str, entry: TimelineEntry, alice: Person
) -> None:
    page = send(alice, entry, name, content, "What the neighbour sent")

    assert page.status_code == 422
    assert words in page.text
    assert "What the neighbour sent" in page.text
    with as_owner():
        assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\letter.pdf", "letter.pdf"),
        ("photo\u202egnp.exe.png", "photognp.exe.png"),
        ("😀 \u05e9\u05dc\u05d5\u05dd.png", "😀 \u05e9\u05dc\u05d5\u05dd.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
def test_a_name_is_kept_without_folders_and_without_what_turns_the_writing(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept


# --- At rest --------------------------------------------------------------------------------------


def test_a_file_at_rest_is_encrypted_under_a_random_name_and_bound_to_its_row(
    entry: TimelineEntry, alice: Person, settings: Settings, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path
    send(alice, entry, "letter.txt", b"Robin was here")
    file = the_file()
    (path,) = (each for each in tmp_path.rglob("*") if each.is_file())

    assert path.name == file.stored_name
    assert b"Robin" not in path.read_bytes()
    assert storing.get(file.stored, context=file.place) == b"Robin was here"
    with pytest.raises(CannotDecrypt):
        storing.get(file.stored, context="cases_attachment:sealed_key:another")
    path.write_bytes(path.read_bytes()[:-1])
    answer = alice.client.get(address(file), follow=True)
    assert "The file cannot be read" in answer.text


def test_a_file_is_on_the_disk_with_its_name_before_its_row_is_written(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILES_DIR, synced, really = tmp_path, list[str](), os.fsync

    def fsync(opened: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{opened}").readlink()))
        really(opened)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / storing.put(b"words", context="a:b:c").name[:2]

    assert synced[0] == str(tmp_path)  # that the folder is there
    assert synced[1].endswith(".partial")
    assert synced[2:] == [str(folder)]  # that the file is in it, under its name


# --- The virus scanner ----------------------------------------------------------------------------


@pytest.fixture
def clamd(tmp_path: Path, settings: Settings) -> Iterator[Scanner]:
    """Give a function that starts a server of clamd's INSTREAM protocol; it returns the streams that came."""
    opened: list[socket.socket] = []

    def start(*, finds: bytes = EICAR.encode(), says: bytes = b"", most: int = 10**8) -> list[bytes]:
        server, came = socket.socket(socket.AF_UNIX), list[bytes]()
        server.bind(str(tmp_path / "clamd"))
        server.listen()
        opened.append(server)
        settings.CLAMD = f"unix:{tmp_path / 'clamd'}"
        threading.Thread(target=serve, args=(server, came, finds, says, most), daemon=True).start()
        return came

    yield start
    for each in opened:
        each.close()


def serve(server: socket.socket, came: list[bytes], finds: bytes, says: bytes, most: int) -> None:
    """Answer as clamd does: a command, pieces with their lengths, a length of nothing, and then the verdict.

    In the middle of a file with more than ``most`` bytes it says so and hangs up.
    """
    while True:
        try:
            client, _address = server.accept()
        except OSError:
            return
        with client, client.makefile("rb") as sent:
            assert sent.read(10) == b"zINSTREAM\0"
            content = b""
            while len(content) <= most and (length := struct.unpack("!I", sent.read(4))[0]):
                content += sent.read(length)
            if len(content) > most:
                client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                continue
            came.append(content)
            verdict = b"stream: Eicar-Signature FOUND\0" if finds in content else b"stream: OK\0"
            client.sendall(says or verdict)


def test_a_clean_file_is_scanned_as_it_was_sent_and_its_page_says_so(
    entry: TimelineEntry, alice: Person, clamd: Scanner
) -> None:
    came, content = clamd(), picture("PNG", (400, 400))

    assert "not scanned" not in send(alice, entry, "Kitchen.png", content).text
    assert came == [content]
    assert the_file().state == "clean"


def test_a_file_with_a_virus_is_refused_and_that_is_on_record(
    entry: TimelineEntry, alice: Person, clamd: Scanner
) -> None:
    clamd()

    page = send(alice, entry, "letter.txt", EICAR.encode())

    assert "a virus was found in it" in page.text
    with as_owner():
        assert not Attachment.objects.exists()
        assert AuditRow.objects.get(action="attachment.virus").kind == "refusal"


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK maybe\0", None])
def test_a_file_that_could_not_be_scanned_is_kept_and_opened_only_afterwards(
    says: bytes | None, entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd"
    if says:
        clamd(says=says)
    page = send(alice, entry, "letter.txt", b"words")
    assert "waiting for the virus scanner" in page.text
    file = the_file()
    assert "The file was not opened" in alice.client.get(address(file), follow=True).text
    assert rescanned() == 0

    if not says:
        clamd()
        assert rescanned() == 1
        assert alice.client.get(address(file)).content == b"words"


def test_a_virus_that_is_found_later_deletes_the_file_and_keeps_its_row(
    entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings, committing: Any
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd"
    (file,) = kept_waiting(entry, alice, EICAR.encode())
    clamd()

    with committing():
        assert rescanned() == 1

    assert the_file().state == "refused"
    with pytest.raises(storing.FileLost):
        storing.get(file.stored, context=file.place)
    assert "The file was not opened" in alice.client.get(address(the_file()), follow=True).text


def rescanned() -> int:
    """Do the worker's round."""
    with database_role("app_worker"):
        row_security.apply(row_security.NOBODY)
        return scan_waiting(by=system("virus scan"))


def kept_waiting(entry: TimelineEntry, alice: Person, *contents: bytes) -> list[Attachment]:
    """Attach files while the scanner is away."""
    with entered(alice) as by:
        for content in contents:
            attach(entry, Upload("letter.txt", content), by=by)
    with as_owner():
        return list(Attachment.objects.order_by("pk"))


def states() -> list[str]:
    with as_owner():
        return list(Attachment.objects.order_by("pk").values_list("state", flat=True))


def test_files_that_cannot_be_read_stay_shut_and_on_record_and_keep_no_other_from_the_scanner(
    entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings, tmp_path: Path
) -> None:
    settings.CLAMD, settings.FILES_DIR = "unix:/nowhere/clamd", tmp_path / "files"
    lost, moved, whole = kept_waiting(entry, alice, b"one", b"two", b"three")
    storing.forget(lost.stored_name)
    with as_owner():
        Attachment.objects.filter(pk=moved.pk).update(sealed_key=whole.sealed_key)  # a key of another row
    came = clamd()

    assert rescanned() == 1
    assert rescanned() == 0  # and not again for a day

    assert came == [b"three"]
    assert states() == ["waiting", "waiting", "clean"]
    shut = reverse("cases:attachment", args=[entry.case.uuid, lost.uuid])
    assert "The file was not opened" in alice.client.get(shut, follow=True).text
    with as_owner():
        rows = AuditRow.objects.filter(action="attachment.not_scanned").order_by("pk")
        assert [(row.target_uuids, row.reason) for row in rows] == [
            ([lost.uuid], "FileLost"),
            ([moved.uuid], "CannotDecrypt"),
        ]
        Attachment.objects.update(scan_failed_at=Now() - timedelta(hours=25))
    assert rescanned() == 0
    with as_owner():
        assert AuditRow.objects.filter(action="attachment.not_scanned").count() == 4


def test_a_file_too_large_for_the_scanner_waits_and_the_others_go_on(
    entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd"
    large, _small = kept_waiting(entry, alice, b"x" * 400_000, b"small")
    clamd(most=1_000)

    assert rescanned() == 1

    assert states() == ["waiting", "clean"]
    with as_owner():
        assert AuditRow.objects.get(action="attachment.not_scanned").target_uuids == [large.uuid]


def test_more_lost_files_than_one_round_takes_keep_no_other_from_the_scanner(
    entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd"
    (first, *_others) = kept_waiting(entry, alice, b"one", b"two")
    with as_owner():
        for number in range(20):
            first.pk, first.uuid, first.stored_name = None, uuid4(), f"{number:032}"
            first.save(force_insert=True)
    clamd()

    assert [rescanned(), rescanned()] == [2, 0]
    assert states() == ["clean", "clean", *["waiting"] * 20]


def test_a_file_with_a_virus_stays_while_its_row_does_not_say_so(
    entry: TimelineEntry, alice: Person, clamd: Scanner, settings: Settings, committing: Any
) -> None:
    settings.CLAMD = "unix:/nowhere/clamd"
    (file,) = kept_waiting(entry, alice, EICAR.encode())
    clamd()

    with committing() as deletions, transaction.atomic():
        assert rescanned() == 1
        transaction.set_rollback(True)

    assert deletions == []

    assert states() == ["waiting"]
    assert storing.get(file.stored, context=file.place) == EICAR.encode()


# --- What stays behind ----------------------------------------------------------------------------


def test_the_history_of_a_file_holds_neither_its_key_nor_its_place(entry: TimelineEntry, alice: Person) -> None:
    send(alice, entry, "letter.txt", b"words")

    with as_owner(), connection.cursor() as cursor:
        assert the_file().sealed_key
        cursor.execute(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE a.attname IN ('sealed_key', 'stored_name') AND c.relkind = 'r' ORDER BY 1"
        )
        assert [row[0] for row in cursor.fetchall()] == [
            f"cases_{table}.{column}"
            for table in ("attachment", "chronology")
            for column in ("sealed_key", "stored_name")
        ]
