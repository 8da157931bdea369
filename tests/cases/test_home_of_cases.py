"""What the home page says of cases: no more than the lists that it leads to."""

from django.urls import reverse

from cases.actions.allocation import allocate
from cases.actions.emergency import take_emergency_access
from cases.models import Case
from tests.cases.conftest import entered
from tests.conftest import Person, Place


def home(person: Person) -> str:
    return person.client.get(reverse("home")).text


def test_what_changed_last_is_on_it_for_whoever_may_see_it(
    case: Case, alice: Person, olive: Person, adam: Person
) -> None:
    assert "Changed last" in home(alice)
    assert case.spoken_reference in home(alice)
    for other in (olive, adam):
        assert "Changed last" not in home(other)
        assert case.spoken_reference not in home(other)


def test_a_worker_is_told_what_is_theirs_and_a_manager_what_is_nobodys(
    case: Case, alice: Person, maggie: Person, social_care: Place
) -> None:
    assert "Open cases of your teams allocated to nobody: 1" in home(maggie)
    assert "allocated to you" not in home(alice)

    with entered(alice) as by:
        allocate(case, team=social_care.team, person=alice.user, by=by)

    assert "Open cases allocated to you: 1" in home(alice)
    assert "allocated to nobody" not in home(maggie)


def test_a_governance_lead_is_told_what_waits_for_review(case: Case, ian: Person, olive: Person) -> None:
    assert "wait for your review" not in home(ian)

    with entered(olive) as by:
        take_emergency_access(case.reference, reason="A child is at risk now", by=by)

    assert "Emergency accesses that wait for your review: 1" in home(ian)
    assert case.spoken_reference not in home(ian).partition("Waiting for you")[2].partition("inbox")[0]
