"""Tokens for programs: made by their owner, kept as a hash, dead at once when anything behind them ends."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from agencies.actions import memberships, tokens
from agencies.models import ApiToken, Membership, User
from agencies.roles import Role
from agencies.scopes import Scope
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.agencies.sign_in_steps import age, give_app, signed_in
from tests.conftest import Person, Place
from tests.factories import PASSWORD, as_owner, make_membership
from tests.programs import Program

CASES = "/api/v1/cases/"
ADD = "/profile/tokens/add/"
FORM = {"name": "School system", "scopes": ["read:cases"], "days": "7"}


def make(person: Person, **changed: object) -> Program:
    terms: dict[str, object] = {"name": "Records", "scopes": ["read:cases"], "days": 7} | changed
    return Program(*tokens.create(**terms, by=person.by))  # type: ignore[arg-type]  # as given


def change(program: Program, **columns: object) -> None:
    with as_owner():
        ApiToken.objects.filter(pk=program.token.pk).update(**columns)


# --- Making one ---


def test_only_a_hash_of_the_secret_is_kept(alice: Person) -> None:
    program = make(alice)

    row = ApiToken.objects.values().get(pk=program.token.pk)
    assert row["secret_hash"] == hashlib.sha256(program.secret.encode()).hexdigest()
    assert row["prefix"] == program.secret[:10]
    assert all(program.secret not in str(value) for value in row.values())
    assert len(program.secret) >= 43


def test_making_one_is_recorded_without_the_secret_and_its_owner_is_told(alice: Person) -> None:
    program = make(alice, scopes=["read:cases", "read:children"], days=30)

    row = AuditRow.objects.get(action="token.create")
    assert row.target_uuids == [program.token.uuid]
    assert row.detail == {"scopes": ["read:cases", "read:children"], "days": 30}
    with as_owner():
        assert InboxItem.objects.get(kind="token.made").recipient_id == alice.user.pk


@pytest.mark.parametrize("days", [0, -1, 8, 91, 10_000])
def test_it_works_for_90_days_at_most(alice: Person, days: int) -> None:
    with pytest.raises(ValidationError) as error:
        make(alice, days=days)

    assert "days" in error.value.message_dict
    assert not ApiToken.objects.exists()


def test_the_database_refuses_a_longer_life_too(alice: Person) -> None:
    token = make(alice).token

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(expires_at=Now() + timedelta(days=91))


@pytest.mark.parametrize("scopes", [[], ["write:cases"], ["read:cases", "everything"]])
def test_a_scope_that_does_not_exist_is_refused(alice: Person, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        make(alice, scopes=scopes)


def test_nobody_makes_one_for_what_their_roles_do_not_do(adam: Person, ana: Person, ian: Person) -> None:
    for person in (adam, ana, ian):
        with pytest.raises(ValidationError):
            make(person)
        assert signed_in(person.user).get(ADD).status_code == 404


def test_an_eleventh_is_refused_until_one_is_revoked(alice: Person) -> None:
    made = [make(alice) for _ in range(tokens.MOST)]
    with pytest.raises(ValidationError, match="revoke one"):
        make(alice)

    tokens.revoke(made[0].token, by=alice.by)

    assert make(alice)


# --- The pages ---


def test_the_page_shows_the_secret_once(alice: Person) -> None:
    client = signed_in(alice.user)

    answer = client.post(ADD, FORM)

    token = ApiToken.objects.get()
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert token.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    again = client.get("/profile/tokens/").content.decode()
    assert secret not in again
    assert token.prefix in again


def test_making_one_asks_for_fresh_factors(alice: Person) -> None:
    give_app(alice.user)
    client = signed_in(alice.user, app=True)
    assert client.get(ADD).status_code == 200

    age(client, 3_600)

    assert client.get(ADD).status_code == 302
    assert client.post(ADD, FORM).status_code == 401
    assert not ApiToken.objects.exists()


def test_the_form_says_what_is_wrong(alice: Person) -> None:
    answer = signed_in(alice.user).post(ADD, FORM | {"scopes": [], "days": "365"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"scopes", "days"}
    assert "Choose what the token may read" in answer.content.decode()


def test_the_owner_revokes_theirs(alice: Person) -> None:
    program = make(alice)
    path = f"/tokens/{program.token.uuid}/revoke/"
    assert "Revoke token" in alice.client.get(path).content.decode()

    assert alice.client.post(path).status_code == 302
    assert alice.client.post(path).status_code == 302  # a second time changes nothing

    assert program.get(CASES).status_code == 401
    assert AuditRow.objects.filter(action="token.revoke").count() == 1


def test_a_manager_sees_and_revokes_those_of_their_members(maggie: Person, alice: Person) -> None:
    program = make(alice)
    agency = alice.membership.agency.uuid
    assert program.token.prefix in maggie.client.get(f"/agencies/{agency}/tokens/").content.decode()

    maggie.client.post(f"/tokens/{program.token.uuid}/revoke/")

    assert program.get(CASES).status_code == 401
    with as_owner():
        assert InboxItem.objects.get(kind="token.revoked").recipient_id == alice.user.pk


def test_nobody_else_sees_or_revokes_it(alice: Person, tess: Person, daisy: Person) -> None:
    program = make(alice)
    for person in (tess, daisy):  # a colleague, and another agency's manager
        path = f"/tokens/{program.token.uuid}/revoke/"
        assert person.client.get(path).status_code == person.client.post(path).status_code == 404
        assert person.client.get(f"/agencies/{alice.membership.agency.uuid}/tokens/").status_code == 404
        assert program.token.prefix not in person.client.get("/profile/tokens/").content.decode()
        with pytest.raises(Http404):
            tokens.revoke(program.token, by=person.by)

    assert program.get(CASES).status_code == 200


# --- Using one ---


def test_it_opens_the_interface_for_programs(alice: Person) -> None:
    assert make(alice).get(CASES).status_code == 200


def test_it_opens_no_page(alice: Person) -> None:
    program = make(alice)

    for path in ("/", "/profile/", "/profile/tokens/", "/people/", "/account/"):
        answer = program.get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/account/login/")


def assert_dead(program: Program, why: str) -> None:
    answer = program.get(CASES)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "This token does not work: it is unknown, expired or revoked."
    row = AuditRow.objects.filter(action="token.refused").latest("id")
    assert row.detail == {"why": why}
    assert row.channel == "api"


def test_an_unknown_one_is_refused_and_recorded(alice: Person) -> None:
    make(alice)

    assert_dead(Program(ApiToken(), "sgt_" + "x" * 43), "unknown")
    assert AuditRow.objects.get(action="token.refused").target_uuids == []


def test_an_expired_one_is_refused(alice: Person) -> None:
    program = make(alice)

    change(program, created_at=Now() - timedelta(days=8), expires_at=Now() - timedelta(seconds=1))

    assert_dead(program, "expired")


def test_a_revoked_one_is_refused(alice: Person) -> None:
    program = make(alice)

    tokens.revoke(program.token, by=alice.by)

    assert_dead(program, "revoked")


def test_it_dies_with_the_membership(alice: Person, maggie: Person) -> None:
    program = make(alice)

    memberships.end(alice.membership, by=maggie.by, reason="Left")

    assert_dead(program, "revoked")


def test_its_owner_reads_that_it_ended_with_the_membership(alice: Person, maggie: Person, health: Place) -> None:
    make(alice)
    make_membership(alice.user, health.agency, Role.PRACTITIONER, teams=(health.team,))

    memberships.end(alice.membership, by=maggie.by, reason="Left")

    assert "Membership ended" in alice.client.get("/profile/tokens/").content.decode()


def test_it_does_not_fall_back_to_another_membership(alice: Person, maggie: Person, health: Place) -> None:
    program = make(alice)
    make_membership(alice.user, health.agency, Role.PRACTITIONER, teams=(health.team,))

    memberships.end(alice.membership, by=maggie.by, reason="Left")

    assert_dead(program, "holder")


def test_it_dies_with_the_account_and_the_agency(alice: Person) -> None:
    program = make(alice)
    with as_owner():
        User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert_dead(program, "holder")

    with as_owner():
        User.objects.filter(pk=alice.user.pk).update(is_active=True)
        alice.membership.agency.status = "suspended"
        alice.membership.agency.save()
    assert_dead(program, "holder")


def test_it_acts_under_its_own_membership_whatever_the_session_chose(alice: Person, health: Place) -> None:
    program = make(alice)
    other = make_membership(alice.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    client = alice.client
    session = client.session
    session["acting_for"] = str(other.uuid)
    session.save()

    answer = client.get(CASES, headers={"Authorization": f"Bearer {program.secret}"})

    assert answer.status_code == 200
    assert AuditRow.objects.get(action="case.list").membership_uuid == alice.membership.uuid


def test_a_role_that_was_taken_away_counts_at_once(alice: Person) -> None:
    program = make(alice)

    with as_owner():
        Membership.objects.filter(pk=alice.membership.pk).update(roles=[Role.ANALYST])

    assert program.get(CASES).status_code == 403


def test_a_scope_that_it_does_not_hold_is_refused_by_name(alice: Person) -> None:
    answer = make(alice, scopes=[Scope.READ_CHILDREN.value]).get(CASES)

    assert answer.status_code == 403
    assert "read:cases" in answer.json()["detail"]


def test_its_last_use_is_written_at_most_each_minute(alice: Person) -> None:
    program = make(alice)
    program.get(CASES)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    assert timezone.now() - first < timedelta(seconds=30)

    with CaptureQueriesContext(connection) as queries:
        program.get(CASES)
    assert not any("UPDATE" in query["sql"] for query in queries)

    change(program, last_used_at=first - timedelta(seconds=61))
    program.get(CASES)
    assert ApiToken.objects.get().last_used_at >= first  # type: ignore[operator]  # set above


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "bearer é", "Bearer " + "x" * 5_000, "Bearer \x00", "Bearer '--"]
)
def test_a_strange_header_is_refused(alice: Person, header: str) -> None:
    assert Client().get(CASES, headers={"Authorization": header}).status_code == 401


def test_a_name_and_password_in_the_header_open_nothing(alice: Person) -> None:
    basic = "Basic YWxpY2VAZXhhbXBsZS5vcmc6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ=="

    assert Client().get(CASES, headers={"Authorization": basic}).status_code == 401


# --- Limits ---


def test_too_many_requests_of_one_token_are_held_back_and_another_goes_on(
    alice: Person, tess: Person, settings: Settings
) -> None:
    rates = {"reader": "2/min", "failures": "2/min"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    program, other = make(alice), make(tess)
    assert [program.get(CASES).status_code for _ in range(3)] == [200, 200, 429]

    answer = program.get(CASES)

    assert answer["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert other.get(CASES).status_code == 200


def test_too_many_wrong_tokens_from_an_address_are_held_back_and_a_right_one_goes_on(
    alice: Person, settings: Settings
) -> None:
    rates = {"reader": "100/min", "failures": "2/min"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    wrong, right = Program(ApiToken(), "sgt_wrong"), make(alice)

    assert [wrong.get(CASES).status_code for _ in range(4)] == [401, 401, 429, 429]

    assert AuditRow.objects.filter(action="token.refused").count() == 2
    assert wrong.get(CASES, REMOTE_ADDR="198.51.100.7").status_code == 401
    assert right.get(CASES).status_code == 200


# --- When the person's sign-in changes ------------------------------------------------------------


def test_a_changed_password_revokes_them_all(alice: Person) -> None:
    program, client = make(alice), signed_in(alice.user)
    fresh = "four quite unrelated words"

    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})

    assert_dead(program, "revoked")
    revoked = AuditRow.objects.get(action="token.revoke")
    assert (revoked.target_uuids, revoked.detail) == ([program.token.uuid], {"why": "password"})
    assert AuditRow.objects.filter(action="session.end").latest("id").detail["tokens"] == 1


def test_signing_out_everywhere_revokes_them_and_says_so(alice: Person, tess: Person) -> None:
    program, other, client = make(alice), make(tess), signed_in(alice.user)
    assert "also revokes your tokens" in client.get("/account/sessions/").content.decode()

    answer = client.post("/account/sessions/", follow=True)

    assert "Your tokens for programs are revoked" in answer.content.decode()
    assert_dead(program, "revoked")
    assert other.get(CASES).status_code == 200
