"""The steps of a referral's life: each checked against the one table, made once, and told to the other side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from referrals import access, clocks, reminding, telling
from referrals.actions.on_case import put_on_its_case
from referrals.codes import Outcome, Rating, Urgency
from referrals.lifecycle import TRANSITIONS, Action, State
from referrals.models import Referral, ReferralStep, TriageNote
from referrals.practice import wants_sign_off
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

# Behind everything that waits for a decision: what is left is to tell and to close.
DECIDED_RANK = 9
RANKS: Mapping[Rating, int] = {Rating.RED: 1, Rating.AMBER: 2, Rating.GREEN: 3}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What triage decides: the outcome, why (for itself), and the reasons as the referrer reads them.

    ``tell_later`` says why the referrer must not be told yet, empty where they are told at once.
    """

    outcome: Outcome
    rationale: str
    reasons: str = ""
    tell_later: str = ""


@one_transaction
def acknowledge(referral: Referral, *, version: int, by: Acting) -> None:
    """Tell the referrer that somebody has read it. Raises what ``_move`` raises."""
    _move(referral, Action.ACKNOWLEDGE, version=version, by=by, acknowledged_at=timezone.now())


@one_transaction
def take(referral: Referral, rating: Rating, *, version: int, by: Acting) -> None:
    """Take it into triage, rated; the decision's clock becomes the shorter one. Acknowledges it where nobody has."""
    ends = clocks.ends([clocks.BY_RATING[rating]], referral.received_at).values()
    due = [moment for moment in (referral.decide_by, *ends) if moment]
    changes: dict[str, Any] = {"rating": rating, "priority": RANKS[rating], "held_by": by.user}
    changes |= {"decide_by": min(due, default=None), "acknowledged_at": referral.acknowledged_at or timezone.now()}
    reminding.clocks_started([_move(referral, Action.TAKE, version=version, by=by, **changes)])


@one_transaction
def ask(referral: Referral, *, text: str, version: int, by: Acting) -> None:
    """Ask the referrer for more. The clock of the decision runs on.

    Raises what ``_move`` raises, and ValidationError where nobody could read it: without an account no question comes.
    """
    if not referral.is_from_account:
        raise ValidationError(_("Nothing was saved. Whoever reported has no account to read a question: telephone."))
    moved = _move(referral, Action.ASK, text=text, version=version, by=by)
    asked = access.last_question(by, moved)
    if asked:
        reminding.question_asked(moved, asked.made_at)


@one_transaction
def answer(referral: Referral, *, text: str, version: int | None = None, by: Acting) -> None:
    """Answer what triage asked, from the referrer's side; or note an answer that came by telephone.

    ``version`` is the one that was shown, so that no answer goes to a question that was not read; None asks for none.
    """
    _move(referral, Action.ANSWER, text=text, version=version, by=by)


@one_transaction
def decide(referral: Referral, decision: Decision, *, version: int, by: Acting) -> None:
    """Decide, or propose where the profile wants a manager's sign-off for this outcome; tell the referrer.

    Raises what ``_move`` raises, and ValidationError without a rationale, or without reasons for the referrer
    and a reason to tell them later.
    """
    _check(decision)
    proposes = wants_sign_off(decision.outcome)
    action = Action.PROPOSE if proposes else Action.DECIDE
    changes: dict[str, Any] = {} if proposes else {"decided_at": timezone.now(), "priority": DECIDED_RANK}
    moved = _move(referral, action, text="", given=decision.rationale, version=version, by=by, **changes)
    note = _note(moved, TriageNote.Kind.PROPOSED if proposes else TriageNote.Kind.DECIDED, decision, by)
    if not proposes:
        _follow(moved, note, decision, by)


@one_transaction
def sign_off(referral: Referral, *, version: int, by: Acting) -> None:
    """Make the proposed decision the decision. Raises ValidationError for whoever proposed it themselves."""
    proposal = access.proposal(by, referral)
    moved = _move(referral, Action.SIGN_OFF, version=version, by=by, decided_at=timezone.now(), priority=DECIDED_RANK)
    if proposal.made_by_id == by.user_id:
        raise ValidationError(_("Nothing was saved. Somebody other than you must sign off what you proposed."))
    decision = Decision(
        outcome=Outcome(proposal.outcome),
        rationale=proposal.text,
        reasons=proposal.reasons,
        tell_later=proposal.tell_later,
    )
    _follow(moved, _note(moved, TriageNote.Kind.DECIDED, decision, by), decision, by)


@one_transaction
def send_back(referral: Referral, *, text: str, version: int, by: Acting) -> None:
    """Send a proposal back to triage, with what is missing; the referrer hears nothing of it."""
    moved = _move(referral, Action.SEND_BACK, text="", given=text, version=version, by=by)
    TriageNote.objects.create(referral=moved, kind=TriageNote.Kind.SENT_BACK, text=text, made_by=by.user)


@one_transaction
def feed_back(referral: Referral, *, reasons: str, version: int, by: Acting) -> None:
    """Tell the referrer, later, what was decided and why."""
    decided = access.decision(by, referral)
    if referral.version != version:
        raise _moved_on(referral)
    _tell_outcome(referral, Decision(outcome=Outcome(decided.outcome), rationale="", reasons=reasons), by)


