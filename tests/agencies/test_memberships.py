"""Changing and ending memberships: who may, what is refused, and that access stops at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from agencies import leaving
from agencies.actions import memberships
from agencies.actions.terms import terms_of
from agencies.models import Basis, Clearance, Membership, MembershipState
from agencies.roles import Can, Role
from agencies.tasks import follow_the_clock
from safeguard.audit.actor import Actor, system
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.conftest import Person, Place
from tests.factories import act, as_owner, make_membership, make_team, make_user
from tests.notifications.conftest import worker

CLOCK = system("test clock")
NOW, DAY = timezone.now, timedelta(days=1)


def change(person: Person, by: Person, **terms: Any) -> None:
    memberships.change(person.membership, replace(terms_of(person.membership), **terms), by=by.by)


def inbox_of(person: Person) -> list[InboxItem]:
    """Return the inbox as its owner sees it: the database hides it from everybody else."""
    with as_owner():
        return list(InboxItem.objects.filter(recipient=person.user))


def mails_to(person: Person) -> list[OutboxMessage]:
    with as_owner():
        return list(OutboxMessage.objects.filter(address=person.user.email))


def backdate(membership: Membership, *, until: Any) -> None:
    with as_owner():
        Membership.objects.filter(pk=membership.pk).update(since=until - 30 * DAY, until=until)


# --- Changing -------------------------------------------------------------------------------------


def test_a_manager_changes_roles_teams_title_and_end(alice: Person, maggie: Person, social_care: Place) -> None:
    duty = make_team(social_care.agency, "Front door", "duty")

    change(
        alice,
        maggie,
        roles=frozenset({Role.TRIAGE_OFFICER, Role.PRACTITIONER}),
        teams=frozenset({duty}),
        title="Duty social worker",
        until=NOW() + 30 * DAY,
    )

    by = act(alice.user)
    assert by.can(Can.TRIAGE)
    assert by.group_ids == (duty.group_id,)
    assert set(alice.user.groups.all()) == {duty.group}
    alice.membership.refresh_from_db()
    assert alice.membership.title == "Duty social worker"
    row = AuditRow.objects.get(action="membership.change")
    assert row.user_id == maggie.user.pk
    assert row.detail["after"]["roles"] == ["practitioner", "triage_officer"]
    assert "Duty social worker" not in str(row.detail)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE_LEAD, Role.ANALYST])
def test_a_manager_cannot_give_a_role_that_reaches_across_the_partnership(
    alice: Person, maggie: Person, role: Role
) -> None:
    with pytest.raises(ValidationError, match="Only an administrator may give or take"):
        change(alice, maggie, roles=frozenset({Role.PRACTITIONER, role}))

    alice.membership.refresh_from_db()
    assert alice.membership.roles == [Role.PRACTITIONER]


def test_a_manager_cannot_take_such_a_role_but_may_leave_it(ian: Person, maggie: Person) -> None:
    with pytest.raises(ValidationError, match="Only an administrator"):
        change(ian, maggie, roles=frozenset({Role.PRACTITIONER}))

    change(ian, maggie, roles=frozenset({Role.INFORMATION_GOVERNANCE_LEAD, Role.PRACTITIONER}))


def test_an_administrator_gives_any_role_in_any_agency(tariq: Person, adam: Person) -> None:
    change(tariq, adam, roles=frozenset({Role.ANALYST}), clearance=Clearance.NAMED)

    assert act(tariq.user).can(Can.ANALYSE)
    assert act(tariq.user).clearance == Clearance.NAMED


def test_nobody_changes_or_ends_their_own_membership(maggie: Person, adam: Person) -> None:
    for person in (maggie, adam):
        with pytest.raises(ValidationError, match="your own membership"):
            change(person, person, clearance=Clearance.NAMED)
        with pytest.raises(ValidationError, match="your own membership"):
            memberships.end(person.membership, by=person.by)


def test_a_manager_gives_clearance_up_to_their_own(alice: Person, maggie: Person) -> None:
    with pytest.raises(ValidationError, match="up to your own"):
        change(alice, maggie, clearance=Clearance.HIGHLY_SENSITIVE)

    change(alice, maggie, clearance=Clearance.ORDINARY)
    assert act(alice.user).clearance == 0


def test_a_manager_keeps_a_higher_clearance_when_changing_something_else(alice: Person, maggie: Person) -> None:
    with as_owner():
        Membership.objects.filter(pk=alice.membership.pk).update(clearance=Clearance.NAMED)
    alice.membership.refresh_from_db()

    change(alice, maggie, title="Senior social worker")

    assert act(alice.user).clearance == Clearance.NAMED


@pytest.mark.parametrize("basis", [Basis.AGENCY_WORKER, Basis.LOCUM, Basis.STUDENT])
def test_temporary_people_must_have_a_last_day(alice: Person, maggie: Person, basis: Basis) -> None:
    with pytest.raises(ValidationError, match="must have a last day"):
        change(alice, maggie, basis=basis)


def test_a_team_of_another_agency_is_refused(alice: Person, maggie: Person, oakfield: Place) -> None:
    with pytest.raises(ValidationError, match="teams of this agency"):
        change(alice, maggie, teams=frozenset({oakfield.team}))

    assert set(alice.user.groups.all()) == {group for team in alice.membership.teams.all() for group in [team.group]}


def test_an_outsider_manager_gets_a_404_and_nothing_changes(alice: Person, olive: Person) -> None:
    with pytest.raises(Http404):
        change(alice, olive, title="Taken over")
    with pytest.raises(Http404):
        memberships.end(alice.membership, by=olive.by)

    alice.membership.refresh_from_db()
    assert (alice.membership.title, alice.membership.until) == ("", None)


def test_extending_over_a_later_membership_is_refused_beside_the_field(
    alice: Person, maggie: Person, social_care: Place
) -> None:
    change(alice, maggie, until=NOW() + 10 * DAY)
    make_membership(alice.user, social_care.agency, Role.MDT_LEAD, since=NOW() + 20 * DAY)
    alice.membership.refresh_from_db()

    with pytest.raises(ValidationError) as refused:
        change(alice, maggie, until=NOW() + 30 * DAY, title="Half saved")

    assert "another membership of the agency in that time" in refused.value.message_dict["until"][0]
    alice.membership.refresh_from_db()
    assert alice.membership.title == ""


def test_an_ended_membership_cannot_be_changed(alice: Person, maggie: Person) -> None:
    memberships.end(alice.membership, by=maggie.by)

    with pytest.raises(ValidationError, match="has ended"):
        change(alice, maggie, title="Back")


# --- Ending ---------------------------------------------------------------------------------------


def test_ending_now_cuts_access_on_the_next_request_and_ends_the_sessions(alice: Person, maggie: Person) -> None:
    client = alice.client
    assert client.get("/directory/").status_code == 200

    memberships.end(alice.membership, by=maggie.by, reason="Left the service")

    assert client.get("/directory/").status_code in {302, 403}
    assert act(alice.user).membership is None
    assert not alice.user.groups.exists()
    row = AuditRow.objects.get(action="membership.end")
    assert (row.reason, row.target_uuids) == ("Left the service", [alice.membership.uuid])
    assert AuditRow.objects.filter(action="session.end", user_id=maggie.user.pk).exists()


def test_an_administrator_of_another_agency_can_end_it_too(tariq: Person, adam: Person) -> None:
    memberships.end(tariq.membership, by=adam.by)

    assert act(tariq.user).membership is None


def test_ending_one_of_two_memberships_keeps_the_other_and_its_session(
    tariq: Person, daisy: Person, health: Place
) -> None:
    make_membership(tariq.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    client = tariq.client

    memberships.end(tariq.membership, by=daisy.by)

    assert client.get("/directory/").status_code == 200
    assert set(tariq.user.groups.all()) == {health.team.group}


def test_a_later_end_keeps_access_until_then(alice: Person, maggie: Person) -> None:
    memberships.end(alice.membership, by=maggie.by, until=NOW() + DAY)

    assert act(alice.user).membership == alice.membership
    alice.membership.refresh_from_db()
    assert alice.membership.handed_over_at is None


def test_an_end_before_the_start_is_refused_with_the_start(alice: Person, maggie: Person) -> None:
    with pytest.raises(ValidationError, match="before the first day"):
        memberships.end(alice.membership, by=maggie.by, until=alice.membership.since - DAY)

    alice.membership.refresh_from_db()
    assert alice.membership.until is None


def test_an_end_that_has_passed_or_extends_is_refused(alice: Person, maggie: Person) -> None:
    backdate(alice.membership, until=NOW() + DAY)
    with pytest.raises(ValidationError, match="today or later"):
        memberships.end(alice.membership, by=maggie.by, until=NOW() - DAY)
    with pytest.raises(ValidationError, match="before that already"):
        memberships.end(alice.membership, by=maggie.by, until=NOW() + 2 * DAY)


def test_ending_twice_is_refused(alice: Person, maggie: Person) -> None:
    memberships.end(alice.membership, by=maggie.by)

    with pytest.raises(ValidationError, match="ended already"):
        memberships.end(alice.membership, by=maggie.by)


def test_one_that_has_yet_to_start_is_called_off(maggie: Person, social_care: Place) -> None:
    membership = make_membership(make_user("Nia North"), social_care.agency, Role.PRACTITIONER, since=NOW() + 5 * DAY)

    memberships.end(membership, by=maggie.by)

    membership.refresh_from_db()
    assert membership.state == MembershipState.ENDED
    assert membership.until == membership.since


def test_the_last_administrator_stays(adam: Person, social_care: Place) -> None:
    other = make_user("Ada Ames")
    ended = make_membership(other, social_care.agency, Role.ADMINISTRATOR)
    still_open = act(other, ended)  # a request that began before the other's own end
    memberships.end(ended, by=adam.by)

    with pytest.raises(ValidationError, match="only administrator"):
        memberships.end(adam.membership, by=still_open)

    assert act(adam.user).can(Can.CONFIGURE)


def test_a_dismissed_lead_is_stopped_at_once_and_the_administrators_hear_of_the_gap(
    daisy: Person, adam: Person
) -> None:
    memberships.end(daisy.membership, by=adam.by)

    titles = [item.title for item in inbox_of(adam)]
    assert len(titles) == 2
    assert all("Oakfield Primary School no longer has a" in title for title in titles)
    assert [mail.kind for mail in mails_to(adam)] == ["agency.gap", "agency.gap"]


def test_no_gap_is_told_while_another_lead_stays(daisy: Person, adam: Person, oakfield: Place) -> None:
    other = make_user("Dora Dunn")
    make_membership(other, oakfield.agency, Role.SAFEGUARDING_LEAD, Role.MANAGER)

    memberships.end(daisy.membership, by=adam.by)

    assert inbox_of(adam) == []


# --- By the clock ---------------------------------------------------------------------------------


def test_when_the_date_passes_the_work_goes_to_the_team_and_the_manager_is_told_once(
    alice: Person, maggie: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on: list[Membership] = []

    def hand_over(membership: Membership, /, *, by: Actor) -> None:
        passed_on.append(membership)

    monkeypatch.setattr(leaving, "HOOKS", [])
    leaving.register(lambda _: [leaving.Holding("Open cases", 2, "/cases/")], hand_over)
    backdate(alice.membership, until=NOW() - timedelta(minutes=1))

    assert memberships.hand_over_ended(by=CLOCK) == 1
    assert memberships.hand_over_ended(by=CLOCK) == 0

    assert passed_on == [alice.membership]
    assert not alice.user.groups.exists()
    (item,) = inbox_of(maggie)
    assert "Alice Archer" in item.title
    assert str(alice.membership.uuid) in item.path
    (mail,) = mails_to(maggie)
    assert mail.subject == "A membership at your agency has ended"
    assert "Alice" not in mail.subject + mail.body
    assert AuditRow.objects.get(action="membership.handed_over").job == "test clock"


def test_a_room_that_cannot_pass_on_its_part_holds_up_nobody_else(
    alice: Person, tess: Person, maggie: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hand_over(membership: Membership, /, *, by: Actor) -> None:
        if membership == alice.membership:
            raise RuntimeError

    monkeypatch.setattr(leaving, "HOOKS", [(lambda _: [], hand_over)])
    backdate(alice.membership, until=NOW() - timedelta(hours=2))
    backdate(tess.membership, until=NOW() - timedelta(hours=1))

    assert memberships.hand_over_ended(by=CLOCK) == 1

    alice.membership.refresh_from_db()
    tess.membership.refresh_from_db()
    assert alice.membership.handed_over_at is None
    assert tess.membership.handed_over_at is not None
    # Access does not wait for the hand-over.
    assert act(alice.user).membership is None


def test_the_job_does_all_of_it_as_the_workers_database_role(alice: Person, maggie: Person) -> None:
    backdate(alice.membership, until=NOW() - timedelta(minutes=1))

    with worker():
        follow_the_clock()

    alice.membership.refresh_from_db()
    assert alice.membership.handed_over_at is not None
    assert len(inbox_of(maggie)) == len(mails_to(maggie)) == 1


def test_one_ended_by_hand_is_not_handed_over_again(alice: Person, maggie: Person) -> None:
    memberships.end(alice.membership, by=maggie.by)

    assert memberships.hand_over_ended(by=CLOCK) == 0


@pytest.mark.parametrize("name", ["ian", "ana"])
def test_a_manager_ends_no_membership_that_only_an_administrator_may_give(
    name: str, maggie: Person, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(name)

    for until in (None, NOW() + DAY):
        with pytest.raises(ValidationError, match="Only an administrator may end"):
            memberships.end(person.membership, until=until, by=maggie.by)
    with pytest.raises(ValidationError, match="Only an administrator may end"):
        change(person, maggie, until=NOW() + DAY)

    person.membership.refresh_from_db()
    assert person.membership.until is None
