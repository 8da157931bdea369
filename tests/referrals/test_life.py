"""Triage works a referral from its receipt to its close, the referrer hears back, and nobody decides twice."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.models import ContactPoint, PracticeProfile
from referrals.actions import life
from referrals.actions.life import Decision
from referrals.codes import NEXT, Outcome, Rating
from referrals.lifecycle import State
from referrals.models import Referral, ReferralStep, TriageNote
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import refer

NOT_NEEDED = Decision(
    outcome=Outcome.NO_ASSESSMENT, rationale="Checked with health: a fall.", reasons="The GP has seen the bruise."
)


def do(action: Callable[..., None], referral: Referral, person: Person, *args: Any, **words: Any) -> Referral:
    """Take a step as ``person``, who saw the referral as it is given; return it as it is then."""
    shown = {} if action in {life.answer, life.withdraw, life.reopen} else {"version": referral.version}
    with entered(person) as by:
        action(referral, *args, **shown, **words, by=by)
    return now(referral)


def now(referral: Referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=referral.pk)


def told(person: Person) -> set[str]:
    with as_owner():
        return {item.title for item in InboxItem.objects.filter(recipient=person.user)}


@pytest.fixture
def taken(sent: Referral, tess: Person) -> Referral:
    """The referral in triage, rated amber, with Tess."""
    return do(life.take, sent, tess, Rating.AMBER)


@pytest.fixture
def decided(taken: Referral, tess: Person) -> Referral:
    """The referral decided, and its outcome told."""
    return do(life.decide, taken, tess, NOT_NEEDED)


def page(person: Person, referral: Referral, name: str = "referral") -> str:
    text: str = person.client.get(reverse(f"referrals:{name}", args=[referral.uuid])).text
    return text


def post(person: Person, referral: Referral, action: str, **fields: Any) -> Any:
    address = reverse("referrals:step", args=[referral.uuid, action])
    return person.client.post(address, {"version": referral.version, "idempotency_key": str(uuid4())} | fields)


# --- The way through ------------------------------------------------------------------------------


def test_the_queue_shows_the_most_urgent_first_and_what_is_overdue(
    tariq: Person, tess: Person, social_care: Place, england: None
) -> None:
    for number, urgency in ((1, 3), (2, 2)):
        shared = {"urgency": urgency, "facts": "f", "parents_told": "yes", "consent": "given"}
        refer(tariq, social_care, shared=shared, children=[{"given": f"Child{number}"}])
    with as_owner():
        Referral.objects.filter(given="Child1").update(decide_by=timezone.now())

    text = tess.client.get(reverse("referrals:queue")).text

    assert text.index("Child2") < text.index("Child1")
    assert text.index("Child1") < text.index("Overdue")


def test_acknowledging_stops_that_clock_and_tells_the_referrer(sent: Referral, tess: Person, tariq: Person) -> None:
    moved = do(life.acknowledge, sent, tess)

    assert (moved.state, moved.version) == (State.ACKNOWLEDGED, 2)
    assert moved.acknowledged_at
    assert f"Your referral {sent.spoken_reference} was acknowledged" in told(tariq)


def test_taking_it_rates_it_names_who_has_it_and_shortens_the_clock(
    sent: Referral, tess: Person, tariq: Person
) -> None:
    moved = do(life.take, sent, tess, Rating.RED)

    assert (moved.rating, moved.priority, moved.held_by_id) == ("red", 1, tess.user.pk)
    assert moved.acknowledged_at
    assert moved.decide_by
    assert sent.decide_by
    assert moved.decide_by < sent.decide_by
    assert "Tess Tanner" in page(tariq, moved)


def test_a_question_goes_to_the_referrer_and_the_answer_back(
    taken: Referral, tess: Person, tariq: Person, daisy: Person
) -> None:
    asked = do(life.ask, taken, tess, text="Who collects the child?")
    shown = page(tariq, asked)
    answered = post(daisy, asked, "answer", text="The grandmother does.")

    assert "Who collects the child?" in shown
    assert "Answer the question" in shown
    assert answered.headers["Location"] == reverse("referrals:referral", args=[asked.uuid])
    assert now(asked).state == State.IN_TRIAGE
    assert f"Referral {asked.spoken_reference}: your question was answered" in told(tess)
    assert "The grandmother does." in page(tess, asked, "triage")


def test_the_referrer_reads_the_decision_its_reasons_what_is_next_and_how_to_challenge_it(
    decided: Referral, tariq: Person
) -> None:
    text = page(tariq, decided)

    assert decided.state == State.FED_BACK
    assert decided.decided_at
    for words in ("No social care assessment", "The GP has seen the bruise.", str(NEXT[Outcome.NO_ASSESSMENT])[:40]):
        assert words in text
    assert "stage 2 manager-to-manager" in text


def test_the_rationale_stays_with_triage(decided: Referral, tariq: Person, tess: Person, maggie: Person) -> None:
    assert "a fall" not in page(tariq, decided) + page(tariq, decided, "referral_print")
    assert "a fall" in page(tess, decided, "triage")
    for person, seen in ((tariq, 0), (tess, 1), (maggie, 1)):
        with entered(person) as by:
            assert TriageNote.objects.count() == TriageNote.objects.visible_to(by).count() == seen


def test_the_e_mail_of_a_decision_names_no_child_and_says_nothing_of_it(decided: Referral, tariq: Person) -> None:
    with as_owner():
        mail = OutboxMessage.objects.get(kind="referral.feed_back")

    assert mail.address == tariq.user.email
    assert decided.spoken_reference in mail.subject
    assert not any(word in mail.subject + mail.body for word in ("Robin", "Example", "bruise", "assessment"))


def test_what_must_wait_is_told_later(taken: Referral, tess: Person, tariq: Person) -> None:
    decision = Decision(outcome=Outcome.PROTECTION, rationale="Strategy discussion", tell_later="Police ask to wait")
    waits = do(life.decide, taken, tess, decision)
    before = page(tariq, waits)
    after = do(life.feed_back, waits, tess, reasons="We hold an enquiry.")

    assert waits.state == State.DECIDED
    assert "Strategy" not in before
    assert "Police ask" not in before
    assert "We hold an enquiry." in page(tariq, after)


def test_closed_it_leaves_the_queue_and_opened_again_it_comes_back_with_new_clocks(
    decided: Referral, tess: Person, tariq: Person
) -> None:
    closed = do(life.close, decided, tess)
    assert "Robin" not in tess.client.get(reverse("referrals:queue")).text

    again = do(life.reopen, closed, tariq, text="A second bruise")

    assert (again.state, again.decided_at, again.acknowledged_at, again.held_by_id) == (
        State.SUBMITTED,
        None,
        None,
        None,
    )
    assert "Robin" in tess.client.get(reverse("referrals:queue")).text
    assert "The GP has seen the bruise." not in page(tariq, again).split("What happened so far")[0]


def test_what_is_closed_or_withdrawn_is_on_a_list_of_its_own_and_can_be_opened_again(
    decided: Referral, tess: Person, maggie: Person, hana: Person
) -> None:
    closed = do(life.close, decided, tess)
    ended = {"show": "ended"}

    shown = tess.client.get(reverse("referrals:queue"), ended).text

    assert closed.spoken_reference in shown
    assert closed.spoken_reference in maggie.client.get(reverse("referrals:queue"), ended).text
    assert hana.client.get(reverse("referrals:queue"), ended).status_code == 404
    assert "Open the referral again" in page(tess, closed, "triage")


def test_what_a_team_sent_goes_on_after_fifty_and_what_asks_something_comes_first(
    taken: Referral, tess: Person, tariq: Person, social_care: Place
) -> None:
    asked = do(life.ask, taken, tess, text="Which arm?")
    for number in range(51):
        refer(tariq, social_care, children=[{"given": f"Child{number}"}])
    address = reverse("referrals:mine")

    first = tariq.client.get(address).text
    following = re.search(r"cursor=[\w-]+", first)

    assert first.index(asked.spoken_reference) < first.index("Child50")
    assert "Child0<" not in first
    assert following
    assert "Child0<" in tariq.client.get(f"{address}?{following[0]}").text


def test_withdrawn_it_tells_triage_which_can_open_it_again(taken: Referral, tess: Person, tariq: Person) -> None:
    gone = do(life.withdraw, taken, tariq, text="A mistake")

    assert gone.state == State.WITHDRAWN
    assert f"Referral {gone.spoken_reference} was withdrawn" in told(tess)
    assert do(life.reopen, gone, tess, text="The child may still need help").state == State.SUBMITTED


def test_opened_again_it_is_unrated_as_urgent_as_is_said_now_and_before_what_is_decided(
    decided: Referral, tess: Person, tariq: Person, social_care: Place
) -> None:
    with as_owner():
        ContactPoint.objects.create(
            agency=social_care.agency, kind=ContactPoint.Kind.DUTY_DESK, email="desk@care.example"
        )
    assert decided.priority == life.DECIDED_RANK

    stale = post(tariq, decided, "reopen", text="A burn", urgency="1", version=decided.version - 1)
    opened = post(tariq, decided, "reopen", text="A burn", urgency="1")

    assert (stale.status_code, opened.status_code) == (422, 302)
    again = now(decided)
    assert (again.state, again.rating, again.priority) == (State.SUBMITTED, "", 1)
    assert "Danger now" in page(tess, again, "triage")
    with as_owner():
        mail = OutboxMessage.objects.get(kind="referral.urgent")
    assert mail.subject == f"Referral {again.spoken_reference} was opened again: a child may be in danger now"


def test_an_answer_to_a_question_that_was_not_read_is_refused(taken: Referral, tess: Person, tariq: Person) -> None:
    first = do(life.ask, taken, tess, text="Which arm?")
    second = do(life.ask, do(life.answer, first, tariq, text="The left"), tess, text="Has a doctor seen it?")

    assert post(tariq, first, "answer", text="The left").status_code == 422
    assert post(tariq, second, "answer", text="Yes").status_code == 302


def test_triage_hears_when_a_team_of_its_own_agency_withdraws_and_opens_again(
    alice: Person, tess: Person, social_care: Place, england: None
) -> None:
    made = refer(alice, social_care)
    gone = do(life.withdraw, made, alice, text="A mistake")
    do(life.reopen, gone, alice, text="It was none")

    titles = {f"Referral {made.spoken_reference} was {how}" for how in ("withdrawn", "opened again")}
    assert titles <= told(tess)


def test_where_triage_is_empty_its_managers_and_the_duty_desk_hear_of_a_referral(
    tariq: Person, maggie: Person, social_care: Place, england: None
) -> None:
    with as_owner():
        ContactPoint.objects.create(
            agency=social_care.agency, kind=ContactPoint.Kind.DUTY_DESK, email="desk@care.example"
        )
    made = refer(tariq, social_care)
    do(life.withdraw, made, tariq, text="A mistake")

    assert {"1 new referral", f"Referral {made.spoken_reference} was withdrawn"} <= told(maggie)
    with as_owner():
        assert OutboxMessage.objects.filter(kind="referral.urgent").count() == 1


# --- Sign-off -------------------------------------------------------------------------------------


@pytest.fixture
def wanted(taken: Referral) -> Referral:
    """The same, where the profile wants a manager's signature under "no assessment"."""
    with as_owner():
        codes = [{"list": "referral_sign_off", "code": "no_assessment"}]
        PracticeProfile.objects.update(codes=codes)
    return taken