@one_transaction
def close(referral: Referral, *, version: int, by: Acting) -> None:
    """Close a referral whose outcome was told. Raises ValidationError while a case is still to be opened for it."""
    if access.owes_case(by, referral):
        raise ValidationError(
            _("Nothing was saved. What was decided asks for a case: take the referral onto one first.")
        )
    _move(referral, Action.CLOSE, version=version, by=by)


@one_transaction
def withdraw(referral: Referral, *, text: str, version: int | None = None, by: Acting) -> None:
    """Withdraw it, from the referrer's side. Triage is told and can open it again: a child may still need help."""
    _move(referral, Action.WITHDRAW, text=text, version=version, by=by)


@one_transaction
def reopen(
    referral: Referral, *, text: str, urgency: Urgency | None = None, version: int | None = None, by: Acting
) -> None:
    """Put it back into the queue, unrated, with new clocks from now, as urgent as ``urgency`` or as it first was.

    The duty desk is written to where a child is in danger.
    """
    urgent = Urgency(urgency or referral.urgency)
    now = timezone.now()
    due = clocks.ends((clocks.ACKNOWLEDGE, clocks.DECIDE), now)
    changes: dict[str, Any] = {"acknowledge_by": due.get(clocks.ACKNOWLEDGE), "decide_by": due.get(clocks.DECIDE)}
    changes |= {"acknowledged_at": None, "decided_at": None, "held_by": None, "rating": "", "priority": urgent}
    moved = _move(referral, Action.REOPEN, text=text, version=version, by=by, **changes)
    reminding.clocks_started([moved])
    if urgent == Urgency.DANGER:
        telling.tell_desk_of_danger(moved)


def _check(decision: Decision) -> None:
    if not decision.rationale.strip():
        raise ValidationError(_("Nothing was saved, and your text is kept. Give the rationale for your decision."))
    if not (decision.reasons.strip() or decision.tell_later.strip()):
        raise ValidationError(
            _("Nothing was saved, and your text is kept. Write the reasons for the referrer, or why they hear later.")
        )


def _note(referral: Referral, kind: TriageNote.Kind, decision: Decision, by: Acting) -> TriageNote:
    return TriageNote.objects.create(
        referral=referral,
        kind=kind,
        outcome=decision.outcome,
        text=decision.rationale,
        reasons=decision.reasons,
        tell_later=decision.tell_later,
        made_by=by.user,
    )


def _follow(referral: Referral, note: TriageNote, decision: Decision, by: Acting) -> None:
    """Do what follows a decision: it is put on the case that the referral is part of, and the referrer is told."""
    put_on_its_case(referral, note, by=by)
    if not decision.tell_later:
        _tell_outcome(referral, decision, by)


def _tell_outcome(referral: Referral, decision: Decision, by: Acting) -> None:
    _move(referral, Action.FEED_BACK, text=decision.reasons, outcome=decision.outcome, by=by)


def _move(
    referral: Referral,
    action: Action,
    *,
    by: Acting,
    version: int | None = None,
    text: str = "",
    given: str = "",
    outcome: str = "",
    **changes: Any,
) -> Referral:
    """Make one change of state, with its step, its audit row and its notes; return the referral as it is now.

    ``text`` is what the other side reads; ``given`` is a text that only the own side does. Raises Http404 for whoever
    does not see it or is not of the side that may; ValidationError where the state or the ``version`` that was shown
    is no longer the one that holds, and without a text that the action needs.
    """
    locked = access.locked(by, referral)
    transition = TRANSITIONS[action]
    if not transition.sides & access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    if State(locked.state) not in transition.sources or version not in (None, locked.version):
        raise _moved_on(locked)
    if transition.needs and not (text or given).strip():
        raise ValidationError(_("Nothing was saved. %(need)s") % {"need": transition.needs})
    _write(locked, action, transition.target, changes)
    step = _step(locked, action, text, outcome, by)
    detail = {"action": str(action), "state": str(locked.state)}
    audit.record("referral.move", by=by, target="referrals.Referral", uuids=[locked.uuid], detail=detail)
    telling.tell(locked, step, by=by)
    return locked


def _moved_on(referral: Referral) -> ValidationError:
    message = _(
        "Nothing was saved, and your text is kept. Somebody has gone on with this referral since you opened the page:"
        " it now stands at “%(state)s”. Open it anew before you go on."
    )
    return ValidationError(message % {"state": referral.state_for_sender})


def _write(referral: Referral, action: Action, target: State, changes: Mapping[str, Any]) -> None:
    referral.state, referral.last_action, referral.version = target, action, referral.version + 1
    for name, value in changes.items():
        setattr(referral, name, value)
    referral.save(update_fields=["state", "last_action", "version", *changes])


def _step(referral: Referral, action: Action, text: str, outcome: str, by: Acting) -> ReferralStep:
    agency = cast("int", by.agency_id)  # whoever is of a side acts for its agency
    return ReferralStep.objects.create(
        referral=referral,
        action=action,
        state=referral.state,
        text=text,
        outcome=outcome,
        made_by=by.user,
        made_for_id=agency,
    )
