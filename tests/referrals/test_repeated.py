"""Referrals that add up: triage is told that a child like this was referred before, and the referrers are not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from referrals.models import Referral
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import refer

ROBIN = {"given": "Robin", "surname": "Example", "born_on": date(2016, 3, 2)}
WARNING = "about a child like this within the last year"


Sender = Callable[[str, dict[str, Any]], Referral]


@pytest.fixture
def sender(tariq: Person, hana: Person, social_care: Place) -> Sender:
    """Let one of them refer a child."""
    people = {"tariq": tariq, "hana": hana}
    return lambda name, child: refer(people[name], social_care, children=[child])


def triage(person: Person, referral: Referral) -> str:
    text: str = person.client.get(reverse("referrals:triage", args=[referral.uuid])).text
    return text


@pytest.mark.parametrize(
    ("both", "second", "same"),
    [
        ({}, {"given": "robin", "surname": "EXAMPLE"}, True),
        ({}, {"born_on": date(2016, 3, 3)}, False),
        ({"nhs_number": "9434765919"}, {"given": "Bobby", "born_on": None}, True),
        ({"born_on": None}, {}, False),  # a name alone is many children's
    ],
)
def test_triage_hears_of_an_earlier_referral_of_the_same_child(
    both: dict[str, Any], second: dict[str, Any], same: bool, sender: Sender, tess: Person
) -> None:
    before = sender("tariq", ROBIN | both)
    after = sender("hana", ROBIN | both | second)

    assert (WARNING in triage(tess, after)) is same
    assert (before.spoken_reference in triage(tess, after)) is same
    assert WARNING not in triage(tess, before)


def test_the_referrers_hear_nothing_of_each_other(tariq: Person, hana: Person, social_care: Place) -> None:
    before = refer(tariq, social_care, children=[ROBIN])
    after = refer(hana, social_care, children=[ROBIN])
    page = hana.client.get(reverse("referrals:referral", args=[after.uuid])).text

    assert WARNING not in page
    assert before.spoken_reference not in page


def test_one_that_the_reader_is_kept_from_is_not_counted(
    tariq: Person, hana: Person, tess: Person, social_care: Place
) -> None:
    kept = refer(tariq, social_care, children=[ROBIN], kept_from=(tess.user,))
    after = refer(hana, social_care, children=[ROBIN])

    assert WARNING not in triage(tess, after)
    assert kept.spoken_reference not in triage(tess, after)


def test_after_a_year_it_is_no_longer_said(tariq: Person, hana: Person, tess: Person, social_care: Place) -> None:
    before = refer(tariq, social_care, children=[ROBIN])
    with as_owner():
        Referral.objects.filter(pk=before.pk).update(received_at=before.received_at - timedelta(days=370))

    assert WARNING not in triage(tess, refer(hana, social_care, children=[ROBIN]))
