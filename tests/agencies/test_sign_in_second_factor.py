"""Authenticator apps, recovery codes, and what needs a fresh proof."""

import base64
import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from agencies.sign_in.mfa import authenticators_of
from safeguard.audit.models import AuditRow
from safeguard.common.encryption import CannotDecrypt
from tests.agencies.sign_in_steps import (
    SECRET,
    age,
    code_now,
    enter_code,
    enter_password,
    give_app,
    is_signed_in,
    mails,
    signed_in,
    trail,
)
from tests.conftest import Person
from tests.factories import PASSWORD

SENSITIVE = [
    "/account/email/",
    "/account/password/change/",
    "/account/app/remove/",
    "/account/passkeys/add/",
    "/account/recovery-codes/",
    "/account/recovery-codes/new/",
    "/account/recovery-codes/download/",
]


def activate(client: Client) -> str:
    """Set up an app by the page; returns its secret."""
    client.get("/account/app/")
    secret: str = client.session["mfa.totp.secret"]
    client.post("/account/app/", {"code": code_now(secret)})
    return secret


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_told_by_mail_and_then_asked_for(alice: Person) -> None:
    client = signed_in(alice.user)
    secret = activate(client)
    page = client.get("/account/recovery-codes/").content.decode()
    cache.clear()  # the code of set-up may not be used again within its validity

    other = Client()
    enter_password(other, alice.user.email)
    before = is_signed_in(other)
    enter_code(other, code_now(secret))

    assert "Each of these codes signs you in once" in page
    assert not before
    assert is_signed_in(other)
    assert [row.detail["type"] for row in trail("factor.added")] == ["totp"]
    assert trail("sign_in.succeeded")[-1].detail == {"methods": ["password", "totp"]}
    assert mails(kind="account.totp_activated")


def test_the_secret_is_encrypted_and_useless_in_another_persons_row(alice: Person, tariq: Person) -> None:
    app = give_app(alice.user)
    row = Authenticator.objects.get(pk=app.pk)
    codes = Authenticator.objects.get(user=alice.user, type="recovery_codes")

    assert SECRET not in str(row.data)
    assert len(codes.data["seed"]) > 100
    with authenticators_of(alice.user):
        assert row.wrap().validate_code(code_now())
    with authenticators_of(tariq.user), pytest.raises(CannotDecrypt):
        row.wrap().validate_code(code_now())


def test_a_code_cannot_be_used_twice_even_within_the_tolerance(alice: Person) -> None:
    give_app(alice.user)
    code = code_now(steps=1)  # a clock that is 30 s fast: valid for a minute and a half in all
    first, second = Client(), Client()
    for client in (first, second):
        enter_password(client, alice.user.email)

    enter_code(first, code)
    cache.delete(f"allauth.mfa.totp.used?user={alice.user.pk}&code={code}")  # as if its 30 s were over
    again = enter_code(second, code)

    assert is_signed_in(first)
    assert not is_signed_in(second)
    assert "did not match" in again.content.decode()


def test_a_code_used_by_many_at_once_lets_one_in(alice: Person) -> None:
    # The mark is one atomic `add` in the shared cache; threads stand for processes.
    used: list[bool] = []

    def use() -> None:
        used.append(bool(cache.add("sign_in:used_code:test", 1, timeout=30)))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert used.count(True) == 1


