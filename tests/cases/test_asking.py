"""What was asked of a team or an agency climbs the ladder of reminders until it is answered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Team, User
from agencies.roles import Role
from cases import asking, beyond_sight, timeline
from cases.actions.beside import change_audience
from cases.actions.discussions import say, start_thread
from cases.actions.entries import add_entry
from cases.actions.involvement import Terms, involve
from cases.actions.meetings import Invited, call_meeting, call_off, contribute
from cases.actions.opening import close_case
from cases.actions.receipts import confirm
from cases.actions.records import Telling
from cases.actions.restriction import exclude
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, EntryReceipt, Involvement, Thread, TimelineEntry
from safeguard.notifications import delivery, reminders
from safeguard.notifications.models import Reminder, ReminderStage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user
from tests.notifications.reminder_steps import refusals, the_worker
from tests.record_samples import contribution, meeting

pytestmark = pytest.mark.django_db
WRITES = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
SOON = timezone.localdate() + timedelta(days=14)


@pytest.fixture
def shared(case: Case, alice: Person, hana: Person, tariq: Person) -> Case:
    """The case, with health and a school at work on it."""
    with entered(alice) as by:
        for person in (hana, tariq):
            involve(case, person.membership.teams.get(), WRITES, by=by)
    return case


def part(case: Case, person: Person) -> Involvement:
    with as_owner():
        found = Involvement.objects.select_related("team__agency")
        return found.get(case=case, team=person.membership.teams.get())


def entry_to_read(case: Case, alice: Person, hana: Person) -> TimelineEntry:
    with entered(alice) as by:
        event = timeline.Event(kind=Kind.NOTE, title="Bruises seen")
        return add_entry(case, event, ask=[hana.membership.agency], by=by)


def question(case: Case, alice: Person, hana: Person) -> Thread:
    """A question to Hana's team."""
    with entered(alice) as by:
        made = Thread(subject="Weight", answer_by=SOON)
        return start_thread(case, made, Telling(body="How much?"), asked=[part(case, hana)], by=by)


def planned_meeting(case: Case, alice: Person, hana: Person) -> Any:
    with entered(alice) as by:
        return call_meeting(
            case, meeting(), Telling(), Invited(asked=[part(case, hana)], teams=[part(case, alice)]), by=by
        )


def at(team: Team, *roles: Role) -> User:
    """Add a colleague to ``team``."""
    user = make_user("Bo Boss")
    make_membership(user, team.agency, *roles, teams=(team,))
    return user


ASKS = {"receipt": entry_to_read, "answer": question, "contribution": planned_meeting}


def comes(kind: str, stage: str) -> None:
    """Let the time of the stage come, and let the worker work out whom it reaches."""
    with as_owner():
        found = ReminderStage.objects.filter(kind=kind, stage=stage)
        assert found.update(due_at=timezone.now() - timedelta(minutes=1)) == 1
    with the_worker():
        while reminders.resolve_next():
            pass


def told() -> list[tuple[str, str, str]]:
    """Return who was told what, and the page that it opens; invitations to meetings have tests of their own."""
    with as_owner():
        rows = Reminder.objects.filter(skipped_at=None).exclude(stage__kind="meeting").select_related("recipient")
        rows = rows.order_by("pk")
        return [(row.recipient.name.split()[0], row.title, row.path) for row in rows]


def outcome(kind: str, stage: str) -> str:
    with as_owner():
        return ReminderStage.objects.get(kind=kind, stage=stage).outcome


@pytest.mark.parametrize("kind", ASKS)
def test_who_was_asked_is_reminded_by_the_reference_of_the_case_alone(
    kind: str, shared: Case, alice: Person, hana: Person, tariq: Person
) -> None:
    found = ASKS[kind](shared, alice, hana)

    comes(kind, "late")

    ((name, title, path),) = told()
    assert name == "Hana", "the school was not asked"
    assert shared.spoken_reference in title
    assert "Robin" not in title
    assert str(found.uuid) in path
    assert hana.client.get(path).status_code == 200


def test_what_is_late_says_since_when(shared: Case, alice: Person, hana: Person) -> None:
    entry_to_read(shared, alice, hana)
    with as_owner():
        EntryReceipt.objects.update(asked_at=timezone.now() - timedelta(days=20))

    comes("receipt", "late")

    ((_name, title, _path),) = told()
    assert title.startswith("Overdue since ")


