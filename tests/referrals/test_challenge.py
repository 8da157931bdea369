"""The referrer's side challenges a decision, stage by stage; the receiving side answers, and each sees what is said."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from referrals.actions import life
from referrals.actions.challenges import take_challenge_step
from referrals.actions.life import Decision
from referrals.challenge import Kind
from referrals.codes import Outcome, Rating
from referrals.models import ChallengeStep, Referral
from referrals.reminding import CHALLENGED, OVER, UNANSWERED
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.factories import as_owner
from tests.notifications.reminder_steps import told
from tests.referrals.test_reminders import comes, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(sent: Referral, tess: Person) -> Referral:
    """The referral decided, and its outcome told."""
    decision = Decision(outcome=Outcome.NO_ASSESSMENT, rationale="A fall.", reasons="The GP has seen it.")
    with entered(tess) as by:
        life.take(sent, Rating.AMBER, version=1, by=by)
        life.decide(sent, decision, version=2, by=by)
    with as_owner():
        return Referral.objects.get(pk=sent.pk)


def take(person: Person, referral: Referral, kind: str, text: str = "No doctor has seen it.", **more: Any) -> Any:
    with as_owner():
        number = ChallengeStep.objects.filter(referral=referral).count() + 1
    address = reverse("referrals:challenge", args=[referral.uuid, kind])
    fields = {"idempotency_key": str(uuid4()), "number": str(number), "text": text}
    return person.client.post(address, fields | more)


def steps(referral: Referral) -> list[tuple[str, int]]:
    with as_owner():
        found = ChallengeStep.objects.filter(referral=referral).order_by("number")
        return list(found.values_list("kind", "stage"))


def time_passes(referral: Referral) -> None:
    with as_owner():
        ChallengeStep.objects.filter(referral=referral, kind="raise").update(
            answer_by=timezone.now() - timedelta(minutes=1)
        )


def page(person: Person, referral: Referral, name: str = "referral") -> str:
    text: str = person.client.get(reverse(f"referrals:{name}", args=[referral.uuid])).text
    return text


def noted(person: Person) -> set[str]:
    with as_owner():
        return {each.title for each in InboxItem.objects.filter(recipient=person.user, kind="referral.challenge")}


def test_the_referrer_challenges_triage_answers_and_it_is_settled(
    decided: Referral, tariq: Person, daisy: Person, tess: Person
) -> None:
    assert take(daisy, decided, "raise").status_code == 302
    assert "No doctor has seen it." in page(tess, decided, "triage")
    assert noted(tess) == {f"The decision on referral {decided.spoken_reference} is challenged"}

    assert take(tess, decided, "answer", "The GP has, on Monday.").status_code == 302
    assert "The GP has, on Monday." in page(tariq, decided)
    assert noted(tariq) == {f"Your challenge of the decision on referral {decided.spoken_reference} was answered"}

    assert take(tariq, decided, "settle", "").status_code == 302
    assert steps(decided) == [("raise", 1), ("answer", 1), ("settle", 1)]
    assert take(tariq, decided, "raise").status_code == 302  # anew, from the first stage
    assert steps(decided)[-1] == ("raise", 1)


def test_unsatisfied_or_unanswered_in_time_it_goes_up_where_managers_answer(
    decided: Referral, tariq: Person, tess: Person, maggie: Person
) -> None:
    take(tariq, decided, "raise")
    assert take(tariq, decided, "raise").status_code == 404  # the answer is still to come
    take(tess, decided, "answer", "A fall.")
    assert "Go up to stage 2" in page(tariq, decided)
    take(tariq, decided, "raise")
    assert noted(maggie) == {f"The decision on referral {decided.spoken_reference} is challenged"}
    assert take(tess, decided, "answer", "A fall.").status_code == 404
    time_passes(decided)
    assert "Overdue" in page(maggie, decided, "triage")

    assert take(tariq, decided, "raise").status_code == 302
    assert take(maggie, decided, "answer", "We assess.").status_code == 302
    assert steps(decided) == [("raise", 1), ("answer", 1), ("raise", 2), ("raise", 3), ("answer", 3)]


def test_there_is_no_stage_above_the_last(decided: Referral, tariq: Person) -> None:
    for _stage in range(4):
        assert take(tariq, decided, "raise").status_code == 302
        time_passes(decided)

    assert take(tariq, decided, "raise").status_code == 404
    assert steps(decided)[-1] == ("raise", 4)


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("tess", "raise"),
        ("maggie", "raise"),
        ("tess", "settle"),
        ("tariq", "answer"),
        ("hana", "raise"),
        ("olive", "answer"),
    ],
)
def test_each_step_is_for_its_side_alone(
    who: str, kind: str, decided: Referral, tariq: Person, request: pytest.FixtureRequest
) -> None:
    take(tariq, decided, "raise")

    assert take(request.getfixturevalue(who), decided, kind).status_code == 404
    assert steps(decided) == [("raise", 1)]


def test_before_the_outcome_is_told_there_is_nothing_to_challenge(sent: Referral, tariq: Person) -> None:
    assert take(tariq, sent, "raise").status_code == 404
    assert "Challenge the decision" not in page(tariq, sent)
    assert tariq.client.get(reverse("referrals:challenge", args=[sent.uuid, "nonsense"])).status_code == 404


def test_two_at_once_make_one_step_and_what_was_typed_is_kept(decided: Referral, tariq: Person, daisy: Person) -> None:
    take(tariq, decided, "raise")
    time_passes(decided)
    take(tariq, decided, "raise")
    time_passes(decided)

    late = take(daisy, decided, "raise", "From a colleague.", number="2")

    assert late.status_code == 422
    assert "From a colleague." in late.text
    assert steps(decided) == [("raise", 1), ("raise", 2)]


def test_without_words_nothing_is_challenged(decided: Referral, tariq: Person) -> None:
    assert take(tariq, decided, "raise", " ").status_code == 422
    with pytest.raises(ValidationError, match="Write what you say"), entered(tariq) as by:
        take_challenge_step(decided, Kind.RAISE, text=" ", number=1, by=by)


def test_the_database_takes_a_step_from_its_side_alone(decided: Referral, tess: Person, tariq: Person) -> None:
    insert = (
        "INSERT INTO referrals_challengestep (uuid, referral_id, number, stage, kind, text, made_by_id, made_for_id)"
        " VALUES (gen_random_uuid(), %s, 1, 1, %s, 'x', %s, %s)"
    )
    for person, kind in ((tess, "raise"), (tariq, "answer")):
        row: list[Any] = [decided.pk, kind, person.user.pk, person.membership.agency_id]
        with pytest.raises(DatabaseError, match="row-level security"), entered(person), connection.cursor() as cursor:
            cursor.execute(insert, row)


def test_a_challenge_reminds_whoever_answers_and_tells_its_side_when_it_can_go_up(
    decided: Referral, tariq: Person, tess: Person, maggie: Person
) -> None:
    take(tariq, decided, "raise")
    comes(CHALLENGED, decided, "due_day")
    assert told() == [("Tess", "owner")]
    assert titles(tess)[0].startswith(f"Answer the challenge on referral {decided.spoken_reference} by ")

    comes(UNANSWERED, decided, "due_day")
    assert titles(tariq)[0].startswith(f"Your challenge on referral {decided.spoken_reference} should be answered by ")

    take(tess, decided, "answer", "A fall.")
    assert comes(CHALLENGED, decided, "overdue_2") == OVER
    take(tariq, decided, "raise")
    comes(CHALLENGED, decided, "due_day")
    assert told()[-1] == ("Maggie", "manager")


def test_opened_again_it_reminds_nobody_of_the_old_challenge(decided: Referral, tariq: Person) -> None:
    take(tariq, decided, "raise")
    with entered(tariq) as by:
        life.reopen(decided, text="A burn", by=by)

    assert comes(CHALLENGED, decided, "overdue_2") == OVER
