"""Referrals in the search box: what one's side sent and what one's agency works on, and nothing of anybody else's."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from cases.actions.restriction import exclude
from referrals.models import Referral
from safeguard.audit.models import AuditRow
from tests.cases.conftest import entered
from tests.cases.matching.test_look import BORN, known
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import refer

ROBERT = {"given": "Robert", "surname": "Featherstone", "born_on": date(2015, 5, 3), "nhs_number": "9434765919"}


@pytest.fixture
def robert(tariq: Person, social_care: Place) -> Referral:
    """What the school sent to social care."""
    return refer(tariq, social_care, children=[ROBERT])


def page(person: Person, words: str) -> str:
    return person.client.post(reverse("search"), {"words": words}).text


@pytest.mark.parametrize(
    "words",
    [
        "Robert Featherstone",
        "featherstone, ROBERT",
        "Bob Featherstone",
        "Fetherstone",
        "03/05/2015",
        "Featherstone 3.5.2015",
        "943 476 5919",
    ],
)
def test_it_is_found_by_what_people_type(words: str, robert: Referral, tariq: Person) -> None:
    assert "Robert Featherstone" in page(tariq, words)


@pytest.mark.parametrize(
    "words", ["Thornbury", "04/05/2015", "Featherstone 04/05/2015", "31/02/2015", "9434765870", "%"]
)
def test_another_is_not(words: str, robert: Referral, tariq: Person) -> None:
    assert "Robert Featherstone" not in page(tariq, words)


def test_by_its_reference_each_side_is_led_to_its_own_page(
    robert: Referral, tariq: Person, daisy: Person, tess: Person
) -> None:
    for person, name in ((tariq, "referral"), (daisy, "referral"), (tess, "triage")):
        for typed in (robert.spoken_reference, robert.reference):
            assert reverse(f"referrals:{name}", args=[robert.uuid]) in page(person, typed)


def test_the_sender_is_shown_how_it_stands_and_triage_who_sent_it(
    robert: Referral, tariq: Person, tess: Person, oakfield: Place
) -> None:
    day = f"{localtime(robert.received_at):%-d %B %Y}"

    assert f"{robert.spoken_reference}, received {day}, {robert.state_for_sender}" in page(tariq, "Featherstone")
    assert f"{robert.spoken_reference}, received {day}, {oakfield.agency.name}" in page(tess, "Featherstone")


@pytest.mark.parametrize("who", ["alice", "olive", "hana", "ian", "adam"])
def test_nobody_else_finds_it_by_anything(who: str, robert: Referral, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)

    for words in ("Robert Featherstone", "03/05/2015", "9434765919", robert.reference):
        assert "Robert" not in page(person, words).split('id="results"')[1]


def test_whoever_is_kept_from_it_does_not_find_it(tariq: Person, daisy: Person, social_care: Place) -> None:
    made = refer(tariq, social_care, children=[ROBERT], kept_from=(daisy.user,))

    assert str(made.uuid) not in page(daisy, "Featherstone")


def test_whoever_is_kept_out_of_the_childs_case_does_not_find_what_may_be_about_that_child(
    tariq: Person, tess: Person, maggie: Person, alice: Person, social_care: Place
) -> None:
    case = known(alice, social_care, "Robert", "Featherstone")
    with entered(alice) as by:
        exclude(case, tess.user, reason="Her nephew", by=by)
    made = refer(tariq, social_care, children=[ROBERT | {"born_on": BORN}])

    for words in ("Featherstone", made.reference):
        assert str(made.uuid) not in page(tess, words)
        assert str(made.uuid) in page(maggie, words)
        assert str(made.uuid) in page(tariq, words)


def test_what_was_shown_is_on_record_and_what_was_typed_is_not(robert: Referral, tess: Person) -> None:
    page(tess, "Bob Featherstone")

    with as_owner():
        row = AuditRow.objects.get(action="referral.search")
    assert (row.user_id, row.target_uuids) == (tess.user.pk, [robert.uuid])
    assert "eatherston" not in f"{row.detail}{row.reason}"
