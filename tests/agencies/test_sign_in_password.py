"""Sign-in by e-mail and password: what it tells, what it limits, what it writes down."""

import logging
import statistics
import time
import uuid

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from agencies.models import User
from safeguard.audit.models import AuditRow
from tests.agencies.sign_in_steps import enter_password, is_signed_in, link_in, mails, signed_in, trail
from tests.conftest import Person
from tests.factories import PASSWORD

ELSEWHERE = "198.51.100.7"
NEW = "a new and quite long password"


def test_a_person_signs_in_and_out_and_both_are_recorded(alice: Person) -> None:
    client = signed_in(alice.user)

    client.post("/account/logout/")

    assert not is_signed_in(client)
    done = [(row.action, row.user_id) for row in trail()]
    assert done == [("sign_in.succeeded", alice.user.pk), ("sign_out", alice.user.pk)]


def test_capital_letters_and_spaces_in_the_address_do_not_matter(alice: Person) -> None:
    client = Client()

    enter_password(client, "  ALICE@Example.org ")

    assert is_signed_in(client)


@pytest.mark.parametrize("address", ["alice@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_page(alice: Person, address: str) -> None:
    response = enter_password(Client(), address, "wrong password, long enough")

    assert response.status_code == 200
    page = response.content.decode().replace(address, "")
    assert "do not match an account" in page
    assert page.count("govuk-error-summary__title") == 1


def test_an_unknown_address_takes_as_long_as_a_known_one(alice: Person, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = {"login": "1000/m/ip", "login_failed": "1000/m/ip,1000/m/key"}
    User.objects.get(pk=alice.user.pk).set_password(PASSWORD)
    user = User.objects.get(pk=alice.user.pk)
    user.set_password(PASSWORD)
    user.save()
    client = Client()

    known, unknown = ([_seconds(client, address) for _ in range(7)] for address in (user.email, "no@example.org"))

    assert 1 / 2 < statistics.median(known) / statistics.median(unknown) < 2


def _seconds(client: Client, address: str) -> float:
    start = time.perf_counter()
    enter_password(client, address, "wrong password, long enough")
    return time.perf_counter() - start


def test_a_failure_is_recorded_without_what_was_typed(alice: Person) -> None:
    enter_password(Client(), "alice@example.org", "wrong password, long enough")
    enter_password(Client(), "stranger@example.net", "wrong password, long enough")

    known, unknown = trail("sign_in.failed")
    assert known.target_uuids == [alice.user.uuid]
    assert unknown.target_uuids == []
    assert not AuditRow.objects.filter(detail__icontains="example").exists()


def test_logs_carry_no_address(alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        enter_password(Client(), "alice@example.org", "wrong password, long enough")
        signed_in(alice.user)

    assert "@example" not in caplog.text


def test_five_failures_from_one_place_stop_only_that_place(alice: Person) -> None:
    for _ in range(5):
        enter_password(Client(), alice.user.email, "wrong", REMOTE_ADDR=ELSEWHERE)

    stopped = enter_password(Client(), alice.user.email, REMOTE_ADDR=ELSEWHERE)
    client = signed_in(alice.user)

    assert "too many attempts from here" in stopped.content.decode()
    assert "passkey" in stopped.content.decode()
    assert is_signed_in(client)
    assert trail("sign_in.limited")


def test_an_address_that_tries_many_accounts_is_stopped(alice: Person, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "8/10m/ip,5/5m/key"}
    for number in range(8):
        enter_password(Client(), f"guess{number}@example.org", "wrong", REMOTE_ADDR=ELSEWHERE)

    stopped = enter_password(Client(), alice.user.email, REMOTE_ADDR=ELSEWHERE)

    assert "too many attempts from here" in stopped.content.decode()


def test_nobody_can_open_an_account(db: None) -> None:
    client = Client()

    page = client.get("/account/signup/")
    answer = client.post("/account/signup/", {"email": "new@example.org", "password1": NEW})

    assert "Accounts come by invitation" in page.content.decode()
    assert answer.status_code == 405
    assert not User.objects.exists()


def test_a_closed_account_is_told_so_only_with_its_password(alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_active=False)

    wrong = enter_password(Client(), alice.user.email, "wrong password, long enough")
    right = enter_password(Client(), alice.user.email)

    assert "do not match an account" in wrong.content.decode()
    assert right["Location"] == "/account/inactive/"


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/"])
def test_fields_tell_password_managers_what_they_are(db: None, path: str) -> None:
    page = Client().get(path).content.decode()

    assert 'autocomplete="username"' in page
    assert ('autocomplete="current-password"' in page) == (path == "/account/login/")
    assert "onpaste" not in page


# --- Forgotten password ----------------------------------------------------------------------------


def test_reset_answers_the_same_for_known_and_unknown_and_mails_by_the_outbox(alice: Person) -> None:
    answers = [
        Client().post("/account/password/reset/", {"email": address})
        for address in (alice.user.email, "nobody@example.org")
    ]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2
    known, unknown = mails()
    assert "/account/password/reset/key/" in known.body
    assert "no account uses it" in unknown.body
    assert "/reset/key/" not in unknown.body


def test_the_reset_link_leads_to_our_own_address_whatever_the_host_header(alice: Person, settings: Settings) -> None:
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://safeguard.example.org"

    Client().post("/account/password/reset/", {"email": alice.user.email}, HTTP_HOST="evil.example")

    assert "https://safeguard.example.org/account/password/reset/key/" in mails()[0].body


def test_a_reset_ends_every_session_works_once_and_does_not_sign_in(alice: Person) -> None:
    old = signed_in(alice.user)
    client = Client()
    client.post("/account/password/reset/", {"email": alice.user.email})
    link = link_in(mails()[0].body)

    form = client.get(link, follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)
    again = Client().get(link, follow=True)

    assert "Your password was changed" in done.content.decode()
    assert "This link no longer works" in again.content.decode()
    assert not is_signed_in(old)
    assert not is_signed_in(client)
    enter_password(client, alice.user.email, NEW)
    assert is_signed_in(client)
    assert trail("password.changed")


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("short", "short", "at least 12 characters"),
        (NEW, "another one entirely", "same password"),
        ("", "", "Enter a new password"),
    ],
)
def test_a_bad_new_password_says_why(alice: Person, first: str, second: str, message: str) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": alice.user.email})
    form = client.get(link_in(mails()[0].body), follow=True)

    response = client.post(form.request["PATH_INFO"], {"password1": first, "password2": second})

    assert message in response.content.decode()


def test_somebody_without_a_password_is_pointed_to_their_organisation(alice: Person) -> None:
    user = User.objects.get(pk=alice.user.pk)
    user.set_unusable_password()
    user.save()

    Client().post("/account/password/reset/", {"email": user.email})

    message = mails()[0]
    assert "organisation’s own sign-in" in message.body
    assert "/reset/key/" not in message.body


# --- Changing password and address -----------------------------------------------------------------


def test_a_password_change_ends_all_other_sessions_and_is_told_by_mail(alice: Person) -> None:
    here, there = signed_in(alice.user), signed_in(alice.user)

    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}, follow=True)

    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert mails(kind="account.password_changed", address=alice.user.email)


