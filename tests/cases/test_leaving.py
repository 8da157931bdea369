"""What a leaver held passes to their team: actions, and concerns that they had begun to write; nothing is lost."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from agencies.actions.memberships import end
from agencies.leaving import Holding
from agencies.models import Membership
from agencies.roles import Role
from cases import timeline
from cases.actions.leaving import actions_held, drafts_held
from cases.actions.plans import agree_action, start_plan
from cases.actions.records import Telling
from cases.actions.restriction import exclude
from cases.models import Case, ConcernDraft, PlanAction
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.cases.test_drafts import kept
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user
from tests.record_samples import plan, plan_action


@pytest.fixture
def lead(social_care: Place) -> Person:
    """A safeguarding lead of Alice's team."""
    user = make_user("Sal Safe")
    return Person(user, make_membership(user, social_care.agency, Role.SAFEGUARDING_LEAD, teams=(social_care.team,)))


def leaves(person: Person, manager: Person) -> None:
    with entered(manager) as by:
        end(person.membership, reason="Moved away", by=by)


def count(held: Callable[[Membership], Iterable[Holding]], person: Person, manager: Person) -> int:
    with entered(manager):
        return sum(each.count for each in held(person.membership))


def owner_of(draft: str = "") -> Any:
    with as_owner():
        return ConcernDraft.objects.get().user


def test_an_action_passes_to_the_team_that_works_on_the_case(
    case: Case, alice: Person, maggie: Person, social_care: Place
) -> None:
    with as_owner():
        alice.membership.teams.add(make_team(social_care.agency, "Another team"))
    with entered(alice) as by:
        started = start_plan(case, plan(), by=by)
        telling = Telling(audience=timeline.OWN_TEAM)
        made = agree_action(case, plan_action(), telling, owner=alice.user, plan=started, by=by)
    assert count(actions_held, alice, maggie) == 1

    leaves(alice, maggie)

    with as_owner():
        now = PlanAction.objects.get(pk=made.pk)
    assert (now.owner_user, now.owner_team, now.owner_name) == (
        None,
        social_care.team,
        f"{social_care.agency.name}: {social_care.team.name}",
    )
    assert count(actions_held, alice, maggie) == 0


def test_a_draft_passes_to_a_lead_of_the_team_who_is_told(alice: Person, maggie: Person, lead: Person) -> None:
    kept(alice.client, facts="Came to school without a coat")
    assert count(drafts_held, alice, maggie) == 1

    leaves(alice, maggie)

    assert owner_of() == lead.user
    assert "Came to school without a coat" in lead.client.get("/concerns/").text
    with as_owner():
        assert InboxItem.objects.get(kind="draft.pass_on").recipient == lead.user


@pytest.mark.parametrize("route", ["implicated", "staff"])
def test_a_draft_that_goes_past_the_team_passes_to_nobody_and_is_not_lost(
    route: str, alice: Person, maggie: Person, lead: Person
) -> None:
    kept(alice.client, facts="About a colleague", route=route)

    leaves(alice, maggie)

    assert owner_of() == alice.user
    assert count(drafts_held, alice, maggie) == 1


def test_nor_to_somebody_whom_it_names_or_who_is_kept_out_of_the_childs_case(
    case: Case, alice: Person, mo: Person, maggie: Person, lead: Person
) -> None:
    with entered(mo) as by:
        exclude(case, lead.user, reason="A relative", by=by)
    kept(alice.client, facts="Bruise", child=str(case.child.uuid))

    leaves(alice, maggie)

    assert owner_of() != lead.user


def test_nobody_without_the_right_asks_or_passes_anything_on(alice: Person, mo: Person, lead: Person) -> None:
    kept(alice.client, facts="Came to school without a coat")

    assert count(drafts_held, alice, mo) == 0
    assert owner_of() == alice.user
