"""A concern that waits to be looked at reminds the team it was brought to, then its managers, until somebody looks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.models import Team, User
from agencies.roles import Role
from cases import beyond_sight, looking
from cases.actions.children import NewChild
from cases.actions.concern_answers import look_at
from cases.concern_codes import Route, Worry
from cases.concern_routes import Passing
from cases.models import Concern
from safeguard.notifications import obligations, reminders
from safeguard.notifications.models import ReminderStage
from tests.cases.conftest import entered
from tests.cases.test_concerns import log
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user
from tests.notifications.reminder_steps import refusals, the_worker, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(daisy: Person) -> User:
    """A manager of the school who sits in its safeguarding team."""
    team: Team = daisy.membership.teams.get()
    user = make_user("Hal Head")
    make_membership(user, team.agency, Role.MANAGER, teams=(team,))
    return user


def comes(stage: str) -> ReminderStage:
    """Let the time of the stage come, and let the worker work out whom it reaches."""
    with as_owner():
        ReminderStage.objects.filter(kind="concern_look").update(due_at=timezone.now() + timedelta(days=9))
        ReminderStage.objects.filter(kind="concern_look", stage=stage).update(due_at=timezone.now())
    with the_worker():
        while reminders.resolve_next():
            pass
    with as_owner():
        return ReminderStage.objects.get(kind="concern_look", stage=stage)


def looked(person: Person, concern: Concern) -> None:
    with entered(person) as by:
        look_at(concern, by=by)


def test_whoever_answers_concerns_is_told_when_the_time_to_look_is_over(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam", surname="Example"), worry=Worry.IMMEDIATE)

    stage = comes("look_due")

    assert stage.urgent
    assert told() == [("Daisy", "team")]
    with as_owner():
        (reminder,) = stage.reminders.all()
    assert reminder.title.startswith("A concern waits: it should have been looked at by ")
    assert "Sam" not in reminder.title
    assert reminder.path == reverse("cases:concern", args=[made.uuid])


def test_then_the_managers_among_them(tariq: Person, daisy: Person, head: User) -> None:
    made = log(tariq, NewChild(given="Sam"), worry=Worry.IMMEDIATE)
    with as_owner():
        first, second = ReminderStage.objects.filter(subject=made.uuid).order_by("due_at")
    assert (first.due_at, first.stage) == (made.look_due_at, "look_due")
    assert timedelta(minutes=29) < second.due_at - first.due_at <= timedelta(minutes=31)

    comes("look_late")

    assert {name for name, _role in told()} == {"Daisy", "Hal"}


def test_without_hurry_it_is_said_again_on_the_next_working_morning(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"), worry=Worry.LOW)

    with as_owner():
        _first, second = ReminderStage.objects.filter(subject=made.uuid).order_by("due_at")
    assert not second.urgent
    assert timezone.localtime(second.due_at).hour == 9


def test_what_was_looked_at_reminds_nobody(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))
    looked(daisy, made)

    assert comes("look_due").outcome == "it has been looked at"
    assert not told()


def test_nobody_is_told_who_is_part_of_it(tariq: Person, tess: Person, daisy: Person, social_care: Place) -> None:
    desk = make_team(social_care.agency, "Front door", kind="duty")
    with as_owner():
        tess.membership.teams.add(desk)
    passing = Passing(route=Route.IMPLICATED, reason="Part of it", implicated=(daisy.user,))
    log(tariq, NewChild(given="Sam"), passing=passing)

    comes("look_late")

    assert "Tess" in {name for name, _role in told()}
    assert "Daisy" not in {name for name, _role in told()}


def test_somebody_who_is_away_is_not_told_and_the_next_rung_is_asked(
    tariq: Person, daisy: Person, adam: Person
) -> None:
    made = log(tariq, NewChild(given="Sam"))
    with as_owner():
        daisy.membership.absences.create(
            first_day=timezone.localdate(), last_day=timezone.localdate() + timedelta(days=1)
        )

    comes("look_due")

    assert refusals()["Daisy"] == "they are away"
    assert [(name, role) for name, role in told() if role != "administrator"] == []
    with entered(daisy):  # asked by nobody but the worker
        assert beyond_sight.waiting_concern(made.uuid) is None


def test_it_is_asked_again_when_the_message_is_sent(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))
    comes("look_due")
    looked(daisy, made)

    with the_worker():
        reason = obligations.KINDS["concern_look"].why_not(
            made.uuid, "", user_id=daisy.user.pk, membership=daisy.membership.uuid, role="team"
        )
    assert reason == "it has been looked at"


def test_the_sweep_plans_what_has_no_stage(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))
    with as_owner():
        ReminderStage.objects.filter(subject=made.uuid).delete()

    with the_worker():
        planned = list(looking.LookReminders().unplanned(10))

    assert [each.stage for each in planned] == ["look_due", "look_late"]
    assert {each.subject for each in planned} == {made.uuid}


def test_what_its_writer_keeps_for_their_own_team_reminds_nobody(alice: Person) -> None:
    made = log(alice, NewChild(given="Sam"), next_step="none", next_step_reason="Known to the worker")

    assert made.look_due_at is None
    with as_owner():
        assert not ReminderStage.objects.filter(subject=made.uuid).exists()
