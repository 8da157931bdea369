"""While a concern names a child: known children who may be the one show, and are asked about before one is recorded."""

from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, Child, Concern, MatchDecision
from tests.cases.matching.test_look import known
from tests.cases.test_concern_queue import officer  # noqa: F401  (a fixture)
from tests.cases.test_concerns import newest, send
from tests.conftest import Person, Place
from tests.factories import as_owner

MATCHES = "cases:concern_matches"
ROBYN = {
    "given": "Robyn",
    "surname": "Pemberton",
    "birth": "known",
    "born_on-day": "3",
    "born_on-month": "2",
    "born_on-year": "2015",
}


@pytest.fixture
def robin(alice: Person, social_care: Place) -> Case:
    return known(alice, social_care, "Robin", "Pemberton")


def said(robin: Case, choice: str, why: str = "") -> dict[str, str]:
    return {f"match_{robin.child.uuid.hex}": choice, f"why_{robin.child.uuid.hex}": why}


def counted() -> tuple[int, int, int]:
    """Return how many children, concerns and decisions there are."""
    with as_owner():
        return Child.objects.count(), Concern.objects.count(), MatchDecision.objects.count()


def typing(person: Person, **typed: str) -> str:
    answer = person.client.post(reverse(MATCHES), {"child": "new"} | typed)
    assert answer.status_code == 200
    return str(answer.text)


# --- While it is typed ----------------------------------------------------------------------------


def test_a_known_child_shows_once_a_name_and_one_more_fact_are_typed(alice: Person, robin: Case) -> None:
    name_alone = typing(alice, given="Robyn", surname="Pemberton")

    assert "Pemberton" not in name_alone
    assert "Robin Pemberton" in typing(alice, **ROBYN)


@pytest.mark.parametrize(
    "change", [{"born_on-year": ""}, {"born_on-year": "20155"}, {"birth": "?"}, {"given": "x" * 999}]
)
def test_what_is_half_typed_is_no_error(change: dict[str, str], alice: Person, robin: Case) -> None:
    assert "There is a problem" not in typing(alice, **ROBYN | change)


def test_nothing_is_asked_about_a_child_who_is_chosen_from_the_list(alice: Person, robin: Case) -> None:
    assert "Pemberton" not in typing(alice, **ROBYN, child=str(robin.child.uuid))


def test_who_may_not_see_the_child_is_told_whom_to_ask_and_no_more(
    olive: Person, social_care: Place, robin: Case
) -> None:
    for text in (typing(olive, **ROBYN), send(olive, **ROBYN).text.split("The child</h2>")[1]):
        assert f"Ask the duty desk of {social_care.agency.name}" in text
        assert not [hidden for hidden in ("Robin ", "very similar", "in 100", str(robin.child.uuid)) if hidden in text]


# --- Before a record is made ----------------------------------------------------------------------


def test_saving_asks_first_and_keeps_what_was_typed(alice: Person, robin: Case) -> None:
    answer = send(alice, **ROBYN)

    assert answer.status_code == 422
    assert "Is this the same child as Robin Pemberton, born 3 February 2015?" in answer.text
    assert "Came to school without a coat for a week" in answer.text
    assert counted() == (1, 0, 0)


def test_the_known_child_is_used_and_the_concern_joins_their_case(alice: Person, robin: Case) -> None:
    answer = send(alice, **ROBYN, **said(robin, "same"))

    assert answer.status_code == 200
    assert (newest().child_id, newest().case_id) == (robin.child_id, robin.pk)
    assert counted() == (1, 1, 1)


def test_another_child_gets_a_record_and_the_reason_is_kept(alice: Person, robin: Case) -> None:
    send(alice, **ROBYN, **said(robin, "not_same", "Her cousin; I met both"))

    with as_owner():
        kept = MatchDecision.objects.get()
    made = newest().child_id
    assert (kept.found_id, kept.made_id, kept.reason) == (robin.child_id, made, "Her cousin; I met both")
    assert counted() == (2, 1, 1)


def test_it_wants_to_know_why_it_is_another_child(alice: Person, robin: Case) -> None:
    assert send(alice, **ROBYN, **said(robin, "not_same")).status_code == 422
    assert counted() == (1, 0, 0)


def test_not_being_sure_stops_nothing_and_the_doubt_is_kept(alice: Person, robin: Case) -> None:
    send(alice, **ROBYN, **said(robin, "not_sure"))

    assert counted() == (2, 1, 1)


def test_who_cannot_see_the_match_records_the_child_once_they_have_read_it(olive: Person, robin: Case) -> None:
    send(olive, **ROBYN, read_about_match="on")

    assert counted() == (2, 1, 0)


def test_a_child_whom_one_does_not_see_cannot_be_used(olive: Person, robin: Case) -> None:
    send(olive, **ROBYN, read_about_match="on", **said(robin, "same"))

    assert newest().child_id != robin.child_id
    assert counted() == (2, 1, 0)


@pytest.mark.parametrize("button", ["preview", "find"])
def test_answers_are_kept_when_another_button_is_pressed(button: str, alice: Person, robin: Case) -> None:
    answer = send(alice, **ROBYN, **said(robin, "not_same", "Her cousin"), **{button: "1"})

    assert answer.status_code == 200
    assert "Her cousin" in answer.text
    assert counted() == (1, 0, 0)


def test_answers_come_back_with_the_draft(alice: Person, robin: Case) -> None:
    send(alice, **ROBYN, **said(robin, "not_same", "Her cousin"), keep_draft="1", draft=str(robin.uuid))

    answer = alice.client.get(reverse("cases:concern_log"), {"draft": str(robin.uuid)})

    assert "Her cousin" in answer.text


def test_the_preview_shows_the_readers_of_the_case_that_is_used(alice: Person, robin: Case) -> None:
    def preview(**more: str) -> Any:
        return send(alice, **ROBYN, **more, preview="1").text

    assert "It joins the timeline of the child’s case" in preview(**said(robin, "same"))
    assert "It joins no timeline" in preview()


def test_a_decision_is_kept_where_the_new_record_passes_to_another_team(
    officer: Person,  # noqa: F811
    alice: Person,
    robin: Case,
) -> None:
    send(alice, **ROBYN, route="staff", staff_name="The caretaker", **said(robin, "not_sure"))

    assert newest().team_id == officer.membership.teams.get().pk
    assert counted() == (2, 1, 1)
