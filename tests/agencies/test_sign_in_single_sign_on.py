"""Sign-in by an agency's own OpenID Connect provider, against a real one on localhost."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from agencies.models import Membership, User
from agencies.roles import Role
from tests.agencies.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, openid_provider
from tests.agencies.sign_in_steps import age, code_now, enter_code, give_app, is_signed_in, signed_in, trail
from tests.conftest import Person, Place
from tests.factories import PASSWORD, as_owner, make_membership, make_user

STRONG = "https://refeds.org/profile/mfa"


@pytest.fixture
def provider(social_care: Place, settings: Settings) -> Iterator[Provider]:
    settings.SINGLE_SIGN_ON_SECRETS = {"northshire": CLIENT_SECRET}
    with openid_provider() as running:
        with as_owner():
            SocialApp.objects.create(
                provider="openid_connect",
                provider_id="northshire",
                name="Northshire Council",
                client_id=CLIENT_ID,
                settings={
                    "server_url": running.address,
                    "agency": str(social_care.agency.uuid),
                    "domains": ["example.org"],
                    "accepted_acr": [STRONG],
                },
            )
        yield running


def arrive(provider: Provider, client: Client, **claims: object) -> HttpResponse:
    """Sign in at the provider, which says ``claims``, and come back."""
    provider.claims = {"email_verified": True, **claims}
    leave = client.get("/account/login/organisation/northshire/")
    back = provider.approve(leave["Location"])
    return client.get(back.removeprefix("http://testserver"))  # type: ignore[return-value]  # the test client's response


def without_password(user: User) -> None:
    user.set_unusable_password()
    user.save()


def test_the_sign_in_page_offers_the_organisation(provider: Provider) -> None:
    page = Client().get("/account/login/").content.decode()

    assert "Northshire Council" in page
    assert "/account/login/organisation/northshire/" in page


def test_a_person_of_the_agency_is_signed_in_to_their_own_account(provider: Provider, alice: Person) -> None:
    client = Client()

    arrive(provider, client, email="Alice@Example.org", auth_time=int(time.time()), acr="weak")

    assert is_signed_in(client)
    assert trail("sign_in.succeeded")[0].user_id == alice.user.pk
    assert trail("sign_in.succeeded")[0].detail == {"methods": ["socialaccount"]}
    assert provider.asked["code_challenge_method"] == "S256"
    assert "alice" not in str(SocialAccount.objects.get().extra_data).lower()


def test_the_second_time_they_are_known_by_their_number_there(provider: Provider, alice: Person) -> None:
    arrive(provider, Client(), email="alice@example.org")
    client = Client()

    arrive(provider, client, email="alice.married@example.org")

    assert is_signed_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.org"},
        {"email": "alice@example.org", "email_verified": False},
        {"email": "alice@elsewhere.example"},
        {"email": "tariq@example.org"},  # has an account, in another agency
        {"sub": "no address at all"},
    ],
)
def test_nobody_else_gets_in_and_no_account_is_made(
    provider: Provider, alice: Person, tariq: Person, claims: dict[str, object]
) -> None:
    client, before = Client(), User.objects.count()

    response = arrive(provider, client, **claims)

    assert response.status_code == 403
    assert "Accounts come by invitation" in response.content.decode()
    assert not is_signed_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert trail("sign_in.failed")[0].detail == {"method": "single_sign_on"}


def test_an_address_of_a_domain_that_is_not_the_agencys_does_not_match(provider: Provider) -> None:
    make_user("Alice Elsewhere", email="alice@elsewhere.example")

    response = arrive(provider, Client(), email="alice@elsewhere.example")

    assert response.status_code == 403


def test_a_leaver_who_is_still_known_there_is_refused(provider: Provider, alice: Person) -> None:
    arrive(provider, Client(), email="alice@example.org")
    with as_owner():
        alice.membership.delete()

    response = arrive(provider, Client(), email="alice@example.org")

    assert response.status_code == 403


def test_a_forged_answer_is_refused(provider: Provider, alice: Person) -> None:
    client = Client()

    response = client.get("/account/login/organisation/northshire/back/?code=the-code&state=made-up")

    assert response.status_code == 401
    assert "could not be used" in response.content.decode()
    assert not is_signed_in(client)


def test_an_unknown_organisation_is_not_found(db: None) -> None:
    assert Client().get("/account/login/organisation/nowhere/").status_code == 404


def test_cancelling_there_says_that_nothing_changed(provider: Provider) -> None:
    client = Client()
    provider.approve(client.get("/account/login/organisation/northshire/")["Location"])

    state = provider.asked["state"]
    path = f"/account/login/organisation/northshire/back/?error=access_denied&state={state}"
    response = client.get(path, follow=True)

    assert "was cancelled" in response.content.decode()


# --- The trap: allauth lets such a person past every "recently re-authenticated" -------------------


def test_without_a_strong_recent_sign_in_there_a_sensitive_step_is_refused(provider: Provider, alice: Person) -> None:
    without_password(alice.user)
    client = Client()
    arrive(provider, client, email="alice@example.org", auth_time=int(time.time()), acr="weak")

    response = client.get("/account/password/set/", follow=True)

    assert response.request["PATH_INFO"] == "/account/confirm/organisation/"
    assert "max_age%3D0" in response.content.decode()


def test_a_strong_sign_in_there_counts_while_it_is_recent(provider: Provider, alice: Person) -> None:
    without_password(alice.user)
    client = Client()
    arrive(provider, client, email="alice@example.org", auth_time=int(time.time()), acr=STRONG)
    recent = client.get("/account/password/set/").status_code

    old = Client()
    arrive(provider, old, email="alice@example.org", auth_time=int(time.time()) - 301, acr=STRONG)

    assert recent == 200
    assert old.get("/account/password/set/")["Location"].startswith("/account/confirm/organisation/")


def test_a_local_app_counts_for_somebody_without_a_password(provider: Provider, alice: Person) -> None:
    without_password(alice.user)
    give_app(alice.user)
    client = Client()
    arrive(provider, client, email="alice@example.org")

    assert client.get("/account/")["Location"].startswith("/account/login/")  # the second step is asked for


def test_where_two_factors_are_required_only_a_strong_sign_in_there_is_enough(
    provider: Provider, alice: Person, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    weak, strong = Client(), Client()
    arrive(provider, weak, email="alice@example.org", acr="weak")
    arrive(provider, strong, email="alice@example.org", acr=STRONG)

    assert weak.get("/account/sessions/")["Location"].startswith("/account/second-step/")
    assert strong.get("/account/sessions/").status_code == 200


def test_signing_in_by_password_afterwards_forgets_what_the_organisation_said(
    provider: Provider, alice: Person
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", auth_time=int(time.time()), acr=STRONG)
    client.post("/account/logout/")

    client.post("/account/login/", {"login": "alice@example.org", "password": "correct horse battery staple"})
    age(client, 301)

    assert client.get("/account/email/")["Location"].startswith("/account/confirm/password/")


# --- A provider opens its own agency only ----------------------------------------------------------


@pytest.fixture
def also_nurse(alice: Person, health: Place) -> Membership:
    """Alice's other membership, which she chose to act under last time."""
    return make_membership(alice.user, health.agency, Role.PRACTITIONER, teams=(health.team,))