def test_where_the_profile_wants_it_a_manager_signs_before_anybody_is_told(
    wanted: Referral, tess: Person, maggie: Person, tariq: Person
) -> None:
    proposed = do(life.decide, wanted, tess, NOT_NEEDED)
    before = page(tariq, proposed)
    signed = do(life.sign_off, proposed, maggie)

    assert proposed.state == State.PROPOSED
    assert f"Referral {wanted.spoken_reference} waits for your signature" in told(maggie)
    assert "No social care assessment" not in before
    assert "signed off" not in before
    assert signed.state == State.FED_BACK
    assert "The GP has seen the bruise." in page(tariq, signed)


def test_sent_back_it_is_in_triage_and_the_referrer_hears_nothing_of_it(
    wanted: Referral, tess: Person, maggie: Person, tariq: Person
) -> None:
    proposed = do(life.decide, wanted, tess, NOT_NEEDED)

    back = post(maggie, proposed, "sign_off", answer="back", text="Ask the school first")

    assert back.status_code == 302
    assert now(proposed).state == State.IN_TRIAGE
    assert "Ask the school first" in page(tess, proposed, "triage")
    assert "Ask the school first" not in page(tariq, proposed)


def test_an_officer_without_the_role_does_not_sign(wanted: Referral, tess: Person) -> None:
    proposed = do(life.decide, wanted, tess, NOT_NEEDED)

    with pytest.raises(Http404):
        do(life.sign_off, proposed, tess)
    assert now(proposed).state == State.PROPOSED


