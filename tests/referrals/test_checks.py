"""Triage asks another agency, which reads the question and what triage tells, and no more; triage reads the answer."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from referrals import beyond_sight, reminding_checks
from referrals.actions import life
from referrals.actions.checks import ask_agency
from referrals.codes import Outcome, Rating
from referrals.models import AgencyCheck, Referral, ReferralStep
from safeguard.notifications.models import InboxItem, ReminderStage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.notifications.reminder_steps import told, work
from tests.referrals.conftest import refer

pytestmark = pytest.mark.django_db
TOLD, QUESTION, ANSWER = "Robin Example, 3 March 2016", "Is Robin known to you?", "Two calls in May."


def ask(person: Person, referral: Referral, of: Person, **more: str) -> Any:
    page = reverse("referrals:check_ask", args=[referral.uuid])
    fields = {"agency": str(of.membership.agency.uuid), "told": TOLD, "question": QUESTION}
    return person.client.post(page, {"idempotency_key": str(uuid4())} | fields | more)


def made() -> AgencyCheck:
    with as_owner():
        return AgencyCheck.objects.get()


def page_of(check: AgencyCheck) -> str:
    return reverse("referrals:check_answer", args=[check.uuid])


def answer(person: Person, text: str = ANSWER) -> Any:
    return person.client.post(page_of(made()), {"idempotency_key": str(uuid4()), "answer": text})


def titles(person: Person, kind: str) -> list[str]:
    with as_owner():
        return [each.title for each in InboxItem.objects.filter(recipient=person.user, kind=kind)]


def comes(stage: str) -> str:
    with as_owner():
        mine = ReminderStage.objects.get(kind=reminding_checks.KIND, stage=stage)
        ReminderStage.objects.filter(pk=mine.pk).update(due_at=timezone.now() - timedelta(minutes=1), resolved_at=None)
    work()
    with as_owner():
        return ReminderStage.objects.get(pk=mine.pk).outcome


def test_the_agency_that_is_asked_answers_on_its_own_page_and_triage_reads_it(
    sent: Referral, tess: Person, olive: Person, tariq: Person
) -> None:
    assert ask(tess, sent, olive).status_code == 302
    assert titles(olive, "agency_check.asked") == ["Northshire children’s services asks your agency about a child"]
    assert page_of(made()) in olive.client.get(reverse("referrals:checks")).text

    shown = olive.client.get(page_of(made())).text
    assert TOLD in shown
    assert QUESTION in shown
    assert answer(olive).headers["Location"] == reverse("referrals:checks")

    triage = tess.client.get(reverse("referrals:triage", args=[sent.uuid])).text
    assert ANSWER in triage
    assert titles(tess, "agency_check.answered") == [
        f"Referral {sent.spoken_reference}: an agency answered what you asked"
    ]
    assert ANSWER in olive.client.get(page_of(made())).text  # their own stays theirs
    assert ANSWER not in tariq.client.get(reverse("referrals:referral", args=[sent.uuid])).text


def test_whoever_is_asked_sees_nothing_of_the_referral(sent: Referral, tess: Person, olive: Person) -> None:
    ask(tess, sent, olive)

    pages = [page_of(made()), reverse("referrals:checks")]
    shown = "".join(olive.client.get(page).text for page in pages)
    assert not [word for word in (sent.facts, sent.spoken_reference, "Tariq", "Oakfield") if word in shown]
    assert olive.client.get(reverse("referrals:triage", args=[sent.uuid])).status_code == 404
    with entered(olive):
        assert not Referral.objects.exists()
        assert not ReferralStep.objects.exists()


@pytest.mark.parametrize("who", ["tariq", "daisy", "hana", "alice", "maggie", "tess"])
def test_nobody_else_reads_or_answers_for_the_agency(
    who: str, sent: Referral, tess: Person, olive: Person, request: pytest.FixtureRequest
) -> None:
    other: Person = request.getfixturevalue(who)
    ask(tess, sent, olive)

    assert other.client.get(page_of(made())).status_code == 404
    assert answer(other).status_code == 404
    with entered(other) as by:
        seen = AgencyCheck.objects.count()
        assert seen == AgencyCheck.objects.visible_to(by).count() == (who in {"maggie", "tess"})


def test_whoever_is_kept_from_the_referral_is_not_asked_about_it(
    tariq: Person, daisy: Person, tess: Person, social_care: Place, england: None
) -> None:
    made_of = refer(tariq, social_care, kept_from=(daisy.user,))
    ask(tess, made_of, daisy)

    assert titles(daisy, "agency_check.asked") == []
    assert daisy.client.get(page_of(made())).status_code == 404
    with entered(daisy) as by:
        assert not AgencyCheck.objects.exists()
        assert not AgencyCheck.objects.visible_to(by).exists()


@pytest.mark.parametrize("who", ["maggie", "tariq", "olive", "alice"])
def test_only_triage_asks(who: str, sent: Referral, olive: Person, request: pytest.FixtureRequest) -> None:
    assert ask(request.getfixturevalue(who), sent, olive).status_code == 404
    with as_owner():
        assert not AgencyCheck.objects.exists()


@pytest.mark.parametrize("wrong", ["told", "question"])
def test_without_words_nothing_is_asked_and_nobody_asks_their_own_agency(
    wrong: str, sent: Referral, tess: Person, olive: Person
) -> None:
    assert ask(tess, sent, olive, **{wrong: " "}).status_code == 422
    assert ask(tess, sent, tess).status_code == 422
    with pytest.raises(ValidationError, match="Nothing was asked"), entered(tess) as by:
        ask_agency(sent, tess.membership.agency, told="x", question="y", by=by)
    with as_owner():
        assert not AgencyCheck.objects.exists()


def test_two_of_an_agency_answer_once_and_what_the_second_typed_is_kept(
    sent: Referral, tess: Person, olive: Person
) -> None:
    ask(tess, sent, olive)
    answer(olive)

    second = answer(olive, "Nothing is known.")

    assert second.status_code == 422
    assert "somebody of your agency has answered meanwhile" in second.text
    assert "Nothing is known." in second.text
    assert made().answer == ANSWER


def test_once_it_is_decided_nobody_is_asked_and_nobody_is_reminded(sent: Referral, tess: Person, olive: Person) -> None:
    ask(tess, sent, olive)
    with entered(tess) as by:
        life.take(sent, Rating.GREEN, version=1, by=by)
        decision = life.Decision(outcome=Outcome.ADVICE, rationale="Seen.", reasons="Offer the group.")
        life.decide(sent, decision, version=2, by=by)

    assert ask(tess, sent, olive).status_code == 404
    assert comes("due_day") == reminding_checks.NOT_WANTED
    assert answer(olive).status_code == 302  # what they know is not lost


def test_it_reminds_those_who_answer_and_stops_with_the_answer(sent: Referral, tess: Person, olive: Person) -> None:
    ask(tess, sent, olive)

    comes("due_day")
    assert told() == [("Olive", "team")]
    assert titles(olive, "reminder.agency_check")[0].startswith(
        "Northshire children’s services asks your agency about a child: answer by "
    )
    answer(olive)
    assert comes("overdue_1") == reminding_checks.NOT_WANTED


def test_the_database_lets_each_side_write_its_own_alone(sent: Referral, tess: Person, olive: Person) -> None:
    ask(tess, sent, olive)
    change = "UPDATE referrals_agencycheck SET answer = 'x', answered_by_id = %s, answered_at = now()"
    with entered(tess), connection.cursor() as cursor:
        cursor.execute(change, [tess.user.pk])
        assert cursor.rowcount == 0
    with pytest.raises(DatabaseError, match="permission denied"), entered(olive), connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_agencycheck SET question = 'x'")
    with entered(olive):
        assert beyond_sight.asked_check(made().pk) is None  # the worker's
        assert beyond_sight.told_of_check(made().pk) is None  # before it is answered
