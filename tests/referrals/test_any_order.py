"""Whatever anybody tries in any order: no undefined state, nothing lost, and the referrer learns what they may."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import PracticeProfile
from referrals.actions import life
from referrals.actions.life import Decision
from referrals.codes import Outcome, Rating
from referrals.lifecycle import TRANSITIONS, Action, State
from referrals.models import Referral, ReferralStep, TriageNote
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import refer

SECRET, REASONS = "For triage alone", "For the referrer"
Try = Callable[[Referral, int, Any], None]


def _decide(outcome: Outcome, later: str = "") -> Try:
    words = {"rationale": SECRET, "reasons": "" if later else REASONS, "tell_later": later}
    return lambda row, version, by: life.decide(row, Decision(outcome=outcome, **words), version=version, by=by)


TRIES: dict[str, Try] = {
    "acknowledge": lambda row, version, by: life.acknowledge(row, version=version, by=by),
    "take": lambda row, version, by: life.take(row, Rating.AMBER, version=version, by=by),
    "ask": lambda row, version, by: life.ask(row, text="Who?", version=version, by=by),
    "answer": lambda row, _version, by: life.answer(row, text="She.", by=by),
    "decide": _decide(Outcome.ADVICE),
    "decide what is signed": _decide(Outcome.NO_ASSESSMENT),
    "decide and tell later": _decide(Outcome.SIGNPOST, SECRET),
    "sign off": lambda row, version, by: life.sign_off(row, version=version, by=by),
    "send back": lambda row, version, by: life.send_back(row, text=SECRET, version=version, by=by),
    "feed back": lambda row, version, by: life.feed_back(row, reasons=REASONS, version=version, by=by),
    "close": lambda row, version, by: life.close(row, version=version, by=by),
    "withdraw": lambda row, _version, by: life.withdraw(row, text="A mistake", by=by),
    "reopen": lambda row, _version, by: life.reopen(row, text="More", by=by),
}
WHO = ["tariq", "daisy", "tess", "maggie", "alice", "olive"]
TURNS = st.lists(
    # Triage oftener than others, and the version that holds oftener than an old one, or little would happen.
    st.tuples(
        st.sampled_from(["tess", "tess", "tess", *WHO]), st.sampled_from(sorted(TRIES)), st.sampled_from([0, 0, 0, 1])
    ),
    max_size=14,
)
GENTLE = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def people(request: pytest.FixtureRequest) -> dict[str, Person]:
    """Everybody who tries something."""
    return {name: request.getfixturevalue(name) for name in WHO}


@GENTLE
@given(turns=TURNS)
def test_any_order_of_steps_keeps_the_rules(
    turns: list[tuple[str, str, int]], people: dict[str, Person], social_care: Place, england: None
) -> None:
    with transaction.atomic():
        with as_owner():
            PracticeProfile.objects.update(codes=[{"list": "referral_sign_off", "code": "no_assessment"}])
        row = refer(people["tariq"], social_care)
        for who, what, behind in turns:
            _try(people[who], what, row, behind)
        _holds(row, people)
        transaction.set_rollback(True)


def _try(person: Person, what: str, row: Referral, behind: int) -> None:
    before = _state(row)
    try:
        with entered(person) as by:
            TRIES[what](_now(row), before.version - behind, by)
    except (ValidationError, Http404):
        # What was refused left nothing behind.
        after = _state(row)
        assert (after.state, after.version) == (before.state, before.version)


def _now(row: Referral) -> Referral:
    found = Referral.objects.filter(pk=row.pk).first()
    return found or row  # whoever does not see it has only an old copy


def _state(row: Referral) -> Referral:
    with as_owner():
        return Referral.objects.get(pk=row.pk)


def _holds(row: Referral, people: dict[str, Person]) -> None:
    with as_owner():
        steps = list(ReferralStep.objects.filter(referral=row).order_by("pk"))
        now = Referral.objects.get(pk=row.pk)
    # Every step follows from the one before by the table, and the row stands where the last one put it.
    for earlier, later in pairwise(steps):
        transition = TRANSITIONS[Action(later.action)]
        assert State(earlier.state) in transition.sources
        assert later.state == transition.target
    assert (now.state, now.version) == (steps[-1].state, len(steps))
    _told_what_they_may(row, steps, people)


def _told_what_they_may(row: Referral, steps: list[ReferralStep], people: dict[str, Person]) -> None:
    decided = [step.outcome for step in steps if step.action == Action.FEED_BACK]
    for name in ("tariq", "daisy"):
        with entered(people[name]):
            assert not TriageNote.objects.exists()
            read = list(ReferralStep.objects.filter(referral=row))
        assert not any(SECRET in step.text for step in read)
        assert [step.outcome for step in read if step.outcome] == decided
    for name in ("alice", "olive"):
        with entered(people[name]):
            assert not Referral.objects.exists()
            assert not ReferralStep.objects.exists()
