"""Reminders of deadlines: who is told, when, and why somebody is not; nothing lost, nothing twice."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from agencies.models import Absence, Membership, Team, User
from agencies.practice_events import PracticeEvent
from cases.actions.deadlines import agree, extend, meet, record_event
from cases.actions.opening import close_case
from cases.actions.restriction import exclude
from cases.models import Case, Deadline
from safeguard.notifications import delivery, reminders
from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage, ReminderText
from safeguard.notifications.tasks import remind, sweep_reminders
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_team
from tests.notifications.conftest import Sink
from tests.notifications.reminder_steps import (
    choose,
    gather,
    outcome,
    refusals,
    send,
    the_worker,
    time_comes,
    told,
    work,
)
from tools.chaos_servers import Provider

pytestmark = pytest.mark.django_db


# --- Planned with the deadline --------------------------------------------------------------------


def test_a_deadline_brings_its_stages_in_the_same_transaction(agreed: Deadline) -> None:
    with as_owner():
        stages = ReminderStage.objects.filter(subject=agreed.uuid).order_by("due_at")
        codes = [each.stage for each in stages]
        moments = [each.due_at for each in stages]

    assert codes == ["before", "due_day", "overdue_1", "overdue_2", "overdue_3"]
    assert [timezone.localtime(moment).hour for moment in moments] == [9] * 5
    assert moments == sorted(moments)


def test_an_urgent_deadline_runs_on_hours_of_the_clock(case: Case, alice: Person) -> None:
    with entered(alice) as by:
        (strat,) = record_event(case, PracticeEvent.HARM_SUSPECTED, at=timezone.now(), by=by)
    with as_owner():
        stages = {each.stage: each.due_at - strat.due_at for each in ReminderStage.objects.filter(subject=strat.uuid)}

    assert stages["due_now"] == timedelta(0)
    assert stages["duty"] == timedelta(hours=1)
    assert stages["urgent_manager"] == timedelta(hours=2)


def test_a_day_that_moves_has_stages_of_its_own_and_the_old_ones_come_to_nothing(
    agreed: Deadline, alice: Person
) -> None:
    with entered(alice) as by:
        extend(agreed, due_at=agreed.due_at + timedelta(days=5), reason="Away", by=by)
    with as_owner():
        old = ReminderStage.objects.filter(subject=agreed.uuid).order_by("pk")[0]
        ReminderStage.objects.filter(pk=old.pk).update(due_at=timezone.now())
    work()

    with as_owner():
        old.refresh_from_db()
        assert ReminderStage.objects.filter(subject=agreed.uuid).count() == 10
    assert old.outcome == "its day has moved"
    assert told() == []


def test_the_sweeper_writes_stages_that_are_missing_once(agreed: Deadline) -> None:
    with as_owner():
        ReminderStage.objects.filter(subject=agreed.uuid).delete()
    for _ in range(2):
        with the_worker():
            sweep_reminders()

    with as_owner():
        assert ReminderStage.objects.filter(subject=agreed.uuid).count() == 5


# --- Who is told ----------------------------------------------------------------------------------


def test_the_owner_is_told_in_the_inbox_and_by_e_mail_with_the_reference_and_a_link_only(
    agreed: Deadline, case: Case, sink: Sink
) -> None:
    time_comes(agreed, "before")
    work()
    send()

    [mail] = sink.messages
    text = mail.get_payload(decode=True).decode()
    assert mail["Subject"].startswith(("Due ", "=?utf-8"))
    assert case.spoken_reference in text
    assert f"https://safeguard.example.org/cases/{case.uuid}/deadlines/{agreed.uuid}/" in text
    assert "Robin" not in text
    assert "Ring Gran" not in text
    with as_owner():
        assert InboxItem.objects.get(recipient__name="Alice Archer", kind="reminder.deadline").path.endswith(
            f"/deadlines/{agreed.uuid}/"
        )
    assert outcome(agreed, "before") == "told as owner: 1"


def test_a_deadline_without_a_person_reminds_the_team(case: Case, tess: Person, mo: Person) -> None:
    with as_owner():
        assess = Deadline.objects.get(code="ASSESS")
    time_comes(assess, "due_day")
    work()

    assert {name for name, _role in told()} >= {"Alice", "Tess", "Mo"}


def test_each_rung_of_the_ladder_reaches_whom_it_names(agreed: Deadline, maggie: Person) -> None:
    time_comes(agreed, "overdue_2")
    work()

    assert told() == [("Maggie", "manager")]


def test_a_rung_that_reaches_nobody_passes_on_to_the_next_and_says_so(agreed: Deadline, adam: Person) -> None:
    time_comes(agreed, "overdue_2")
    work()

    assert told() == [("Adam", "administrator")]
    assert outcome(agreed, "overdue_2") == "told as administrator: 1"
    with as_owner():
        row = Reminder.objects.get()
    assert row.path == "/reminders/"
    assert agreed.case.spoken_reference not in row.title


def test_somebody_who_is_away_is_passed_by_and_who_acts_for_them_is_told(
    agreed: Deadline, alice: Person, mo: Person
) -> None:
    today = timezone.localdate()
    with as_owner():
        Absence.objects.create(membership=alice.membership, first_day=today, last_day=today, deputy=mo.membership)
    time_comes(agreed, "due_day")
    work()

    assert told() == [("Mo", "deputy")]
    assert refusals() == {"Alice": "they are away"}


def test_who_has_lost_access_gets_nothing_and_the_team_is_told_instead(
    agreed: Deadline, case: Case, alice: Person, mo: Person, tess: Person
) -> None:
    with entered(mo) as by:
        exclude(case, alice.user, reason="A neighbour", by=by)
    time_comes(agreed, "due_day")
    work()

    assert {name for name, _role in told()} == {"Mo", "Tess"}
    assert refusals()["Alice"] == "they have no access to the case"


def test_access_is_asked_again_when_the_message_goes_out(
    agreed: Deadline, alice: Person, case: Case, mo: Person, sink: Sink
) -> None:
    time_comes(agreed, "due_day")
    work()
    with entered(mo) as by:
        exclude(case, alice.user, reason="A neighbour", by=by)
    send()

    assert sink.messages == []
    assert refusals() == {"Alice": "they have no access to the case"}
    with as_owner():
        message = OutboxMessage.objects.get(kind="reminder.deadline")
    assert (message.sent_at, message.failed_at) == (None, None)
    assert message.skipped_at is not None


@pytest.mark.parametrize("what", ["met", "closed", "left"])
def test_what_matters_no_longer_when_it_goes_out_is_not_sent(
    agreed: Deadline, alice: Person, case: Case, sink: Sink, what: str
) -> None:
    time_comes(agreed, "due_day")
    work()
    if what == "left":
        with as_owner():
            past = timezone.now() - timedelta(minutes=1)
            Membership.objects.filter(pk=alice.membership.pk).update(since=past - timedelta(days=1), until=past)
    else:
        with entered(alice) as by:
            meet(agreed, at=timezone.now(), by=by) if what == "met" else close_case(case, reason="x", by=by)
    send()

    assert sink.messages == []
    said = {"met": "it is done", "closed": "it is done", "left": "their membership has ended"}[what]
    assert refusals()["Alice"].startswith(said)


def test_unacknowledged_an_urgent_one_goes_to_the_duty_rota_and_read_it_does_not(
    case: Case, alice: Person, tess: Person, social_care: Place
) -> None:
    desk = make_team(social_care.agency, "Duty desk", kind=Team.Kind.DUTY)
    with as_owner():
        tess.membership.teams.set([desk])
    with entered(alice) as by:
        (strat,) = record_event(case, PracticeEvent.HARM_SUSPECTED, at=timezone.now(), by=by)
    time_comes(strat, "due_now")
    work()
    time_comes(strat, "duty")
    work()
    assert ("Tess", "duty") in told()

    with entered(alice) as by:
        (other,) = record_event(
            case, PracticeEvent.BREACH_KNOWN, at=timezone.now() - timedelta(hours=72, minutes=10), by=by
        )
    time_comes(other, "due_now")
    work()
    with as_owner():
        InboxItem.objects.filter(dedupe_key__contains=str(other.uuid)).update(read_at=timezone.now())
    time_comes(other, "duty")
    work()
    assert outcome(other, "duty") == "somebody has read the reminder: nobody else was told"


# --- Digest, SMS and catching up ------------------------------------------------------------------


def test_a_digest_holds_what_is_not_urgent_until_its_hour_and_comes_as_one(
    agreed: Deadline, case: Case, alice: Person, social_care: Place, sink: Sink
) -> None:
    choose(alice, digest=True)
    with entered(alice) as by:
        due_at = timezone.now() + timedelta(days=30)
        other = agree(case, "Ring back", due_at=due_at, team=social_care.team, person=alice.user, by=by)
    for each in (agreed, other):
        time_comes(each, "before")
    work()
    assert send() == 0

    gather()
    send()

    [mail] = sink.messages
    text = mail.get_payload(decode=True).decode()
    assert "2 reminders from Safeguard" in text
    assert str(agreed.uuid) in text
    assert str(other.uuid) in text


def test_an_agency_that_allows_no_digest_has_each_sent_at_once(agreed: Deadline, alice: Person, sink: Sink) -> None:
    choose(alice, digest=True, allows_digest=False)
    time_comes(agreed, "before")
    work()

    assert send() == 1


def test_urgent_ones_ignore_the_digest_and_go_by_sms_too(
    case: Case, alice: Person, sink: Sink, settings: Any, provider: Provider
) -> None:
    choose(alice, digest=True, sms=True, allows_sms=True)
    settings.SMS_URL, settings.SMS_TOKEN = provider.url, "secret"
    with entered(alice) as by:
        (strat,) = record_event(case, PracticeEvent.HARM_SUSPECTED, at=timezone.now(), by=by)
    time_comes(strat, "due_now")
    work()
    send()

    assert len(sink.messages) == 1
    [text] = provider.delivered.values()
    assert text["to"] == "01632 960001"
    assert text["text"].startswith("Safeguard: URGENT")
    assert case.spoken_reference in text["text"]


def test_after_a_day_off_only_the_last_of_several_stages_is_sent_and_says_that_it_is_late(
    agreed: Deadline, sink: Sink
) -> None:
    with as_owner():
        now = timezone.now()
        for number, stage in enumerate(("before", "due_day", "overdue_1")):
            ReminderStage.objects.filter(subject=agreed.uuid, stage=stage).update(
                due_at=now - timedelta(hours=20 - 5 * number), made_at=now - timedelta(days=30)
            )
    work()
    gather()
    send()

    [mail] = sink.messages
    assert "Some of this comes late" in mail.get_payload(decode=True).decode()
    assert outcome(agreed, "before") == outcome(agreed, "due_day") == f"{reminders.LATER}: told as owner: 1"


# --- Bad addresses and servers that are away ------------------------------------------------------


def test_somebody_without_an_address_has_it_in_the_inbox_and_the_record_says_so(
    agreed: Deadline, alice: Person
) -> None:
    with as_owner():
        User.objects.filter(pk=alice.user.pk).update(email="")
    time_comes(agreed, "due_day")
    work()

    assert refusals()["Alice"] == "no e-mail address is known: it is in the inbox only"
    with as_owner():
        assert InboxItem.objects.filter(recipient=alice.user, kind="reminder.deadline").exists()


def test_a_bouncing_address_is_tried_again_with_back_off_then_the_manager_is_told(
    agreed: Deadline, maggie: Person, sink: Sink
) -> None:
    sink.rcpt_answer = "550 no such mailbox"
    time_comes(agreed, "due_day")
    work()
    for attempt in range(1, delivery.TRIES_OF_REMINDER + 1):
        assert send() == 1
        with as_owner():
            row = OutboxMessage.objects.get(kind="reminder.deadline")
            assert row.attempts == attempt
            assert row.due_at > timezone.now(), "it waits before the next try"
            OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()

    with as_owner():
        assert OutboxMessage.objects.filter(failed_at__isnull=False).count() == 1
    assert ("Maggie", "manager") in told()
    with as_owner():
        item = InboxItem.objects.get(recipient=maggie.user)
    assert item.title.startswith("A reminder could not be delivered")


def test_a_mail_server_that_is_down_for_a_day_loses_nothing(agreed: Deadline, sink: Sink, settings: Any) -> None:
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    time_comes(agreed, "due_day")
    work()
    away, attempts = timedelta(), 0
    while away < timedelta(days=1):
        send()
        attempts += 1
        away += delivery.pause_after(attempts)
        with as_owner():
            OutboxMessage.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
    with as_owner():
        assert OutboxMessage.objects.get(kind="reminder.deadline").failed_at is None
    settings.EMAIL_PORT = port
    send()

    assert len(sink.messages) == 1


def test_without_an_sms_provider_what_waits_stays(case: Case, alice: Person, sink: Sink) -> None:
    choose(alice, sms=True, allows_sms=True)
    with entered(alice) as by:
        (strat,) = record_event(case, PracticeEvent.HARM_SUSPECTED, at=timezone.now(), by=by)
    time_comes(strat, "due_now")
    work()
    send()

    with as_owner():
        waiting = OutboxMessage.objects.get(channel="sms")
    assert (waiting.sent_at, waiting.failed_at) == (None, None)
    assert waiting.attempts == 0, "it counts no attempt, and so is never given up"
    assert waiting.due_at > timezone.now()


# --- Providers ------------------------------------------------------------------------------------


def test_a_message_that_is_handed_over_twice_is_delivered_once(
    agreed: Deadline, settings: Any, provider: Provider
) -> None:
    settings.EMAIL_PROVIDER_URL = provider.url
    time_comes(agreed, "due_day")
    work()
    send()
    with as_owner():  # as if the worker had died between "accepted" and its commit
        OutboxMessage.objects.update(sent_at=None)
    send()

    assert provider.calls == 2
    assert len(provider.delivered) == 1


@pytest.mark.parametrize(
    ("status", "final"),
    [
        *((status, False) for status in (401, 403, 404, 408, 429, 500, 503)),
        *((status, True) for status in (400, 410, 413, 422)),
    ],
)
def test_a_provider_that_fails_is_tried_again_and_one_that_refuses_for_good_is_not(
    agreed: Deadline, settings: Any, provider: Provider, status: int, final: bool
) -> None:
    settings.EMAIL_PROVIDER_URL, provider.status = provider.url, status
    time_comes(agreed, "due_day")
    work()
    for _ in range(3):
        send()
        with as_owner():
            OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    with as_owner():
        row = OutboxMessage.objects.get(kind="reminder.deadline")

    assert (row.failed_at is not None) == final


# --- Twice, and told ------------------------------------------------------------------------------


def test_resolving_a_stage_again_adds_nothing(agreed: Deadline, sink: Sink) -> None:
    time_comes(agreed, "due_day")
    work()
    with as_owner():
        ReminderStage.objects.update(resolved_at=None)
    work()
    send()

    assert len(sink.messages) == 1
    with as_owner():
        assert InboxItem.objects.filter(kind="reminder.deadline").count() == 1


def test_the_task_resolves_gathers_and_sends(agreed: Deadline, sink: Sink) -> None:
    time_comes(agreed, "due_day")
    with the_worker():
        remind()

    assert len(sink.messages) == 1


def test_a_kind_that_nothing_knows_is_settled_and_holds_up_nobody(agreed: Deadline) -> None:
    with as_owner():
        ReminderStage.objects.create(kind="riddle", subject=uuid4(), stage="x", occasion="1", due_at=timezone.now())
    time_comes(agreed, "due_day")
    work()

    assert told() == [("Alice", "owner")]


# --- Texts and the operator -----------------------------------------------------------------------


def test_an_administrators_text_is_used(agreed: Deadline, sink: Sink) -> None:
    with as_owner():
        ReminderText.objects.create(code="one", text="Dear colleague: {title}. {link}")
    time_comes(agreed, "due_day")
    work()
    send()

    assert sink.messages[0].get_payload(decode=True).decode().startswith("Dear colleague: Due ")


def command(*arguments: str) -> str:
    out = StringIO()
    with the_worker():
        call_command("reminders", *arguments, stdout=out)
    return out.getvalue()


def test_an_operator_is_told_how_reminders_stand_and_why(
    agreed: Deadline, alice: Person, adam: Person, sink: Sink
) -> None:
    time_comes(agreed, "due_day")
    work()
    send()

    assert "sent: 1" in command("status")
    said = command("why", str(agreed.uuid))
    assert f"{alice.user.uuid} as owner by email: sent after 1 attempt" in said
    assert "overdue_1" in said
    assert "Alice" not in said
    with pytest.raises(CommandError, match="No reminders are known"):
        command("why", "nonsense")
    page = adam.client.get(f"/reminders/?subject={agreed.uuid}").text
    assert "sent after 1 attempt" in page
    assert alice.client.get("/reminders/").status_code == 404


def test_an_operator_tries_again_what_was_given_up(agreed: Deadline, sink: Sink) -> None:
    time_comes(agreed, "due_day")
    work()
    with as_owner():
        OutboxMessage.objects.update(failed_at=timezone.now(), attempts=F("attempts") + 14)
        Reminder.objects.update(failed_at=timezone.now(), attempts=14)
    assert "failed: 1" in command("status")

    assert "Due again: 1" in command("retry")
    send()
    assert len(sink.messages) == 1
