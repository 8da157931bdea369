"""A school's concern becomes a referral without being typed again, and who is part of it is kept from that too."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.children import NewChild
from cases.actions.concerns import NewConcern, log_concern
from cases.concern_codes import HowKnown, NextStep, Route, Worry
from cases.concern_routes import Passing
from cases.models import Child, Concern
from referrals.models import ReferralDraft
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_team
from tests.referrals.conftest import PARTS, post_part, send, sent_referrals

pytestmark = pytest.mark.usefixtures("tess")  # an agency where nobody is cannot be chosen


def log(person: Person, **more: Any) -> Concern:
    new = {
        "child": NewChild(given="Robin", surname="Example", born_on=timezone.localdate().replace(year=2018)),
        "facts": "Bruise on the left arm",
        "child_words": "I fell",
        "occurred_at": timezone.now(),
        "known_by": HowKnown.SEEN,
        "next_step": NextStep.REFER,
        "place": "the playground",
        "categories": ("physical_abuse", "neglect"),
        "worry": Worry.HIGH,
    }
    with entered(person) as by:
        return log_concern(NewConcern(**(new | more)), by=by)  # type: ignore[arg-type]  # as a test gives them


def make_draft(person: Person, concern: Concern) -> Any:
    return person.client.post(reverse("referrals:from_concern", args=[concern.uuid]))


def draft() -> ReferralDraft:
    with as_owner():
        return ReferralDraft.objects.get()


def test_what_the_concern_says_is_in_the_draft_and_is_sent(daisy: Person, tariq: Person, social_care: Place) -> None:
    concern = log(tariq)
    assert "Refer the child" in daisy.client.get(reverse("cases:concern", args=[concern.uuid])).text

    make_draft(daisy, concern)
    for part in ("consent", "level", "referrer"):
        fields: dict[str, Any] = PARTS[part] | (
            {"to_agency": str(social_care.agency.uuid)} if part == "referrer" else {}
        )
        post_part(daisy, str(draft().uuid), part, **fields)
    send(daisy, str(draft().uuid))

    (made,) = sent_referrals()
    assert (made.given, made.surname, made.child_words, made.urgency) == ("Robin", "Example", "I fell", 2)
    assert made.facts.endswith(", at the playground: Bruise on the left arm")
    assert set(made.categories) == {"neglect", "physical_abuse"}
    assert made.born_on
    assert made.born_on.year == 2018


def test_of_the_childs_record_it_takes_the_name_and_the_birth_date_alone(tariq: Person) -> None:
    concern = log(tariq)
    with as_owner():
        Child.objects.update(sex="F", ethnicity="WBRI", needs_interpreter="yes", gender="girl", faith="none")

    make_draft(tariq, concern)

    fields = draft().content["child-1"]["fields"]
    assert (fields["sex"], fields["ethnicity"], fields["needs_interpreter"]) == (["U"], ["NOBT"], ["not_known"])
    assert "girl" not in str(fields)


def test_whether_a_child_is_still_in_danger_is_asked_anew(tariq: Person) -> None:
    make_draft(tariq, log(tariq, worry=Worry.IMMEDIATE))

    assert "urgency" not in draft().content


def test_whoever_is_implicated_is_kept_from_the_referral_too(tariq: Person, daisy: Person, social_care: Place) -> None:
    make_team(social_care.agency, "Front door", kind="duty")
    passing = Passing(route=Route.IMPLICATED, reason="She is part of it", implicated=(daisy.user,))

    make_draft(tariq, log(tariq, passing=passing))

    assert draft().content["referrer"]["fields"]["kept_from"] == [str(daisy.user.uuid)]


@pytest.mark.parametrize("who", ["olive", "hana", "tess"])
def test_a_concern_that_one_does_not_see_becomes_no_draft(
    who: str, tariq: Person, request: pytest.FixtureRequest
) -> None:
    answer = make_draft(request.getfixturevalue(who), log(tariq))

    assert answer.status_code == 404
    with as_owner():
        assert not ReferralDraft.objects.exists()


def test_a_concern_about_a_member_of_staff_is_the_designated_officers(tariq: Person, health: Place) -> None:
    make_team(health.agency, "Designated officer", kind="allegations")
    about = Passing(route=Route.STAFF, staff_name="The coach")

    assert make_draft(tariq, log(tariq, passing=about)).status_code == 404
