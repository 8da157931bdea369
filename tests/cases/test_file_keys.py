"""After a new encryption key: the keys of files are encrypted anew, and no file is lost."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from cases import beyond_sight
from cases.models import Attachment, Case, Chronology, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.common import row_security
from safeguard.common.encryption import is_current, new_keyset
from safeguard.common.files import storing
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.factories import as_owner, attachment_of, chronology_of


@pytest.fixture
def files(case: Case, alice: Person) -> tuple[Attachment, Chronology]:
    """A file of an entry, and a document that was asked for."""
    with as_owner():
        entry = TimelineEntry.objects.filter(case=case).latest("pk")
        return attachment_of(entry, alice.user), chronology_of(case.pk, alice.user)


def reencrypt() -> str:
    out = StringIO()
    row_security.apply(row_security.NOBODY)  # as in a process of its own
    call_command("reencrypt", stdout=out, stderr=out)
    return out.getvalue()


def test_the_keys_of_files_are_encrypted_anew_and_the_files_open_as_before(
    files: tuple[Attachment, Chronology], settings: Settings
) -> None:
    before = [row.sealed_key for row in files]
    settings.ENCRYPTION_KEYSET = new_keyset(settings.ENCRYPTION_KEYSET)

    first, second = reencrypt(), reencrypt()

    assert "Files: 2 encrypted anew, 0 needed nothing." in first
    assert "Files: 0 encrypted anew, 2 needed nothing." in second
    with as_owner():
        for each in files:
            each.refresh_from_db()
        kept = [each.sealed_key for each in files]
        row = AuditRow.objects.get(action="secrets.reencrypt", target="cases.Attachment")
        assert set(row.target_uuids) == {each.uuid for each in files}
    assert not set(kept) & set(before)
    assert all(map(is_current, kept))
    assert storing.get(files[0].stored, context=files[0].place) == b"Note"
    assert storing.get(files[1].stored, context=files[1].place) == b"%PDF-1.7"


def test_a_key_of_another_row_is_named_and_left_as_it_is(
    files: tuple[Attachment, Chronology], settings: Settings
) -> None:
    with as_owner():
        Chronology.objects.filter(pk=files[1].pk).update(sealed_key=files[0].sealed_key)
    settings.ENCRYPTION_KEYSET = new_keyset(settings.ENCRYPTION_KEYSET)

    with pytest.raises(CommandError, match="1 secrets cannot be read"):
        reencrypt()

    with as_owner():
        assert Chronology.objects.get(pk=files[1].pk).sealed_key == files[0].sealed_key
        assert is_current(Attachment.objects.get(pk=files[0].pk).sealed_key)


def test_somebody_who_is_signed_in_gets_no_keys(files: tuple[Attachment, Chronology], alice: Person) -> None:
    key = beyond_sight.FileKey("cases_attachment", files[0].pk, files[0].uuid, files[0].sealed_key)

    for ask in (lambda: beyond_sight.file_keys(None, 10), lambda: beyond_sight.change_file_key(key, "x")):
        with pytest.raises(DatabaseError), entered(alice), transaction.atomic():
            ask()
    assert connection.is_usable()
