"""Reminders that somebody must get: where stages come together, people fall away, addresses bounce, or a part fails."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from agencies.models import Absence, PracticeProfile, Team
from agencies.practice_events import PracticeEvent
from cases.actions.deadlines import agree, meet, record_event
from cases.actions.restriction import restrict
from cases.models import Case, Deadline
from safeguard.notifications import delivery, obligations, reminders
from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage, ReminderText
from safeguard.notifications.obligations import Resolution
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_team
from tests.notifications.conftest import Sink
from tests.notifications.reminder_steps import choose, gather, outcome, refusals, send, time_comes, told, work
from tools.chaos_servers import Provider

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def tries_are_due() -> None:
    with as_owner():
        OutboxMessage.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def urgent(case: Case, alice: Person) -> Deadline:
    """Something urgent of Alice's that was due ten minutes ago; its stages are far off until a test lets them come."""
    with entered(alice) as by:
        at = timezone.now() - timedelta(hours=72, minutes=10)
        (made,) = record_event(case, PracticeEvent.BREACH_KNOWN, at=at, by=by)
    with as_owner():
        ReminderStage.objects.filter(subject=made.uuid).update(due_at=timezone.now() + timedelta(days=1))
    return made


# --- Several stages at once -----------------------------------------------------------------------


def test_stages_that_are_due_at_once_reach_everybody_whom_each_of_them_names(
    agreed: Deadline, maggie: Person, sink: Sink
) -> None:
    time_comes(agreed, "before", ago=60 * HOUR)
    time_comes(agreed, "due_day", ago=20 * HOUR)
    time_comes(agreed, "overdue_2", ago=timedelta(minutes=5))
    work()
    gather()
    send()

    assert told() == [("Alice", "owner"), ("Maggie", "manager")]
    assert len(sink.messages) == 2
    assert outcome(agreed, "due_day") == f"{reminders.LATER}: told as owner: 1"
    with as_owner():
        keys = Reminder.objects.values_list("dedupe_key", flat=True)
        assert {key.split(":")[2] for key in keys} == {"overdue_2"}
        assert InboxItem.objects.filter(kind="reminder.deadline").count() == 2


def test_an_administrator_of_an_earlier_stage_reads_nothing_of_the_case(
    agreed: Deadline, adam: Person, social_care: Place, alice: Person
) -> None:
    time_comes(agreed, "overdue_2", ago=2 * HOUR)  # nobody manages here
    time_comes(agreed, "overdue_1", ago=HOUR)
    work()

    with as_owner():
        row = Reminder.objects.get(recipient=adam.user)
    assert row.title.startswith("A reminder reaches nobody")
    assert row.path == "/reminders/"
    assert ("Alice", "owner") in told()


def test_what_was_entered_after_its_time_is_not_called_late(case: Case, alice: Person, sink: Sink) -> None:
    with entered(alice) as by:
        at = timezone.now() - timedelta(hours=100)
        (old,) = record_event(case, PracticeEvent.BREACH_KNOWN, at=at, by=by)
    with as_owner():
        ReminderStage.objects.exclude(subject=old.uuid).delete()
    work()
    send()

    assert sink.messages
    assert not any("comes late" in mail.get_payload(decode=True).decode() for mail in sink.messages)


# --- Who falls away when it is sent ---------------------------------------------------------------


def test_where_somebody_is_away_when_it_goes_out_others_are_told_instead(
    agreed: Deadline, alice: Person, mo: Person, sink: Sink
) -> None:
    time_comes(agreed, "due_day")
    work()
    today = timezone.localdate()
    with as_owner():
        Absence.objects.create(membership=alice.membership, first_day=today, last_day=today, deputy=mo.membership)
    send()
    assert sink.messages == []
    work()
    send()

    assert sink.recipients == [[mo.user.email]]
    assert refusals()["Alice"] == "they are away"
    assert outcome(agreed, "due_day") == "told as owner: 1; not told: 1"