def test_a_recovery_code_works_once(alice: Person) -> None:
    give_app(alice.user)
    with authenticators_of(alice.user):
        code = Authenticator.objects.get(user=alice.user, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        enter_password(client, alice.user.email)
        enter_code(client, code)

    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_a_wrong_code_is_recorded_and_five_stop_the_guessing(alice: Person) -> None:
    give_app(alice.user)
    client = Client()
    enter_password(client, alice.user.email)

    for _ in range(5):
        enter_code(client, "000000")
    stopped = enter_code(client, code_now())

    assert "too many attempts" in stopped.content.decode()
    failures = [row for row in trail("sign_in.failed") if row.detail == {"method": "code"}]
    assert failures[0].target_uuids == [alice.user.uuid]


def test_what_was_proved_with_the_password_alone_opens_nothing(alice: Person) -> None:
    give_app(alice.user)
    client = Client()
    enter_password(client, alice.user.email)

    assert client.get("/account/")["Location"].startswith("/account/login/")


# --- Where a second factor is required -------------------------------------------------------------


def test_without_a_second_factor_only_set_up_is_open(alice: Person, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    client = signed_in(alice.user)

    home = client.get("/")
    sent = client.post("/", {"note": "some text that was typed"})

    assert home["Location"].startswith("/account/second-step/")
    assert sent.status_code == 401
    assert "some text that was typed" in sent.content.decode()
    assert client.get("/account/second-step/").status_code == 200
    assert client.get("/account/app/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_opens_the_rest_at_once(alice: Person, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    client = signed_in(alice.user)

    activate(client)

    assert client.get("/account/sessions/").status_code == 200


def test_an_app_alone_does_not_open_a_session_that_never_proved_it(alice: Person, settings: Settings) -> None:
    client = signed_in(alice.user)
    give_app(alice.user)
    settings.MFA_REQUIRED = True

    before = client.get("/account/sessions/")
    client.post("/account/confirm/code/", {"code": code_now()})

    assert before["Location"].startswith("/account/confirm/code/?next=")
    assert client.get("/account/sessions/").status_code == 200


def test_a_session_whose_factor_was_removed_is_led_to_set_one_up(alice: Person, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    give_app(alice.user)
    client = signed_in(alice.user, app=True)

    Authenticator.objects.filter(user=alice.user).delete()

    assert client.get("/account/sessions/")["Location"].startswith("/account/second-step/")


def test_the_api_says_that_a_factor_is_missing(alice: Person, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    client = signed_in(alice.user)
    # Any address below /api/ would do; the middleware answers before the view does.
    settings.ROOT_URLCONF = "tests.agencies.sign_in_urls"

    response = client.get("/api/probe")

    assert response.status_code == 403
    assert "second factor" in response.json()["detail"]


@pytest.mark.parametrize("required", [True, False])
def test_basic_authentication_is_no_way_past_the_factor(alice: Person, settings: Settings, required: bool) -> None:
    settings.MFA_REQUIRED = required
    right = base64.b64encode(f"{alice.user.email}:{PASSWORD}".encode()).decode()
    client = Client(headers={"Authorization": f"Basic {right}"})

    program, page = client.get("/api/v1/cases/"), client.get("/cases/")

    assert program.status_code == 401
    assert program["WWW-Authenticate"].startswith("Bearer")
    assert page["Location"] == "/account/login/?next=%2Fcases%2F"
    assert "_auth_user_id" not in client.session
    assert not AuditRow.objects.filter(user_id=alice.user.pk).exists()


def test_the_only_second_step_cannot_be_removed_where_one_is_required(alice: Person, settings: Settings) -> None:
    settings.MFA_REQUIRED = True
    give_app(alice.user)
    client = signed_in(alice.user, app=True)

    response = client.post("/account/app/remove/")

    assert "only second step" in response.content.decode()
    assert Authenticator.objects.filter(user=alice.user, type="totp").exists()


def test_the_demo_shows_that_a_second_step_is_missing(alice: Person) -> None:
    page = signed_in(alice.user).get("/account/").content.decode()

    assert "No second step." in page


def test_no_banner_for_somebody_with_a_second_step(alice: Person) -> None:
    give_app(alice.user)

    assert "No second step." not in signed_in(alice.user, app=True).get("/account/").content.decode()


# --- Sensitive steps -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SENSITIVE)
def test_a_sensitive_page_asks_again_after_five_minutes(alice: Person, path: str) -> None:
    give_app(alice.user)
    client = signed_in(alice.user, app=True)
    opened = client.get(path).status_code

    age(client, 301)
    response = client.get(path)

    assert opened == 200
    assert response["Location"] == f"/account/confirm/password/?next={path.replace('/', '%2F')}"


def test_password_and_code_together_open_it_again(alice: Person) -> None:
    give_app(alice.user)
    client = signed_in(alice.user, app=True)
    age(client, 301)
    cache.clear()

    after_password = client.post("/account/confirm/password/?next=/account/email/", {"password": PASSWORD}, follow=True)
    after_code = client.post("/account/confirm/code/?next=/account/email/", {"code": code_now()}, follow=True)

    assert after_password.request["PATH_INFO"] == "/account/confirm/code/"
    assert after_code.request["PATH_INFO"] == "/account/email/"


def test_a_late_sensitive_form_changes_nothing_and_keeps_all_but_secrets(alice: Person) -> None:
    client = signed_in(alice.user)
    age(client, 301)

    response = client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "x" * 20, "password2": "x" * 20, "note": "words to keep here"},
    )

    page = response.content.decode()
    assert response.status_code == 401
    assert "words to keep here" in page
    assert "x" * 20 not in page
    assert PASSWORD not in page
    assert alice.user.check_password(PASSWORD)


def test_a_wrong_password_at_the_confirmation_is_limited(alice: Person) -> None:
    client = signed_in(alice.user)

    for _ in range(5):
        client.post("/account/confirm/password/", {"password": "wrong"})
    response = client.post("/account/confirm/password/", {"password": PASSWORD})

    assert "too many attempts" in response.content.decode()


def test_the_proof_is_no_older_than_it_says(alice: Person) -> None:
    client = signed_in(alice.user)
    records = client.session["account_authentication_methods"]

    assert time.time() - records[-1]["at"] < 60
