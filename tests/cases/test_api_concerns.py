"""Logging a concern by a program: the same action as the form, the same refusals, once for each key."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.scopes import Scope
from cases.actions.restriction import exclude
from cases.models import Case, Child, Concern, InjuryMark
from safeguard.audit.models import AuditRow
from tests.cases.conftest import entered
from tests.cases.test_concern_queue import duty  # noqa: F401  (a fixture)
from tests.cases.test_concerns import contributing, newest, sees, told  # noqa: F401  (a fixture)
from tests.conftest import Person
from tests.factories import as_owner
from tests.programs import program_of

PATH = reverse("api:concern_log")


def body(**changes: Any) -> dict[str, Any]:
    """Return a concern about a new child with the four facts and a next step."""
    said = {
        "new_child": {"given": "Sam"},
        "facts": "Came to school without a coat",
        "occurred_at": (timezone.now() - timedelta(hours=1)).isoformat(),
        "known_by": "seen",
        "next_step": "tell_lead",
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def post(person: Person, sent: Any, **extra: Any) -> Any:
    return program_of(person).post(PATH, sent, **extra)


def test_a_schools_program_logs_a_concern_that_waits_for_its_safeguarding_lead(tariq: Person, daisy: Person) -> None:
    answer = post(tariq, body(worry=3, categories=["neglect"], child_words="I am cold"))

    assert answer.status_code == 201, answer.content
    made = newest()
    assert answer.json()["uuid"] == str(made.uuid)
    assert answer.json()["team"] == "Safeguarding team"
    assert answer.json()["on_timeline"] is False
    assert (made.author, made.next_step_owner, made.child_words) == (tariq.user, tariq.user, "I am cold")
    assert made.time_known
    assert sees(daisy, made)
    assert told() == {"Daisy Dale"}


def test_about_a_child_of_a_case_that_one_works_on_it_joins_the_timeline(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
) -> None:
    mark = {"region": "front_left_hand", "kind": "burn", "words": "Round and red"}

    answer = post(alice, body(new_child=None, child=str(contributing.child.uuid), injuries=[mark]))

    assert answer.json()["on_timeline"] is True
    assert newest().case_id == contributing.pk
    assert sees(tariq, newest())
    with as_owner():
        assert InjuryMark.objects.get().words == "Round and red"


def test_sent_again_with_its_key_it_is_saved_once(alice: Person) -> None:
    program, sent, headers = program_of(alice), body(), {"Idempotency-Key": str(uuid4())}

    answers = [program.post(PATH, sent, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    with as_owner():
        assert (Concern.objects.count(), Child.objects.count()) == (1, 1)
    assert program.post(PATH, sent, headers={"Idempotency-Key": "once"}).status_code == 400


def test_a_key_of_another_concern_is_refused_and_nothing_is_taken_for_saved(alice: Person, tariq: Person) -> None:
    program, sent, headers = program_of(alice), body(), {"Idempotency-Key": str(uuid4())}
    program.post(PATH, sent, headers=headers)

    other = program.post(PATH, body(facts="Something else"), headers=headers)

    assert other.status_code == 422
    assert "used for another request; nothing was saved; use a new key" in other.json()["detail"]
    turned = dict(reversed(sent.items()))
    assert program.post(PATH, turned, headers=headers).status_code == 200  # in another order it is the same
    assert program_of(tariq).post(PATH, body(facts="Mine"), headers=headers).status_code == 201
    with as_owner():
        assert Concern.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"facts": ""}, "facts"),
        ({"facts": " "}, "facts"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "future"),
        ({"known_by": "guessed"}, "known_by"),
        ({"next_step": None}, "next_step"),
        ({"next_step": "none"}, "Say why nothing more"),
        ({"new_child": None}, "child"),
        ({"new_child": {}}, "first name"),
        ({"child": str(uuid4())}, "either"),
        ({"categories": ["weather"]}, "categories"),
        ({"injuries": [{"region": "tail", "kind": "burn", "words": "w"}]}, "injuries"),
        ({"injuries": [{"region": "front_chest", "kind": "burn", "words": "w"}] * 7}, "injuries"),
        ({"facts": "a\0b"}, "facts"),
    ],
)
def test_what_the_form_refuses_the_program_is_refused_too(changes: dict[str, Any], where: str, alice: Person) -> None:
    answer = post(alice, body(**changes))

    assert answer.status_code == 400
    assert where in answer.content.decode()
    with as_owner():
        assert not Concern.objects.exists()
        assert not Child.objects.exists()


def test_a_child_who_is_hidden_is_answered_like_one_who_does_not_exist(
    case: Case, alice: Person, tess: Person, olive: Person
) -> None:
    with entered(alice) as by:
        exclude(case, tess.user, reason="A relative", by=by)

    answers = [
        post(person, body(new_child=None, child=str(ref)))
        for person, ref in ((olive, case.child.uuid), (tess, case.child.uuid), (olive, uuid4()))
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    with as_owner():
        assert AuditRow.objects.filter(action="concern.log", kind="refusal").count() == 3


def test_a_token_without_the_scope_logs_nothing(alice: Person, ana: Person) -> None:
    assert program_of(alice, Scope.WRITE_TIMELINE.value).post(PATH, body()).status_code == 403
    with as_owner():
        assert not Concern.objects.exists()


def test_past_a_team_that_cannot_be_reached_it_goes_to_the_duty_desk(
    duty: object,  # noqa: F811
    tariq: Person,
    tess: Person,
) -> None:
    answer = post(tariq, body(past_the_team="Nobody answers after five"))

    assert answer.status_code == 201
    assert sees(tess, newest())