def acts_for(client: Client) -> str:
    viewer = client.get("/profile/memberships/").context["viewer"]
    return str(viewer.membership.agency.name)


def choose(client: Client, membership: Membership) -> Any:
    return client.post("/switch/", {"membership": str(membership.uuid)}, follow=True)


def force(client: Client, membership: Membership) -> None:
    """Write the choice into the session, past the page."""
    session = client.session
    session["acting_for"] = str(membership.uuid)
    session.save()


def test_a_provider_opens_no_other_agency_even_by_a_forced_choice(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", auth_time=int(time.time()), acr=STRONG)

    force(client, also_nurse)

    assert acts_for(client) == alice.membership.agency.name


def test_an_older_membership_elsewhere_is_not_taken_for_the_first(
    provider: Provider, alice: Person, health: Place
) -> None:
    since = timezone.now() - timedelta(days=900)
    make_membership(alice.user, health.agency, Role.PRACTITIONER, since=since)
    client = Client()

    arrive(provider, client, email="alice@example.org")

    assert acts_for(client) == alice.membership.agency.name


def test_switching_asks_for_password_and_code_and_keeps_the_choice(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", acr=STRONG)
    give_app(alice.user)  # in another session: this one has proved nothing here

    asked = choose(client, also_nurse)
    back = asked.request["QUERY_STRING"].removeprefix("next=")
    after_password = client.post(f"/account/confirm/password/?next={back}", {"password": PASSWORD}, follow=True)
    still = acts_for(client)
    after_code = client.post(f"/account/confirm/code/?next={back}", {"code": code_now()}, follow=True)
    choose(client, also_nurse)

    assert asked.request["PATH_INFO"] == "/account/confirm/password/"
    assert "opens Safeguard for that organisation only" in asked.content.decode()
    assert after_password.request["PATH_INFO"] == "/account/confirm/code/"
    assert still == alice.membership.agency.name
    assert after_code.request["PATH_INFO"] == "/switch/"
    assert after_code.context["form"].initial == {"membership": str(also_nurse.uuid)}
    assert acts_for(client) == also_nurse.agency.name


def test_a_code_at_sign_in_is_not_enough_without_the_password(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    give_app(alice.user)
    client = Client()
    arrive(provider, client, email="alice@example.org", acr=STRONG)
    enter_code(client, code_now())

    assert choose(client, also_nurse).request["PATH_INFO"] == "/account/confirm/password/"
    assert acts_for(client) == alice.membership.agency.name


def test_without_a_second_step_here_one_is_set_up_first(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", acr=STRONG)

    assert choose(client, also_nurse).request["PATH_INFO"] == "/account/second-step/"


def test_a_provider_cannot_add_a_passkey_that_opens_the_other_agency(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", auth_time=int(time.time()), acr=STRONG)

    assert client.get("/account/passkeys/add/")["Location"].startswith("/account/confirm/password/")


def test_a_sign_in_by_password_switches_without_more(alice: Person, also_nurse: Membership) -> None:
    client = signed_in(alice.user)

    assert choose(client, also_nurse).request["PATH_INFO"] == "/"
    assert acts_for(client) == also_nurse.agency.name


def test_when_the_membership_there_ends_the_session_does_not_slide_into_the_other(
    provider: Provider, alice: Person, also_nurse: Membership
) -> None:
    client = Client()
    arrive(provider, client, email="alice@example.org", acr=STRONG)
    with as_owner():
        Membership.objects.filter(pk=alice.membership.pk).update(until=timezone.now())

    response = client.get("/cases/")

    assert response.status_code == 403
    assert "You are not a member of this agency" in response.content.decode()
    assert client.get("/switch/").status_code == 200


def test_the_confinement_costs_no_query(provider: Provider, alice: Person, django_assert_num_queries: Any) -> None:
    by_provider, by_password = Client(), signed_in(alice.user)
    arrive(provider, by_provider, email="alice@example.org")
    for client in (by_provider, by_password):
        client.get("/profile/")
    with CaptureQueriesContext(connection) as plain:
        by_password.get("/profile/")

    with django_assert_num_queries(len(plain)):
        by_provider.get("/profile/")
