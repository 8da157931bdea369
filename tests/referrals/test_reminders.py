"""The clocks of a referral climb the ladder of reminders: triage, its managers, and the referrer who was asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.models import PracticeProfile
from agencies.roles import Role
from cases.actions.children import NewChild, record_child
from referrals import beyond_sight, reminding
from referrals.actions import life
from referrals.actions.keeping import keep_out
from referrals.actions.life import Decision
from referrals.actions.public import Report, report
from referrals.codes import Outcome, Rating, Source
from referrals.models import Referral, ReferralHold
from referrals.reminding import ACKNOWLEDGED, ANSWERED, DECIDED, Reminded
from safeguard.audit.actor import Actor
from safeguard.notifications import reminders
from safeguard.notifications.models import InboxItem, Reminder, ReminderStage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user
from tests.notifications.reminder_steps import refusals, send, the_worker, told, work
from tests.referrals.conftest import ROBIN, refer

pytestmark = pytest.mark.django_db
ADVICE = Decision(outcome=Outcome.ADVICE, rationale="Seen.", reasons="Offer the group.")


@pytest.fixture
def tom(social_care: Place) -> Person:
    """A second triage officer."""
    user = make_user("Tom Triage")
    return Person(user, make_membership(user, social_care.agency, Role.TRIAGE_OFFICER, teams=(social_care.team,)))


def do(action: Callable[..., None], referral: Referral, person: Person, *args: Any, **words: Any) -> Referral:
    with entered(person) as by:
        action(referral, *args, version=referral.version, **words, by=by)
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def stages(kind: Reminded, referral: Referral) -> Any:
    return ReminderStage.objects.filter(kind=kind.kind, subject=kind.key(referral.pk))


def comes(kind: Reminded, referral: Referral, stage: str) -> str:
    """Let the newest occasion's ``stage`` come, and the worker work; return what became of it."""
    with as_owner():
        mine = stages(kind, referral).filter(stage=stage).latest("pk")
        ReminderStage.objects.filter(pk=mine.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    work()
    with as_owner():
        return ReminderStage.objects.get(pk=mine.pk).outcome


def titles(person: Person) -> list[str]:
    with as_owner():
        return [each.title for each in InboxItem.objects.filter(recipient=person.user, kind__startswith="reminder.")]


# --- Acknowledging and deciding ---------------------------------------------------------------------


def test_everybody_in_triage_is_reminded_to_acknowledge_and_to_decide(
    sent: Referral, tess: Person, tom: Person
) -> None:
    comes(ACKNOWLEDGED, sent, "due_day")
    comes(DECIDED, sent, "due_day")

    assert told() == [("Tess", "team"), ("Tom", "team")] * 2
    decide, acknowledge = sorted(titles(tess), reverse=True)
    assert acknowledge.startswith(f"Acknowledge referral {sent.spoken_reference} by ")
    assert decide.startswith(f"Decide on referral {sent.spoken_reference} by ")
    with as_owner():
        row = InboxItem.objects.filter(kind="reminder.referral_decide").latest("pk")
    assert row.path == reverse("referrals:triage", args=[sent.uuid])


def test_no_childs_name_is_in_a_reminder_nor_in_its_mail(sent: Referral, tess: Person) -> None:
    comes(DECIDED, sent, "due_day")
    send()

    with as_owner():
        said = [each.title + each.path for each in Reminder.objects.all()]
    assert said
    assert not [each for each in said if ROBIN["given"] in each or ROBIN["surname"] in each]


def test_once_taken_it_is_its_officers_and_nobody_acknowledges_any_more(
    sent: Referral, tess: Person, tom: Person
) -> None:
    taken = do(life.take, sent, tess, Rating.GREEN)

    assert comes(ACKNOWLEDGED, taken, "due_day") == reminding.OVER
    comes(DECIDED, taken, "due_day")
    assert told() == [("Tess", "owner")]


def test_what_is_rated_red_climbs_the_urgent_ladder_and_the_slower_stages_fall_away(
    sent: Referral, tess: Person
) -> None:
    with as_owner():
        slow = list(stages(DECIDED, sent).values_list("pk", flat=True))
    taken = do(life.take, sent, tess, Rating.RED)

    with as_owner():
        new = stages(DECIDED, taken).exclude(pk__in=slow)
        assert set(new.values_list("stage", flat=True)) >= {"due_now", "urgent_manager"}
        assert all(new.values_list("urgent", flat=True))
        ReminderStage.objects.filter(pk=slow[-1]).update(due_at=timezone.now() - timedelta(minutes=1))
    work()
    with as_owner():
        assert ReminderStage.objects.get(pk=slow[-1]).outcome == reminding.OVER
    comes(DECIDED, taken, "due_now")
    assert titles(tess)[-1].startswith("URGENT: ")


def test_overdue_it_reaches_the_managers(sent: Referral, tess: Person, maggie: Person) -> None:
    do(life.take, sent, tess, Rating.GREEN)
    comes(DECIDED, sent, "overdue_2")

    assert told() == [("Maggie", "manager")]


def test_without_anybody_in_triage_the_managers_are_reminded_in_their_place(
    tariq: Person, maggie: Person, social_care: Place, england: None
) -> None:
    made = refer(tariq, social_care)
    assert comes(DECIDED, made, "due_day") == "told as manager: 1"


def test_a_proposal_is_its_managers_to_sign(sent: Referral, tess: Person, maggie: Person) -> None:
    with as_owner():
        PracticeProfile.objects.update(codes=[{"list": "referral_sign_off", "code": "advice"}])
    do(life.decide, do(life.take, sent, tess, Rating.GREEN), tess, ADVICE)

    comes(DECIDED, sent, "due_day")
    assert told() == [("Maggie", "manager")]


def test_decided_withdrawn_or_opened_again_the_old_clock_reminds_nobody(
    sent: Referral, tess: Person, tariq: Person
) -> None:
    decided = do(life.decide, do(life.take, sent, tess, Rating.GREEN), tess, ADVICE)
    assert comes(DECIDED, decided, "overdue_2") == reminding.OVER
    again = do(life.reopen, decided, tariq, text="More")

    assert comes(ACKNOWLEDGED, again, "due_day") == "told as owner: 1"
    assert told() == [("Tess", "team")]
    gone = do(life.withdraw, again, tariq, text="A mistake")
    assert comes(DECIDED, gone, "due_day") == reminding.OVER


def test_whoever_is_kept_out_hears_nothing_also_not_after_it_was_worked_out(
    sent: Referral, tess: Person, tom: Person, maggie: Person, social_care: Place
) -> None:
    comes(DECIDED, sent, "due_day")
    with entered(maggie) as by:
        keep_out(sent, tom.user, reason="Their niece", by=by)
        child = record_child(NewChild(given="Robin"), team=social_care.team, by=by)
    with as_owner():
        ReferralHold.objects.create(referral=sent, person=tess.user, child=child)
        messages = [each.message for each in Reminder.objects.exclude(message=None).order_by("pk")]
    with the_worker():
        kept = [reminders.still_to_send(each) for each in messages if each]

    assert kept == [[], []]
    assert set(refusals().values()) == {"they have no access to the referral"}
    with as_owner():
        ReminderStage.objects.update(due_at=timezone.now() + timedelta(days=9), resolved_at=None)
    comes(DECIDED, sent, "overdue_1")
    assert ("Maggie", "manager") in told()


# --- A question -------------------------------------------------------------------------------------


def test_a_question_reminds_its_writer_then_their_team_then_their_managers(
    sent: Referral, tess: Person, tariq: Person, daisy: Person
) -> None:
    asked = do(life.ask, do(life.take, sent, tess, Rating.GREEN), tess, text="Which arm?")

    comes(ANSWERED, asked, "due_day")
    assert told() == [("Tariq", "owner")]
    assert titles(tariq)[0].startswith(f"A question about your referral {sent.spoken_reference} waits")
    comes(ANSWERED, asked, "overdue_1")
    assert ("Daisy", "team") in told()
    with as_owner():
        row = InboxItem.objects.filter(kind="reminder.referral_answer").latest("pk")
    assert row.path == reverse("referrals:referral", args=[sent.uuid])


def test_answered_it_reminds_nobody_and_a_new_question_begins_anew(sent: Referral, tess: Person, tariq: Person) -> None:
    asked = do(life.ask, do(life.take, sent, tess, Rating.GREEN), tess, text="Which arm?")
    answered = do(life.answer, asked, tariq, text="The left")
    assert comes(ANSWERED, answered, "due_day") == reminding.OVER

    again = do(life.ask, answered, tess, text="Has a doctor seen it?")
    assert comes(ANSWERED, again, "due_day") == "told as owner: 1"


# --- What the sweep finds ---------------------------------------------------------------------------


def test_the_sweep_plans_for_what_somebody_without_an_account_sent_and_once(
    tess: Person, social_care: Place, england: None
) -> None:
    new = Report(source=Source.PUBLIC, said={"urgency": 2, "facts": "f"}, reporter={}, to_agency=social_care.agency)
    report(new, key=social_care.agency.uuid, by=Actor(job="public report"))
    with the_worker():
        planned = [reminders.sweep() for _twice in range(2)]

    assert planned[0] > 0
    assert planned[1] == 0
    with as_owner():
        made = Referral.objects.get()
        # Nothing is late that came just now.
        assert not ReminderStage.objects.filter(due_at__lte=made.received_at).exists()
    assert comes(DECIDED, made, "due_day") == "told as owner: 1"


def test_what_was_planned_with_its_step_is_planned_by_no_sweep(sent: Referral, tess: Person) -> None:
    do(life.ask, do(life.take, sent, tess, Rating.GREEN), tess, text="Which arm?")
    with the_worker():
        assert [list(kind.unplanned(9)) for kind in reminding.KINDS] == [[]] * 5


def test_only_the_worker_asks_for_clocks(sent: Referral, tess: Person) -> None:
    with entered(tess):
        assert beyond_sight.clock(DECIDED.kind, sent.pk) is None
        assert beyond_sight.unplanned_clocks(DECIDED.kind, 9) == []
    with the_worker():
        assert beyond_sight.clock(DECIDED.kind, sent.pk)