def test_of_two_stages_told_as_one_each_finds_its_own_others_and_nobody_is_told_twice(
    agreed: Deadline, alice: Person, mo: Person, maggie: Person, sink: Sink
) -> None:
    time_comes(agreed, "due_day", ago=timedelta(minutes=20))
    time_comes(agreed, "overdue_2", ago=timedelta(minutes=5))
    work()
    today = timezone.localdate()
    with as_owner():
        Absence.objects.create(membership=alice.membership, first_day=today, last_day=today, deputy=mo.membership)
    for _ in range(3):
        send()
        work()

    assert sorted(address for [address] in sink.recipients) == sorted([mo.user.email, maggie.user.email])


def test_what_matters_no_longer_when_it_goes_out_is_told_to_nobody_else(
    agreed: Deadline, alice: Person, tess: Person, sink: Sink
) -> None:
    time_comes(agreed, "due_day")
    work()
    with entered(alice) as by:
        meet(agreed, at=timezone.now(), by=by)
    send()

    with as_owner():
        assert ReminderStage.objects.get(subject=agreed.uuid, stage="due_day").resolved_at is not None
    assert told() == []


# --- Addresses that bounce ------------------------------------------------------------------------


def test_a_bouncing_manager_has_the_administrators_told_and_then_it_ends(
    agreed: Deadline, maggie: Person, adam: Person, sink: Sink
) -> None:
    sink.rcpt_answer = "550 no such mailbox"
    time_comes(agreed, "overdue_2")
    for _ in range(4 * delivery.TRIES_OF_REMINDER):
        work()
        send()
        tries_are_due()

    assert told() == [("Maggie", "manager"), ("Maggie", "manager"), ("Adam", "administrator")]
    with as_owner():
        stage = ReminderStage.objects.get(subject=agreed.uuid, stage="overdue_2")
        following = ReminderStage.objects.get(stage=f"unreachable:{stage.pk}")
        last = ReminderStage.objects.get(stage=f"undelivered:{following.pk}")
        row = Reminder.objects.get(recipient=adam.user)
        assert not OutboxMessage.objects.filter(failed_at=None).exists()
    assert following.alone
    assert last.alone
    assert agreed.case.spoken_reference not in row.title
    assert last.stage in adam.client.get("/reminders/").text


def test_that_somebody_could_not_be_reached_is_told_by_itself(
    agreed: Deadline, alice: Person, maggie: Person, sink: Sink
) -> None:
    sink.rcpt_answer = "550 no such mailbox"
    time_comes(agreed, "due_day")
    for _ in range(delivery.TRIES_OF_REMINDER):
        work()
        send()
        tries_are_due()
    sink.rcpt_answer = "250 OK"
    time_comes(agreed, "overdue_1", "overdue_2")
    work()
    send()

    titles = [mail["Subject"] for mail, [to] in zip(sink.messages, sink.recipients, strict=True) if "maggie" in to]
    assert len(titles) == 2
    assert sum(title.startswith("A reminder could not be delivered") for title in titles) == 1


# --- Acknowledged ---------------------------------------------------------------------------------


@pytest.fixture
def desk(tess: Person, social_care: Place) -> Team:
    made = make_team(social_care.agency, "Duty desk", kind=Team.Kind.DUTY)
    with as_owner():
        tess.membership.teams.set([made])
    return made


def read_by(person: Person, urgent: Deadline) -> None:
    with as_owner():
        items = InboxItem.objects.filter(recipient=person.user, dedupe_key__contains=str(urgent.uuid))
        assert items.update(read_at=timezone.now())


def test_who_read_only_that_it_comes_has_not_acknowledged_it(urgent: Deadline, desk: Team, alice: Person) -> None:
    time_comes(urgent, "soon", ago=70 * timedelta(minutes=1))
    work()
    read_by(alice, urgent)
    time_comes(urgent, "due_now")
    work()
    time_comes(urgent, "duty")
    work()

    assert ("Tess", "duty") in told()