def test_nobody_signs_what_they_proposed_themselves(wanted: Referral, tess: Person) -> None:
    with as_owner():
        tess.membership.roles = ["triage_officer", "manager"]
        tess.membership.save()
    proposed = do(life.decide, wanted, tess, NOT_NEEDED)

    with pytest.raises(ValidationError, match="Somebody other than you"):
        do(life.sign_off, proposed, tess)
    assert now(proposed).state == State.PROPOSED


# --- Two at once, and who may ---------------------------------------------------------------------


def test_two_officers_cannot_decide_one_referral(taken: Referral, tess: Person) -> None:
    other = Decision(outcome=Outcome.PROTECTION, rationale="Enquiry", reasons="We look into it.")
    do(life.decide, taken, tess, NOT_NEEDED)

    second = post(tess, taken, "decide", outcome=other.outcome, rationale="Enquiry", telling="now", reasons="Other")

    assert second.status_code == 422
    assert "Somebody has gone on with this referral" in second.text
    assert "Other" in second.text  # what was typed stays
    with as_owner():
        assert TriageNote.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [({"rationale": " "}, "Give the rationale"), ({"reasons": ""}, "reasons for the referrer")],
)
def test_a_decision_needs_its_rationale_and_its_reasons(
    words: dict[str, str], message: str, taken: Referral, tess: Person
) -> None:
    given = {"rationale": "Because", "reasons": "So"} | words

    with pytest.raises(ValidationError, match=message):
        do(life.decide, taken, tess, Decision(outcome=Outcome.ADVICE, **given))
    assert now(taken).state == State.IN_TRIAGE


