"""The life of a referral: the one table of what may follow what, who may do it, and what it needs.

The database holds the same table (migration 0001): a change of state that is not in it is refused there too.
``tests/referrals/test_lifecycle.py`` holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a referral stands."""

    SUBMITTED = "submitted", _("Sent")
    ACKNOWLEDGED = "acknowledged", _("Received and acknowledged")
    IN_TRIAGE = "in_triage", _("In triage")
    ASKED = "asked", _("More information asked for")
    PROPOSED = "proposed", _("In triage, to be signed off")
    DECIDED = "decided", _("Decided")
    FED_BACK = "fed_back", _("Decided, and you have been told")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Action(models.TextChoices):
    """What somebody does with a referral."""

    SUBMIT = "submit", _("Sent")
    ACKNOWLEDGE = "acknowledge", _("Acknowledged")
    TAKE = "take", _("Taken into triage")
    ASK = "ask", _("More information asked for")
    ANSWER = "answer", _("Answered")
    PROPOSE = "propose", _("Decision proposed")
    SEND_BACK = "send_back", _("Proposal sent back")
    DECIDE = "decide", _("Decided")
    SIGN_OFF = "sign_off", _("Decision signed off")
    FEED_BACK = "feed_back", _("Outcome told to the referrer")
    CLOSE = "close", _("Closed")
    WITHDRAW = "withdraw", _("Withdrawn")
    REOPEN = "reopen", _("Opened again")


class Side(StrEnum):
    """Who acts: the referrer's side, a triage officer of the receiving agency, or its manager."""

    REFERRER = "referrer"
    TRIAGE = "triage"
    MANAGER = "manager"


RECEIVING = frozenset({Side.TRIAGE, Side.MANAGER})


@dataclass(frozen=True)
class Transition:
    """From which states to which, by whom; ``needs`` says what text goes with it, empty where none must."""

    sources: frozenset[State]
    target: State
    sides: frozenset[Side]
    needs: str | Promise = ""


S = State
WAITING = frozenset({S.SUBMITTED, S.ACKNOWLEDGED})
UNDECIDED = WAITING | {S.IN_TRIAGE, S.ASKED, S.PROPOSED}
TRIAGE, REFERRER, MANAGER = frozenset({Side.TRIAGE}), frozenset({Side.REFERRER}), frozenset({Side.MANAGER})

TRANSITIONS: Mapping[Action, Transition] = {
    Action.ACKNOWLEDGE: Transition(frozenset({S.SUBMITTED}), S.ACKNOWLEDGED, TRIAGE),
    Action.TAKE: Transition(WAITING, S.IN_TRIAGE, TRIAGE),
    Action.ASK: Transition(frozenset({S.IN_TRIAGE}), S.ASKED, TRIAGE, _("Write what you need to know.")),
    Action.ANSWER: Transition(frozenset({S.ASKED}), S.IN_TRIAGE, REFERRER | TRIAGE, _("Write your answer.")),
    Action.PROPOSE: Transition(frozenset({S.IN_TRIAGE}), S.PROPOSED, TRIAGE, _("Give the rationale.")),
    Action.SEND_BACK: Transition(frozenset({S.PROPOSED}), S.IN_TRIAGE, MANAGER, _("Say what is missing.")),
    Action.DECIDE: Transition(frozenset({S.IN_TRIAGE}), S.DECIDED, TRIAGE, _("Give the rationale.")),
    Action.SIGN_OFF: Transition(frozenset({S.PROPOSED}), S.DECIDED, MANAGER),
    Action.FEED_BACK: Transition(
        frozenset({S.DECIDED}), S.FED_BACK, TRIAGE | MANAGER, _("Write the reasons for the referrer.")
    ),
    Action.CLOSE: Transition(frozenset({S.FED_BACK}), S.CLOSED, TRIAGE),
    Action.WITHDRAW: Transition(UNDECIDED, S.WITHDRAWN, REFERRER, _("Say why you withdraw it.")),
    Action.REOPEN: Transition(
        frozenset({S.CLOSED, S.WITHDRAWN, S.FED_BACK}),
        S.SUBMITTED,
        TRIAGE | REFERRER,
        _("Say what is new, or why it is opened again."),
    ),
}


def rows() -> set[tuple[str, str, str]]:
    """Return every change as (state before, action, state after)."""
    return {(source.value, action.value, t.target.value) for action, t in TRANSITIONS.items() for source in t.sources}