def test_who_was_not_told_after_all_has_not_acknowledged_it(urgent: Deadline, desk: Team, alice: Person) -> None:
    time_comes(urgent, "due_now")
    work()
    read_by(alice, urgent)
    with as_owner():
        Reminder.objects.filter(recipient=alice.user).update(skipped_at=timezone.now(), skip_reason="they are away")
    time_comes(urgent, "duty")
    work()

    assert ("Tess", "duty") in told()


def test_an_administrators_reading_acknowledges_nothing(urgent: Deadline, desk: Team, adam: Person) -> None:
    time_comes(urgent, "urgent_manager")  # nobody manages here
    work()
    read_by(adam, urgent)
    time_comes(urgent, "duty")
    work()

    assert ("Tess", "duty") in told()


# --- The duty rung --------------------------------------------------------------------------------


def test_of_a_restricted_case_the_duty_team_that_it_names_is_told(
    urgent: Deadline, case: Case, desk: Team, mo: Person, alice: Person
) -> None:
    named = make_team(desk.agency, "Out of hours")
    with as_owner():
        mo.membership.teams.add(named)
    with entered(alice) as by:
        restrict(case, people=[alice.user], duty_team=named, reason="A colleague is involved", by=by)
    time_comes(urgent, "duty")
    work()

    assert told() == [("Mo", "duty")]


def test_owner_and_duty_on_one_rung_each_open_their_own_page(urgent: Deadline, desk: Team) -> None:
    with as_owner():
        profile = PracticeProfile.objects.get()
        for row in profile.ladder:
            row["to"] = ["owner", "duty"] if row["stage"] == "due_now" else row["to"]
        profile.save()
    time_comes(urgent, "due_now")
    work()

    with as_owner():
        paths = {row.role: row.path for row in Reminder.objects.filter(skipped_at=None)}
    assert paths["duty"] == "/cases/emergency/"
    assert paths["owner"].endswith(f"/deadlines/{urgent.uuid}/")


# --- Stages that reached nobody -------------------------------------------------------------------


def test_the_operators_page_names_each_stage_that_reached_nobody(agreed: Deadline, adam: Person) -> None:
    time_comes(agreed, "due_day")
    work()
    page = adam.client.get("/reminders/").text
    assert "Every reminder that was due reached somebody" in page

    time_comes(agreed, "overdue_2")  # nobody manages here
    work()
    page = adam.client.get("/reminders/").text
    assert "overdue_2" in page
    assert f"?subject={agreed.uuid}" in page
    assert agreed.case.spoken_reference not in page


# --- One that fails holds up no other -------------------------------------------------------------