@pytest.mark.parametrize("kind", ASKS)
def test_the_manager_hears_of_what_nobody_answers(
    kind: str, shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    boss = at(health.team, Role.PRACTITIONER, Role.MANAGER)
    ASKS[kind](shared, alice, hana)

    comes(kind, "overdue_2")

    assert [name for name, _title, _path in told()] == [boss.name.split()[0]]


@pytest.mark.parametrize("kind", ASKS)
def test_what_reaches_nobody_is_told_to_the_administrators_without_the_case(
    kind: str, shared: Case, alice: Person, hana: Person, adam: Person
) -> None:
    ASKS[kind](shared, alice, hana)
    with as_owner():
        hana.membership.teams.clear()

    comes(kind, "late")

    ((name, title, path),) = told()
    assert name == "Adam"
    assert shared.spoken_reference not in title
    assert path == "/reminders/"


def test_a_manager_who_may_not_know_of_a_confidential_part_hears_of_no_question_to_it(
    shared: Case, alice: Person, vera: Person, voluntary: Place
) -> None:
    other = make_team(voluntary.agency, "Elsewhere")
    boss = at(other, Role.PRACTITIONER, Role.MANAGER)
    with entered(alice) as by:
        involve(shared, voluntary.team, replace(WRITES, confidential=True), by=by)
        involve(shared, other, WRITES, by=by)
    found = planned_meeting(shared, alice, vera)

    comes("contribution", "late")
    comes("contribution", "overdue_2")

    assert [name for name, _title, _path in told()] == ["Vera"]
    assert refusals()[boss.name.split()[0]] == "they have no access to what was asked"
    with as_owner():
        assert not ReminderStage.objects.filter(subject=found.uuid).exists(), "kept under a key of its own"


def test_a_confidential_team_is_not_reminded_of_an_answer_that_would_betray_it(
    shared: Case, alice: Person, vera: Person, voluntary: Place
) -> None:
    with entered(alice) as by:
        involve(shared, voluntary.team, replace(WRITES, confidential=True), by=by)
    question(shared, alice, vera)

    comes("answer", "late")

    assert told() == []
    assert outcome("answer", "late") == asking.NOT_WANTED


@pytest.mark.parametrize("kind", ASKS)
def test_what_is_answered_reminds_nobody(kind: str, shared: Case, alice: Person, hana: Person) -> None:
    found = ASKS[kind](shared, alice, hana)
    with entered(hana) as by:
        if kind == "receipt":
            confirm(shared, found, by=by)
        elif kind == "answer":
            say(found, "Six kilos", by=by)
        else:
            contribute(found, contribution(), Telling(), by=by)

    comes(kind, "late")

    assert told() == []
    assert outcome(kind, "late") == asking.NOT_WANTED


def test_what_is_answered_after_it_was_worked_out_is_not_sent(shared: Case, alice: Person, hana: Person) -> None:
    found = question(shared, alice, hana)
    comes("answer", "late")
    with entered(hana) as by:
        say(found, "Six kilos", by=by)

    with the_worker():
        delivery.drain()

    with as_owner():
        assert Reminder.objects.get(recipient=hana.user).skip_reason == asking.NOT_WANTED


@pytest.mark.parametrize("kind", ASKS)
def test_nobody_is_told_of_what_they_may_not_see(kind: str, shared: Case, alice: Person, hana: Person) -> None:
    found = ASKS[kind](shared, alice, hana)
    entry = found if kind == "receipt" else found.entry
    with entered(alice) as by:
        change_audience(shared, entry, timeline.OWN_TEAM, reason="Too much", by=by)

    comes(kind, "late")

    assert told() == []
    assert outcome(kind, "late").startswith("nobody could be told; not told: ")


def test_whoever_is_kept_out_of_the_case_is_not_told(shared: Case, alice: Person, hana: Person) -> None:
    entry_to_read(shared, alice, hana)
    with entered(alice) as by:
        exclude(shared, hana.user, reason="Aunt", by=by)

    comes("receipt", "due_day")

    assert told() == []


def test_a_meeting_called_off_or_a_case_closed_asks_for_nothing(shared: Case, alice: Person, hana: Person) -> None:
    found = planned_meeting(shared, alice, hana)
    question(shared, alice, hana)
    with entered(alice) as by:
        call_off(found, reason="Ill", by=by)
    comes("contribution", "due_day")
    with entered(alice) as by:
        close_case(shared, reason="Done", by=by)
    comes("answer", "due_day")

    assert told() == []


def test_a_question_without_a_day_has_no_stages(shared: Case, alice: Person, hana: Person) -> None:
    with entered(alice) as by:
        start_thread(shared, Thread(subject="x"), Telling(body="?"), asked=[part(shared, hana)], by=by)

    with as_owner():
        assert not ReminderStage.objects.filter(kind="answer").exists()


@pytest.mark.parametrize("kind", ASKS)
def test_the_sweeper_writes_the_stages_that_are_missing_once(
    kind: str, shared: Case, alice: Person, hana: Person
) -> None:
    ASKS[kind](shared, alice, hana)
    with as_owner():
        ReminderStage.objects.filter(kind=kind).delete()

    with the_worker():
        reminders.sweep()
        reminders.sweep()

    with as_owner():
        assert set(ReminderStage.objects.filter(kind=kind).values_list("stage", flat=True)) >= {"due_day", "late"}


def test_nobody_but_the_worker_learns_what_was_asked(shared: Case, alice: Person, hana: Person) -> None:
    entry_to_read(shared, alice, hana)
    with as_owner():
        pk = int(ReminderStage.objects.filter(kind="receipt").first().occasion)  # type: ignore[union-attr]  # it was asked
    for person in (alice, hana):
        with entered(person):
            assert beyond_sight.asked("receipt", pk) is None
            assert beyond_sight.unplanned_requests("receipt", 10) == []
