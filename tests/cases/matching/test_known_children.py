"""Opening a case asks first whether the child is known; what was decided is kept with both sides."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.restriction import exclude
from cases.models import Case, Child, MatchDecision
from tests.cases.conftest import entered, with_later_transaction
from tests.cases.matching.test_look import known
from tests.conftest import Person, Place
from tests.factories import as_owner

MATCHES = "cases:open_matches"


@pytest.fixture
def robin(alice: Person, social_care: Place) -> Case:
    return known(alice, social_care, "Robin", "Pemberton")


def child(place: Place, **changed: str) -> dict[str, str]:
    return {
        "given": "Robyn",
        "surname": "Pemberton",
        "birth": "known",
        "born_on-day": "3",
        "born_on-month": "2",
        "born_on-year": "2015",
        "sex": "U",
        "team": str(place.team.uuid),
        "lawful_basis": "ca1989_s17",
        **changed,
    }


def send(client: Client, data: dict[str, str], route: str = "cases:open") -> Any:
    return client.post(reverse(route), data)


def children() -> int:
    with as_owner():
        return Child.objects.count()


def decisions() -> list[MatchDecision]:
    with as_owner():
        return list(MatchDecision.objects.select_related("found", "made", "decided_by"))


def test_a_known_child_is_asked_about_before_a_record_is_made(alice: Person, social_care: Place, robin: Case) -> None:
    answer = send(alice.client, child(social_care))

    assert answer.status_code == 422
    assert "Is this the same child as Robin Pemberton, born 3 February 2015?" in answer.text
    assert "Agree: first name (very similar), last name, date of birth" in answer.text
    assert "Missing: sex, address, NHS or pupil number" in answer.text
    assert children() == 1


def test_using_the_known_child_leads_to_their_case_and_makes_no_record(
    alice: Person, social_care: Place, robin: Case
) -> None:
    answer = send(alice.client, child(social_care, **{f"match_{robin.child.uuid.hex}": "same"}))

    assert answer.headers["Location"] == reverse("cases:detail", args=[robin.uuid])
    assert children() == 1
    (decision,) = decisions()
    assert (decision.choice, decision.made) == ("same", None)


def test_another_child_is_recorded_with_the_reason(alice: Person, social_care: Place, robin: Case) -> None:
    own = {f"match_{robin.child.uuid.hex}": "not_same", f"why_{robin.child.uuid.hex}": "Her cousin; I met both"}

    answer = send(alice.client, child(social_care, **own))

    assert answer.status_code == 302
    assert children() == 2
    (decision,) = decisions()
    assert decision.found == robin.child
    assert decision.made is not None
    assert decision.reason == "Her cousin; I met both"
    assert decision.asked_facts["given"] == "robyn"
    assert decision.found_facts["given"] == "robin"
    assert decision.levels["given"] == "very_similar"
    assert decision.p_same > 0.9
    assert (decision.model_id, decision.decided_by) == (2, alice.user)


def test_it_wants_to_know_why_it_is_another_child(alice: Person, social_care: Place, robin: Case) -> None:
    answer = send(alice.client, child(social_care, **{f"match_{robin.child.uuid.hex}": "not_same"}))

    assert answer.status_code == 422
    assert children() == 1


def test_not_being_sure_makes_the_record_and_keeps_the_doubt(alice: Person, social_care: Place, robin: Case) -> None:
    send(alice.client, child(social_care, **{f"match_{robin.child.uuid.hex}": "not_sure"}))

    assert [decision.choice for decision in decisions()] == ["not_sure"]
    assert children() == 2


def test_a_child_can_be_only_one_of_those_found(alice: Person, social_care: Place, robin: Case) -> None:
    other = known(alice, social_care, "Robyn", "Pemberton")
    both = {f"match_{case.child.uuid.hex}": "same" for case in (robin, other)}

    answer = send(alice.client, child(social_care, **both))

    assert "A child can be only one of these" in answer.text
    assert not decisions()


def test_who_may_not_see_the_child_learns_whom_to_ask_and_no_more(
    olive: Person, millbrook: Place, social_care: Place, robin: Case
) -> None:
    answer = send(olive.client, child(millbrook))

    assert f"Ask the duty desk of {social_care.agency.name}" in answer.text
    for hidden in ("Robin", "very similar", "in 100", str(robin.child.uuid), robin.reference):
        assert hidden not in answer.text
    assert children() == 1


def test_they_can_go_on_once_they_have_read_it(olive: Person, millbrook: Place, robin: Case) -> None:
    answer = send(olive.client, child(millbrook, read_about_match="on"))

    assert answer.status_code == 302
    assert children() == 2
    assert not decisions()


def test_an_excluded_person_records_the_child_as_if_unknown(
    alice: Person, mo: Person, social_care: Place, robin: Case
) -> None:
    with entered(alice) as by:
        exclude(robin, mo.user, reason="Uncle of the child", by=by)

    assert send(mo.client, child(social_care)).status_code == 302


def test_an_unknown_child_is_recorded_without_a_question(alice: Person, social_care: Place, robin: Case) -> None:
    answer = send(alice.client, child(social_care, given="Zofia", surname="Wojcik"))

    assert answer.status_code == 302


def test_a_decision_about_a_child_one_does_not_see_is_refused(olive: Person, millbrook: Place, robin: Case) -> None:
    own = {f"match_{robin.child.uuid.hex}": "same", "read_about_match": "on"}

    send(olive.client, child(millbrook, **own))

    assert not decisions()
    assert children() == 2


def test_matches_come_while_the_form_is_filled_in(alice: Person, social_care: Place, robin: Case) -> None:
    data = {name: value for name, value in child(social_care).items() if name not in {"team", "lawful_basis"}}

    answer = send(alice.client, data, MATCHES)

    assert "Robin Pemberton" in answer.text
    assert "more than 99 in 100" in answer.text or "in 100" in answer.text


@pytest.mark.parametrize("left_out", ["born_on-year", "surname"])
def test_half_a_date_or_half_a_name_is_no_error_while_typing(
    left_out: str, alice: Person, social_care: Place, robin: Case
) -> None:
    data = {name: value for name, value in child(social_care).items() if name != left_out}

    assert send(alice.client, data, MATCHES).status_code == 200


def test_a_name_alone_asks_nothing_while_typing(alice: Person, robin: Case) -> None:
    assert "Pemberton" not in send(alice.client, {"given": "Robin", "surname": "Pemberton"}, MATCHES).text


def test_decisions_are_for_those_who_see_both_children(
    alice: Person, tariq: Person, social_care: Place, robin: Case
) -> None:
    send(alice.client, child(social_care, **{f"match_{robin.child.uuid.hex}": "not_sure"}))
    with as_owner():
        made = Case.objects.latest("pk")
    with_later_transaction(made)

    with entered(alice):
        assert MatchDecision.objects.count() == 1
    with entered(tariq):
        assert MatchDecision.objects.count() == 0