class Broken:
    """A kind of obligation that fails, at first when it is asked whom to tell."""

    def __init__(self) -> None:
        self.fails = True

    def resolve(self, subject: UUID, stage: str, occasion: str) -> Resolution:
        if self.fails:
            raise RuntimeError("Robin")
        return Resolution(outcome="it is mended")

    def why_not(self, subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        raise RuntimeError("Robin")

    def unplanned(self, most: int) -> list[Any]:
        return []


@pytest.fixture
def broken() -> Iterator[Broken]:
    made = Broken()
    obligations.register("broken", made)
    yield made
    del obligations.KINDS["broken"]


def test_a_kind_that_fails_is_tried_again_and_holds_up_nobody(
    agreed: Deadline, broken: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    with as_owner():
        long_ago = timezone.now() - timedelta(days=1)
        ReminderStage.objects.create(kind="broken", subject=uuid4(), stage="x", occasion="1", due_at=long_ago)
    time_comes(agreed, "due_day")
    work()

    assert told() == [("Alice", "owner")]
    with as_owner():
        stage = ReminderStage.objects.get(kind="broken")
    assert stage.resolved_at is None
    assert stage.due_at > timezone.now()
    assert stage.outcome.startswith("it could not be worked out, and is tried again")
    assert "Robin" not in stage.outcome + caplog.text

    broken.fails = False
    with as_owner():
        ReminderStage.objects.filter(pk=stage.pk).update(due_at=timezone.now())
    work()
    with as_owner():
        assert ReminderStage.objects.get(pk=stage.pk).outcome == "it is mended"


def test_a_message_that_cannot_be_composed_is_put_off_and_the_next_is_sent(
    agreed: Deadline, urgent: Deadline, broken: Broken, sink: Sink
) -> None:
    time_comes(agreed, "due_day")
    work()
    with as_owner():
        ReminderStage.objects.filter(subject=agreed.uuid).update(kind="broken")
    time_comes(urgent, "due_now")
    work()
    send()

    assert len(sink.messages) >= 1
    with as_owner():
        row = OutboxMessage.objects.get(reminders__stage__subject=agreed.uuid)
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)


def test_a_text_that_cannot_be_filled_in_gives_way_to_safeguards_own(
    agreed: Deadline, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    with as_owner():  # as an older release, or a hand in the database, may have left it
        ReminderText.objects.create(code="one", text="{link} {child.name}")
        ReminderText.objects.create(code="gone", text="{nothing}")
    time_comes(agreed, "due_day")
    work()
    send()

    assert "Open it in Safeguard" in sink.messages[0].get_payload(decode=True).decode()
    assert "The text one cannot be filled in" in caplog.text


def test_more_than_a_message_holds_come_in_several_however_they_were_written(
    agreed: Deadline, case: Case, alice: Person, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "MOST_IN_A_MESSAGE", 2)
    choose(alice, digest=True)
    with entered(alice) as by:
        for number in range(4):
            due_at = timezone.now() + timedelta(days=30)
            agree(case, f"Step {number}", due_at=due_at, team=agreed.team, person=alice.user, by=by)
    with as_owner():
        ReminderStage.objects.filter(stage="before").update(due_at=timezone.now() - timedelta(minutes=1))
    work()
    with as_owner():  # the last that was written has waited longest
        for number, row in enumerate(Reminder.objects.exclude(send_after=None).order_by("-pk")):
            Reminder.objects.filter(pk=row.pk).update(send_after=timezone.now() - HOUR + timedelta(seconds=number))
    gather()
    send()

    assert len(sink.messages) == 3
    with as_owner():
        assert not Reminder.objects.filter(sent_at=None).exists()


# --- Providers that answer oddly ------------------------------------------------------------------


@pytest.fixture
def gibberish() -> Iterator[str]:
    """A server that answers no HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _ = server.accept()
            with client:
                client.recv(65536)
                client.sendall(b"\x00\x01 what?\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def test_a_provider_whose_answer_is_no_http_is_tried_again(agreed: Deadline, settings: Any, gibberish: str) -> None:
    settings.EMAIL_PROVIDER_URL = gibberish
    time_comes(agreed, "due_day")
    work()
    send()

    with as_owner():
        row = OutboxMessage.objects.get(kind="reminder.deadline")
    assert (row.sent_at, row.failed_at, row.attempts) == (None, None, 1)


def test_a_provider_that_is_wrongly_set_counts_no_attempt(agreed: Deadline, settings: Any, provider: Provider) -> None:
    settings.EMAIL_PROVIDER_URL = "not an address"
    time_comes(agreed, "due_day")
    work()
    with as_owner():
        OutboxMessage.objects.update(attempts=delivery.MOST_ATTEMPTS - 1)
    send()
    with as_owner():
        row = OutboxMessage.objects.get(kind="reminder.deadline")
    assert (row.failed_at, row.attempts) == (None, delivery.MOST_ATTEMPTS - 1)

    settings.EMAIL_PROVIDER_URL = provider.url
    tries_are_due()
    send()
    assert len(provider.delivered) == 1