@pytest.mark.parametrize("who", ["tariq", "maggie", "alice", "olive", "hana"])
def test_only_triage_takes_and_decides(who: str, sent: Referral, request: pytest.FixtureRequest) -> None:
    person: Person = request.getfixturevalue(who)

    for action in ("acknowledge", "take", "decide"):
        assert post(person, sent, action, rating="red").status_code == 404
    assert now(sent).state == State.SUBMITTED


@pytest.mark.parametrize("who", ["tess", "maggie", "olive", "alice"])
def test_only_the_side_that_sent_it_withdraws_it(who: str, sent: Referral, request: pytest.FixtureRequest) -> None:
    assert post(request.getfixturevalue(who), sent, "withdraw", text="No").status_code == 404
    assert now(sent).state == State.SUBMITTED


def test_a_step_that_cannot_follow_is_refused_in_words(sent: Referral, tess: Person) -> None:
    answer = post(tess, sent, "close")

    assert answer.status_code == 422
    assert "it now stands at “Sent”" in answer.text


def test_the_senders_page_and_the_triage_page_are_each_for_their_side(
    sent: Referral, tess: Person, tariq: Person
) -> None:
    assert tess.client.get(reverse("referrals:referral", args=[sent.uuid])).status_code == 404
    assert tariq.client.get(reverse("referrals:triage", args=[sent.uuid])).status_code == 404
    assert tariq.client.get(reverse("referrals:queue")).status_code == 404
    assert tariq.client.get(reverse("referrals:step", args=[sent.uuid, "nonsense"])).status_code == 404


def test_a_colleague_who_is_kept_from_it_is_told_nothing(
    tariq: Person, daisy: Person, tess: Person, social_care: Place, england: None
) -> None:
    made = refer(tariq, social_care, kept_from=(daisy.user,))
    do(life.acknowledge, made, tess)

    assert told(daisy) == set()
    assert len(told(tariq)) == 1


def test_every_step_is_kept_in_its_order(decided: Referral) -> None:
    with as_owner():
        steps = list(ReferralStep.objects.values_list("action", flat=True))
    assert steps == ["submit", "take", "decide", "feed_back"]