def test_a_new_address_counts_only_after_its_code(alice: Person) -> None:
    client = signed_in(alice.user)

    client.post("/account/email/", {"action_add": "1", "email": "alice.new@example.org"})
    before = User.objects.get(pk=alice.user.pk).email
    mail = mails(address="alice.new@example.org")[0]
    code = next(line for line in mail.body.splitlines() if line.count("-") == 1 and line.isupper())
    wrong = client.post("/account/email/code/", {"action": "verify", "code": "BBBB-BBBB"})
    client.post("/account/email/code/", {"action": "verify", "code": code})

    assert before == "alice@example.org"
    assert "That code is not right" in wrong.content.decode()
    assert User.objects.get(pk=alice.user.pk).email == "alice.new@example.org"
    assert mails(kind="account.email_changed", address="alice@example.org")
    assert trail("email.changed")


def test_somebody_elses_address_is_not_given_away_and_not_taken(alice: Person, tariq: Person) -> None:
    client = signed_in(alice.user)

    response = client.post("/account/email/", {"action_add": "1", "email": tariq.user.email})

    assert response["Location"] == "/account/email/code/"
    assert User.objects.get(pk=alice.user.pk).email == "alice@example.org"


def test_too_long_a_field_is_an_error_and_not_a_crash(db: None) -> None:
    response = enter_password(Client(), "a" * 5000 + "@example.org", str(uuid.uuid4()) * 1000)

    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize("target", ["%00", "/%00", "%2500"])
def test_a_strange_way_back_breaks_no_page(alice: Person, target: str) -> None:
    path = f"/account/login/?next={target}"
    assert Client().get(path).status_code == 200
    assert Client().post(path, {"login": alice.user.email, "password": PASSWORD}).status_code == 302
    assert alice.client.get(path).status_code == 302
