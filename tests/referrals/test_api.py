"""Referring by a program: the same action as the form, the same refusals, once for each key, and one's own only."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from agencies.scopes import Scope
from referrals.actions import life
from referrals.codes import Outcome, Rating
from referrals.models import Referral, ReferralRelative
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.programs import program_of
from tests.referrals.conftest import ROBIN, SHARED, refer, sent_referrals

LIST, SUBMIT = reverse("api:referrals"), reverse("api:referral_submit")


def body(to: Place, **changes: Any) -> dict[str, Any]:
    return SHARED | {"children": [ROBIN], "to_agency": str(to.agency.uuid)} | changes


def submit(person: Person, sent: Any, key: str = "") -> Any:
    return program_of(person).post(SUBMIT, sent, headers={"Idempotency-Key": key} if key else {})


def read(person: Person, referral: Referral) -> Any:
    return program_of(person).get(reverse("api:referral", args=[referral.uuid]))


def answer(person: Person, referral: Referral, text: str = "At home.", key: str = "", version: int = 3) -> Any:
    address = reverse("api:referral_answer", args=[referral.uuid])
    sent = {"text": text, "version": version}
    return program_of(person).post(address, sent, headers={"Idempotency-Key": key} if key else {})


def asked(person: Person, referral: Referral) -> None:
    with entered(person) as by:
        life.take(referral, Rating.GREEN, version=1, by=by)
        life.ask(referral, text="Where is the child now?", version=2, by=by)


def test_a_schools_program_refers_brothers_and_sisters_each_for_themselves(tariq: Person, social_care: Place) -> None:
    family = [
        {"name": "Mo Example", "kind": "mother", "of": [0, 1]},
        {"name": "Fay Other", "kind": "mother", "of": [1]},
    ]
    response = submit(tariq, body(social_care, children=[ROBIN, {"given": "Wren"}], relatives=family))

    assert response.status_code == 201, response.content
    robin, wren = sent_referrals()
    assert [each["uuid"] for each in response.json()] == [str(robin.uuid), str(wren.uuid)]
    assert {each["state"] for each in response.json()} == {"submitted"}
    assert (robin.given, wren.given, robin.submitted_by, robin.urgency) == ("Robin", "Wren", tariq.user, 2)
    with as_owner():
        assert [each.name for each in ReferralRelative.objects.filter(referral=robin)] == ["Mo Example"]


def test_a_referral_with_a_key_is_sent_once(tariq: Person, social_care: Place) -> None:
    key = str(uuid4())
    first, second = (submit(tariq, body(social_care), key) for _time in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(sent_referrals()) == 1


def test_it_is_kept_from_a_colleague_who_must_not_know(tariq: Person, daisy: Person, social_care: Place) -> None:
    assert submit(tariq, body(social_care, kept_from=[str(daisy.user.uuid)])).status_code == 201
    assert read(daisy, sent_referrals()[0]).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": " "},
        {"facts": "\x00"},
        {"facts": "x" * 10_001},
        {"facts": None},
        {"urgency": 9},
        {"urgency": 1},
        {"ground": ""},
        {"consent": "perhaps"},
        {"children": []},
        {"children": [ROBIN, ROBIN]},
        {"children": [ROBIN] * 9},
        {"children": [ROBIN | {"born_on": "2020-01-01", "expected_on": "2027-01-01"}]},
        {"children": [ROBIN | {"born_on": "not a day"}]},
        {"children": "Robin"},
        {"relatives": [{"name": "Mo", "kind": "mother", "of": [-1]}]},
        {"categories": ["nothing"]},
        {"to_agency": str(uuid4())},
        {"kept_from": [str(uuid4())]},
        {"level_of_need": 17},
    ],
)
def test_what_the_form_refuses_is_refused_and_nothing_is_sent(
    changes: dict[str, Any], tariq: Person, social_care: Place
) -> None:
    response = submit(tariq, body(social_care, **changes))

    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert not sent_referrals()


@pytest.mark.parametrize("field", ["state", "reference", "submitted_by", "held_by", "decided_at", "source", "priority"])
def test_a_program_sets_nothing_that_is_not_the_referrers(field: str, tariq: Person, social_care: Place) -> None:
    assert submit(tariq, body(social_care, **{field: "1"})).status_code == 201
    (made,) = sent_referrals()
    assert (made.state, made.submitted_by, made.held_by_id, made.decided_at) == ("submitted", tariq.user, None, None)
    assert (made.source, made.priority) == ("account", 2)


def test_a_school_cannot_refer_to_a_school(tariq: Person, social_care: Place, oakfield: Place) -> None:
    assert submit(tariq, body(oakfield)).status_code == 400
    assert not sent_referrals()


def test_the_referrer_reads_the_question_and_answers_it_once(tariq: Person, tess: Person, sent: Referral) -> None:
    asked(tess, sent)
    found = read(tariq, sent).json()
    assert (found["question"], found["version"]) == ("Where is the child now?", 3)

    key = str(uuid4())
    answers = [answer(tariq, sent, key=key) for _time in range(2)]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json()["state"] == "in_triage"
    assert answer(tariq, sent).status_code == 400, "nothing is asked any more"
    assert read(tariq, sent).json()["version"] is None


def test_an_answer_to_a_question_that_was_not_read_is_refused(tariq: Person, tess: Person, sent: Referral) -> None:
    asked(tess, sent)
    assert answer(tariq, sent, version=3).status_code == 200
    with entered(tess) as by:
        life.ask(sent, text="And who else knows?", version=4, by=by)

    assert answer(tariq, sent, version=3).status_code == 400
    assert answer(tariq, sent, version=5).status_code == 200


def test_the_list_goes_on_after_fifty_what_asks_something_first(
    tariq: Person, tess: Person, sent: Referral, social_care: Place
) -> None:
    asked(tess, sent)  # the oldest
    for number in range(51):
        refer(tariq, social_care, children=[{"given": f"C{number}"}])
    first = program_of(tariq).get(LIST).json()
    second = program_of(tariq).get(LIST, {"cursor": first["next_cursor"]}).json()

    assert first["results"][0]["uuid"] == str(sent.uuid)
    assert [len(first["results"]), len(second["results"]), second["next_cursor"]] == [50, 2, None]
    assert program_of(tariq).get(LIST, {"cursor": "made-up"}).status_code == 400


def test_the_referrer_reads_the_reasons_only_once_told_and_never_the_rationale(
    tariq: Person, tess: Person, sent: Referral
) -> None:
    with entered(tess) as by:
        life.take(sent, Rating.GREEN, version=1, by=by)
        decision = life.Decision(outcome=Outcome.ADVICE, rationale="Inside only.", tell_later="Police asked.")
        life.decide(sent, decision, version=2, by=by)
    before = read(tariq, sent).json()
    assert (before["outcome"], before["reasons"]) == ("", "")

    with entered(tess) as by:
        sent.refresh_from_db()
        life.feed_back(sent, reasons="Offer the group.", version=3, by=by)
    after = program_of(tariq).get(LIST).json()["results"][0]
    assert (after["outcome"], after["reasons"]) == ("advice", "Offer the group.")
    assert "Inside only" not in str(after)
    assert "Police" not in str(after)


@pytest.mark.parametrize("name", ["hana", "tess", "olive"])
def test_nobody_else_reads_or_answers(name: str, tess: Person, sent: Referral, request: Any) -> None:
    asked(tess, sent)
    other = request.getfixturevalue(name)

    assert read(other, sent).status_code == 404
    assert answer(other, sent).status_code in {403, 404}
    assert str(sent.uuid) not in program_of(other).get(LIST).content.decode()


def test_a_token_without_the_scope_does_nothing(tariq: Person, social_care: Place, sent: Referral) -> None:
    reads, writes = program_of(tariq, Scope.READ_REFERRALS), program_of(tariq, Scope.REFER)

    assert reads.post(SUBMIT, body(social_care)).status_code == 403
    assert writes.get(LIST).status_code == 403
    assert len(sent_referrals()) == 1
