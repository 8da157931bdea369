"""Taking what a referral asks for onto a case: a new one, or the one that the child has. All of it or nothing."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases import access as case_access
from cases import access_child
from cases.actions.children import NewChild
from cases.actions.involvement import Terms, involve
from cases.actions.known import Decided, open_decided
from cases.actions.opening import open_case
from cases.actions.restriction import exclude
from cases.codes import Sex
from cases.models import AccessLevel, Case
from referrals import access, telling
from referrals.actions.keeping import child_of
from referrals.actions.on_case import write_arrival, write_decision, write_later_decision
from referrals.codes import ACCEPTING
from referrals.lifecycle import Side, State
from referrals.models import Referral, TriageNote
from referrals.names_reporter import reporter_in
from safeguard.audit.actions import one_transaction

NAMES_REPORTER = "names_reporter"
KEPT_OUT = "Named in the referral as somebody who must not see it"


@dataclass(frozen=True, kw_only=True)
class Accepting:
    """Who leads the case and on what basis, who the child was decided to be, and what the referrer's team is offered.

    ``purpose`` is what the referrer's team needs the case for; empty where it is not involved. ``account`` is what
    the timeline says of a report by somebody without an account, in words that do not show who reported;
    ``keeps_words`` that somebody looked at the words that may say it, and that they do not.
    """

    team: Team
    lawful_basis: str
    decided: Decided = field(default_factory=Decided)
    given: str = ""
    surname: str = ""
    purpose: str = ""
    involve_basis: str = ""
    account: str = ""
    keeps_words: bool = False


@one_transaction
def accept(referral: Referral, new: Accepting, *, by: Acting) -> Case:
    """Open a case for the child of ``referral``, or add it to the open one; return the case.

    The child is linked or recorded, the timeline says what came and what was decided (for the lead team's eyes), people
    whom the referral is kept from are kept out of the case, and the referrer's team becomes involved where that was
    chosen, from today. Raises Http404 for whoever does not work on the referral, ValidationError where its outcome
    opens no case, where it is part of one already, and what opening a case and involving a team raise.
    """
    locked, decision = _to_accept(referral, by)
    if access.acceptance(by, locked):
        raise _on_a_case_already()
    account = locked.facts if locked.is_from_account else _without_reporter(locked, new, by)
    case = open_decided(_child(locked, new), new.decided, team=new.team, lawful_basis=new.lawful_basis, by=by)
    case = case_access.require(by, case, AccessLevel.CONTRIBUTE)
    write_arrival(case, locked, account, by=by)
    _keep_out(case, locked, by)
    if new.purpose.strip() and locked.from_team:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose=new.purpose, lawful_basis=new.involve_basis)
        involve(case, locked.from_team, terms, by=by)
    write_decision(case, locked, decision, by=by)
    if new.purpose.strip():  # after the acceptance: whoever is kept out of the child's case is not told
        telling.tell_of_case(locked, case.uuid, by=by)
    return case


@one_transaction
def accept_again(referral: Referral, *, team: Team | None = None, lawful_basis: str = "", by: Acting) -> Case:
    """Put what was decided later of a referral on its child's case; return the case.

    That is the open case, else one that is opened with ``team`` on ``lawful_basis``. Raises Http404 for whoever does
    not work on the referral, does not see its child's record or does not contribute to the case; ValidationError where
    there is nothing to put there, and what opening a case raises.
    """
    locked, decision = _to_accept(referral, by)
    earlier = access.acceptance(by, locked)
    if earlier is None or not access.owes_case(by, locked):
        raise _on_a_case_already()
    child = access_child.child(by, access.child_accepted(by, earlier))
    case = case_access.open_case_of(by, child)
    if case is None:
        if team is None:
            raise ValidationError(_("Nothing was saved. The case is closed: choose the team that leads the new one."))
        case = open_case(child, team=team, lawful_basis=lawful_basis, by=by)
        _keep_out(case, locked, by)
    case = case_access.require(by, case, AccessLevel.CONTRIBUTE)
    write_later_decision(case, locked, decision, by=by)
    return case


def _to_accept(referral: Referral, by: Acting) -> tuple[Referral, TriageNote]:
    """Return the referral, locked, and its decision. Raises what the two above raise."""
    locked = access.locked(by, referral)
    if Side.TRIAGE not in access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    child_of(locked, by=by)
    if locked.state not in {State.DECIDED, State.FED_BACK}:
        raise ValidationError(_("Nothing was saved. Decide the referral first, then open the case."))
    found = access.decision(by, locked)
    if found.outcome not in ACCEPTING and not access.owes_case(by, locked):
        raise ValidationError(_("Nothing was saved. What was decided opens no case: open the referral again first."))
    return locked, found


def _on_a_case_already() -> ValidationError:
    return ValidationError(_("Nothing was saved: the referral is on a case already. Open its page anew."))


def _child(referral: Referral, new: Accepting) -> NewChild:
    return NewChild(
        given=new.given or referral.given,
        surname=new.surname or referral.surname,
        born_on=referral.born_on,
        expected_on=referral.expected_on,
        sex=Sex(referral.sex),
    )


def _without_reporter(referral: Referral, new: Accepting, by: Acting) -> str:
    """Return what the timeline says. Raises ValidationError where it is empty, or may say who reported."""
    if not new.account.strip():
        raise ValidationError(_("Nothing was saved. Write what the timeline says of the report."))
    found = words_of_reporter(referral, new, by=by)
    if found and not new.keeps_words:
        message = _(
            "Nothing was saved, and your text is kept. It may say who reported, which must stay with triage: %(words)s."
            " Take it out, or say that it is not the reporter."
        )
        raise ValidationError(message % {"words": ", ".join(found)}, code=NAMES_REPORTER)
    return new.account


def words_of_reporter(referral: Referral, new: Accepting, *, by: Acting) -> list[str]:
    """Return what would reach the timeline and may say who sent ``referral`` without an account."""
    reporter = access.reporter_of(by, referral)
    if reporter is None:
        return []
    child = [referral.given, referral.surname, new.given, new.surname]
    return reporter_in([new.account, referral.child_words], reporter, child=child)


def _keep_out(case: Case, referral: Referral, by: Acting) -> None:
    people = list(referral.kept_from.all())
    level = case_access.level(by, case)
    if people and (level is None or level < AccessLevel.LEAD):
        raise ValidationError(
            _("Nothing was saved. Somebody must be kept out of this, which only who leads the case can do: ask them.")
        )
    for person in people:
        exclude(case, person, reason=KEPT_OUT, by=by)
