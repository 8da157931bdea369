"""What sign-in keeps in the database: nothing there, or in a backup of it, opens an account."""

import base64
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from agencies.models import User
from agencies.sign_in.mfa import authenticators_of
from agencies.sign_in.rotation import reencrypt_authenticators
from safeguard.audit.actor import system
from safeguard.audit.models import AuditRow
from safeguard.common.encryption import new_keyset
from safeguard.settings.env import secrets_named
from tests.agencies.sign_in_steps import code_now, give_app, is_signed_in, mails, signed_in, trail
from tests.conftest import Person
from tests.factories import as_owner

# --- Sessions --------------------------------------------------------------------------------------


def test_the_secret_of_an_app_being_set_up_cannot_be_read_from_the_session_row(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/app/")
    secret = client.session["mfa.totp.secret"]

    stored = Session.objects.get(pk=client.session.session_key).session_data
    signed = signing.loads(stored, salt="django.contrib.sessions.SessionStore", serializer=Bare)

    assert secret.encode() not in signed + base64.urlsafe_b64decode(signed)
    assert b"mfa" not in base64.urlsafe_b64decode(signed)


class Bare:
    """What Django signs in a session row, as it is."""

    def dumps(self, obj: bytes) -> bytes:
        return obj

    def loads(self, data: bytes) -> bytes:
        return data


def test_a_session_outlives_a_rotation_but_not_the_loss_of_its_key(alice: Person, settings: Settings) -> None:
    client = signed_in(alice.user)

    settings.ENCRYPTION_KEYSET = new_keyset(settings.ENCRYPTION_KEYSET)
    rotated = is_signed_in(client)
    settings.ENCRYPTION_KEYSET = new_keyset()

    assert rotated
    assert not is_signed_in(client)


# --- Mails -----------------------------------------------------------------------------------------


@pytest.fixture
def _commits_with_mail_fail(transactional_db: None) -> Iterator[None]:
    """Have the database refuse, at its very commit, every transaction that queued a mail."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''disk full''; END';
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON notifications_outboxmessage
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()
        """)
    yield
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse() CASCADE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_commits_with_mail_fail")
def test_an_app_whose_mail_cannot_be_queued_is_not_set_up(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/app/")

    with pytest.raises(DatabaseError, match="disk full"):
        client.post("/account/app/", {"code": code_now(client.session["mfa.totp.secret"])})

    assert not Authenticator.objects.exists()
    assert not trail("factor.added")
    assert not mails()


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_and_their_mail_come_together(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/app/")
    client.post("/account/app/", {"code": code_now(client.session["mfa.totp.secret"])})

    client.post("/account/recovery-codes/new/")

    kinds = [mail.kind for mail in mails()]
    assert kinds == ["account.totp_activated", "account.recovery_codes_generated"]


def test_mails_that_open_something_are_marked_and_others_are_not(alice: Person) -> None:
    Client().post("/account/password/reset/", {"email": alice.user.email})
    Client().post("/account/password/reset/", {"email": "nobody@example.org"})

    marked = {mail.kind: mail.is_secret for mail in mails()}

    assert marked == {"account.password_reset_key": True, "account.unknown_account": False}


# --- Client secrets of agencies' providers ---------------------------------------------------------


def test_the_database_refuses_a_row_with_a_client_secret(db: None) -> None:
    row = SocialApp(provider="openid_connect", provider_id="oakfield", client_id="safeguard", secret="in plain sight")

    with pytest.raises(IntegrityError, match="secret_is_in_the_environment"), as_owner():
        row.save()


def test_a_provider_without_a_secret_in_the_environment_is_not_offered(db: None, settings: Settings) -> None:
    with as_owner():
        SocialApp.objects.create(provider="openid_connect", provider_id="oak-field", name="Oakfield", client_id="x")

    without = Client().get("/account/login/").content.decode()
    settings.SINGLE_SIGN_ON_SECRETS = {"oak_field": "secret"}

    assert "Oakfield" not in without
    assert "Oakfield" in Client().get("/account/login/").content.decode()


def test_secrets_come_from_the_environment_or_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("PROVIDER_OAK_FIELD", "from the environment")
    monkeypatch.setenv("PROVIDER_NORTHSHIRE_FILE", str(tmp_path / "secret"))

    assert secrets_named("PROVIDER_") == {"oak_field": "from the environment", "northshire": "from a file"}


# --- Another key -----------------------------------------------------------------------------------


def reencrypt() -> str:
    out = StringIO()
    call_command("reencrypt", stdout=out, stderr=out)
    return out.getvalue().strip().removesuffix("\nFiles: 0 encrypted anew, 0 needed nothing.")


def works_with_new_key_alone(user: User, keyset: str, settings: Settings) -> bool:
    """Return whether ``user``'s app and recovery codes open with the primary key of ``keyset`` and no other."""
    settings.ENCRYPTION_KEYSET = _primary_alone(keyset)
    with authenticators_of(user):
        app, codes = Authenticator.objects.filter(user=user).order_by("-type")
        return bool(app.wrap().validate_code(code_now()) and len(codes.wrap().get_unused_codes()) == 10)


def _primary_alone(keyset: str) -> str:
    unpacked = json.loads(base64.urlsafe_b64decode(keyset))
    return json.dumps(unpacked | {"key": [k for k in unpacked["key"] if k["keyId"] == unpacked["primaryKeyId"]]})


def test_after_reencrypt_the_old_key_is_not_needed(alice: Person, tariq: Person, settings: Settings) -> None:
    give_app(alice.user)
    settings.ENCRYPTION_KEYSET = rotated = new_keyset(settings.ENCRYPTION_KEYSET)
    give_app(tariq.user)

    first, second = reencrypt(), reencrypt()

    assert first == "Authenticators: 2 encrypted anew, 2 needed nothing."
    assert second == "Authenticators: 0 encrypted anew, 4 needed nothing."
    assert works_with_new_key_alone(alice.user, rotated, settings)
    row = AuditRow.objects.get(action="secrets.reencrypt")
    assert (row.job, row.detail) == ("re-encryption", {"count": 2})


def test_a_run_that_was_cut_off_goes_on_where_it_was(alice: Person, tariq: Person, settings: Settings) -> None:
    give_app(alice.user)
    give_app(tariq.user)
    settings.ENCRYPTION_KEYSET = rotated = new_keyset(settings.ENCRYPTION_KEYSET)
    next(reencrypt_authenticators(by=system("test"), batch=3))

    assert reencrypt() == "Authenticators: 1 encrypted anew, 3 needed nothing."
    assert works_with_new_key_alone(tariq.user, rotated, settings)


def test_what_no_key_opens_is_named_and_the_rest_is_done(alice: Person, tariq: Person, settings: Settings) -> None:
    give_app(alice.user)
    moved = give_app(tariq.user)
    Authenticator.objects.filter(pk=moved.pk).update(data=Authenticator.objects.get(user=alice.user, type="totp").data)
    settings.ENCRYPTION_KEYSET = new_keyset(settings.ENCRYPTION_KEYSET)

    with pytest.raises(CommandError, match="1 secrets cannot be read with any key"):
        reencrypt()

    assert AuditRow.objects.get(action="secrets.reencrypt").detail == {"count": 3}
