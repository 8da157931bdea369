"""Group membership never drifts from what live memberships entitle to."""

from dataclasses import replace
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.actions import agencies, memberships, teams
from agencies.actions.groups import missing_groups, put_in_step, superfluous_groups
from agencies.actions.terms import terms_of
from agencies.models import Agency, Membership, Team
from agencies.roles import Role
from agencies.tasks import follow_the_clock
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user

Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "teams", "end", "close_team", "open_team", "suspend", "reopen"]),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=12,
)


def drift() -> tuple[int, int]:
    return missing_groups().count(), superfluous_groups().count()


def take(step: Step, people: list[Person], all_teams: list[Team], adam: Person) -> None:
    """Take one step by an action, as an administrator; steps that make no sense are passed over."""
    verb, who, which = step
    team = all_teams[which]
    mine = Membership.objects.filter(user=people[who].user, agency=team.agency, until=None).first()
    if verb == "add" and mine is None:
        terms = terms_of(people[who].membership)
        fresh = replace(terms, teams=frozenset({team}), since=timezone.now(), until=None)
        memberships.add(people[who].user, team.agency, fresh, by=adam.by)
    elif verb == "teams" and mine is not None:
        active = frozenset(mine.teams.filter(is_active=True)) ^ ({team} if team.is_active else set())
        memberships.change(mine, replace(terms_of(mine), teams=active), by=adam.by)
    elif verb == "end" and mine is not None:
        memberships.end(mine, by=adam.by)
    elif verb in {"close_team", "open_team"}:
        _open_or_close(team, is_open=verb == "open_team", adam=adam)
    elif verb in {"suspend", "reopen"}:
        status = Agency.Status.SUSPENDED if verb == "suspend" else Agency.Status.ACTIVE
        agencies.set_status(team.agency, status, reason="test", by=adam.by)


def _open_or_close(team: Team, *, is_open: bool, adam: Person) -> None:
    if is_open or Team.objects.filter(agency=team.agency, is_active=True).exclude(pk=team.pk).exists():
        teams.change_team(team, name=team.name, kind=team.kind, is_active=is_open, by=adam.by)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_no_sequence_of_actions_makes_groups_drift(  # noqa: PLR0917  (fixtures)
    steps: list[Step], tariq: Person, hana: Person, vera: Person, adam: Person, oakfield: Place, health: Place
) -> None:
    all_teams = [
        team
        for place in (oakfield, health)
        for team in (
            place.team,
            place.agency.teams.filter(name="Second team").first() or make_team(place.agency, "Second team"),
        )
    ]
    for step in steps:
        for team in all_teams:
            team.refresh_from_db()
        take(step, [tariq, hana, vera], all_teams, adam)
        assert drift() == (0, 0), step


def test_a_membership_that_begins_by_the_clock_gets_its_groups(maggie: Person, social_care: Place) -> None:
    user = make_user("Nia North")
    soon = make_membership(
        user, social_care.agency, Role.PRACTITIONER, teams=(social_care.team,), since=timezone.now() + timedelta(days=1)
    )
    put_in_step()
    assert not user.groups.exists()

    with as_owner():
        Membership.objects.filter(pk=soon.pk).update(since=timezone.now() - timedelta(seconds=1))
    follow_the_clock()

    assert set(user.groups.all()) == {social_care.team.group}


def test_groups_that_belong_to_no_team_are_left_alone(alice: Person) -> None:
    with as_owner():
        other = Group.objects.create(name="something else")
        alice.user.groups.add(other)

    put_in_step()

    assert other in alice.user.groups.all()
