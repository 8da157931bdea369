"""How a decision is challenged: the stages of professional disagreement as the practice profile sets them.

The referrer's side challenges what it was told, the receiving side answers: at the first stage whoever works on it,
from the second on its managers. Unsatisfied, or unanswered in time, the referrer's side goes up a stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agencies.models import PracticeProfile
from referrals.lifecycle import RECEIVING, Side, State
from referrals.models import ChallengeStep, Referral
from referrals.telling import FOR_MANAGERS

PREFIX = "ESC_"
Kind = ChallengeStep.Kind
CHALLENGED = frozenset({State.FED_BACK, State.CLOSED})


@dataclass(frozen=True)
class Stage:
    """One stage: who speaks with whom, and within which time."""

    code: str
    action: str
    within: str


def challenge_stages() -> list[Stage]:
    """Return the stages in their order, none where the profile has none."""
    profile = PracticeProfile.objects.current()
    found = profile.timescales.filter(code__startswith=PREFIX).order_by("code") if profile else []
    return [Stage(each.code, each.action, each.in_words) for each in found]


def next_stage(steps: Sequence[ChallengeStep], now: datetime, *, most: int) -> int | None:
    """Return the stage that a challenge would now be of, None where the other side is still to answer, or at the end.

    The first where there is none yet or the last was settled; else the one above, once it was answered or its time
    is over. A stage without a time waits for its answer. ``most`` is the number of stages that there are.
    """
    last = steps[-1] if steps else None
    if last is None or last.kind == Kind.SETTLE:
        return 1
    is_over = last.answer_by is not None and last.answer_by < now
    above = last.stage + 1
    return above if (last.kind == Kind.ANSWER or is_over) and above <= max(most, 1) else None


def may(
    kind: str, referral: Referral, steps: Sequence[ChallengeStep], sides: frozenset[Side], *, above: int | None
) -> bool:
    """Return whether somebody of ``sides`` can take a step of ``kind`` now; ``above`` is what ``next_stage`` gives."""
    last = steps[-1] if steps else None
    is_open = last is not None and last.kind != Kind.SETTLE
    if referral.state not in CHALLENGED:
        return False
    if kind == Kind.ANSWER:
        answers = {Side.MANAGER} if last and last.stage >= FOR_MANAGERS else RECEIVING
        return is_open and last is not None and last.kind == Kind.RAISE and bool(answers & sides)
    if Side.REFERRER not in sides:
        return False
    return above is not None if kind == Kind.RAISE else is_open
