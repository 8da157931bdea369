"""Who reads a referral: the side that sent it, the triage that received it, and nobody else, by two locks."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.urls import reverse

from agencies.roles import Role
from referrals.actions.submit import submit
from referrals.models import Referral
from tests.access.replay import Question, answer
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import make_membership, make_team, make_user
from tests.referrals.conftest import new_referral, refer, relative, sees


def person(name: str, place: Place, *roles: Role, team: bool = True) -> Person:
    user = make_user(name)
    return Person(user, make_membership(user, place.agency, *roles, teams=(place.team,) if team else ()))


def test_the_senders_team_reads_it_and_the_receivers_triage_and_manager(
    sent: Referral, tariq: Person, daisy: Person, tess: Person, maggie: Person
) -> None:
    assert all(sees(each, sent) for each in (tariq, daisy, tess, maggie))


@pytest.mark.parametrize("who", ["alice", "mo", "hana", "olive", "ian", "adam", "ana", "piotr", "vera"])
def test_nobody_else_reads_it(who: str, sent: Referral, request: pytest.FixtureRequest) -> None:
    assert not sees(request.getfixturevalue(who), sent)


def test_triage_of_another_agency_sees_nothing(sent: Referral, health: Place, db: None) -> None:
    assert not sees(person("Hugo Triage", health, Role.TRIAGE_OFFICER), sent)


def test_a_teacher_outside_the_safeguarding_team_reads_their_own_and_not_a_colleagues(
    tariq: Person, daisy: Person, oakfield: Place, social_care: Place
) -> None:
    lessons = Place(oakfield.agency, make_team(oakfield.agency, "Year 4"))
    nina, omar = (person(name, lessons, Role.PRACTITIONER) for name in ("Nina Noon", "Omar Otto"))

    made = refer(nina, social_care)

    assert sees(nina, made)
    assert sees(daisy, made)  # a school's referrals are its safeguarding team's
    assert not sees(omar, made)


def test_whoever_left_the_school_reads_nothing_of_it(sent: Referral, tariq: Person, millbrook: Place) -> None:
    elsewhere = Person(
        tariq.user, make_membership(tariq.user, millbrook.agency, Role.PRACTITIONER, teams=(millbrook.team,))
    )

    assert not sees(elsewhere, sent)


def test_a_colleague_whose_own_child_it_is_about_never_reads_it(
    tariq: Person, daisy: Person, tess: Person, social_care: Place
) -> None:
    made = refer(tariq, social_care, kept_from=(daisy.user,))

    assert not sees(daisy, made)
    assert sees(tess, made)
    pages = [daisy.client.get(reverse(f"referrals:{name}", args=[made.uuid])) for name in PAGES]
    assert {answer.status_code for answer in pages} == {404}
    assert "Robin" not in daisy.client.get(reverse("referrals:mine")).text


PAGES = ("referral", "referral_print")


def test_absent_and_forbidden_look_alike(sent: Referral, olive: Person) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    for name in (*PAGES, "receipt"):
        ref = sent.bundle if name == "receipt" else sent.uuid
        hidden, missing = (answer(olive.client, _page(name, each)) for each in (ref, absent))
        assert hidden == missing
        assert hidden.startswith(b"404")


def _page(name: str, ref: object) -> Question:
    return Question(reverse(f"referrals:{name}", args=[ref]))


def test_what_belongs_to_it_is_seen_with_it_and_without_it_not(
    tariq: Person, olive: Person, social_care: Place
) -> None:
    made = refer(tariq, social_care, relatives=[relative("Jo Example", 0)])

    for reader, rows in ((tariq, 1), (olive, 0)):
        for table in ("referrals_referral", "referrals_referralrelative", "referrals_referralstep"):
            with entered(reader), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == rows, (table, made.pk)


# --- Writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["facts = 'Nothing'", "submitted_by_id = 1", "to_agency_id = 1", "urgency = 3"])
def test_what_was_sent_cannot_be_changed_by_the_application(statement: str, sent: Referral, tariq: Person) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), entered(tariq), connection.cursor() as cursor:
        cursor.execute(f"UPDATE referrals_referral SET {statement}")


def test_nobody_refers_in_another_ones_name(tariq: Person, daisy: Person, social_care: Place) -> None:
    made = refer(tariq, social_care)
    made.pk, made.uuid, made.reference = None, made.bundle, "00000000"

    with pytest.raises(DatabaseError, match="row-level security"), entered(daisy):
        made.save(force_insert=True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"children": []}, "add the child"),
        ({"children": [{"given": "R"}] * 9}, "eight children"),
        ({"kept_from": "self"}, "kept from your own"),
        ({"to_agency": "own"}, "only to children’s social care"),
        ({"urgency": 1}, "whom you have telephoned"),
        ({"consent": "refused", "ground": ""}, "without consent"),
        ({"facts": " "}, "say what happened"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    more: dict[str, Any], message: str, tariq: Person, social_care: Place, oakfield: Place
) -> None:
    new = new_referral(social_care.agency)
    own: dict[str, Any] = {"kept_from": (tariq.user,), "to_agency": oakfield.agency}
    changed = {name: own[name] if value in ("self", "own") else value for name, value in more.items()}
    fields = {name: value for name, value in changed.items() if name in vars(new)}
    shared = {name: value for name, value in changed.items() if name not in vars(new)}

    with pytest.raises(ValidationError, match=message), entered(tariq) as by:
        submit(new_referral(social_care.agency, **fields, shared={**new.shared, **shared}), by=by)


@pytest.mark.parametrize("who", ["ian", "ana", "adam"])
def test_whoever_does_not_work_with_children_refers_nobody(
    who: str, social_care: Place, request: pytest.FixtureRequest
) -> None:
    reader: Person = request.getfixturevalue(who)

    with pytest.raises(ValidationError, match="your role does not refer"), entered(reader) as by:
        submit(new_referral(social_care.agency), by=by)
    assert reader.client.get(reverse("referrals:start")).status_code == 404
    assert reader.client.get(reverse("referrals:mine")).status_code == 404
