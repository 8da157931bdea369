"""Taking what a referral asks for onto a case: a new one, or the one that the child has. All of it or nothing."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases import access as case_access
from cases import timeline
from cases.actions.children import NewChild
from cases.actions.involvement import Terms, involve
from cases.actions.known import Decided, open_decided
from cases.actions.restriction import exclude
from cases.codes import Sex
from cases.event_kinds import Kind
from cases.matching.look import who_is
from cases.models import AccessLevel, Case
from referrals import access, telling
from referrals.codes import ACCEPTING, Outcome
from referrals.known import facts_of
from referrals.lifecycle import Side, State
from referrals.models import Acceptance, Referral, TriageNote
from referrals.names_reporter import reporter_in
from safeguard.audit import actions as audit
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
    opens no case, where it was accepted before, and what opening a case and involving a team raise.
    """
    locked = access.locked(by, referral)
    if Side.TRIAGE not in access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    if who_is(facts_of(locked), by=by).is_conflict:
        raise access.refusal(by, locked.uuid)
    decision = _decision(locked, by)
    account = locked.facts if locked.is_from_account else _without_reporter(locked, new, by)
    case = open_decided(_child(locked, new), new.decided, team=new.team, lawful_basis=new.lawful_basis, by=by)
    case = case_access.require(by, case, AccessLevel.CONTRIBUTE)
    _write(case, locked, account, decision, by)
    _keep_out(case, locked, by)
    if new.purpose.strip() and locked.from_team:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose=new.purpose, lawful_basis=new.involve_basis)
        involve(case, locked.from_team, terms, by=by)
    Acceptance.objects.create(referral=locked, case=case, child=case.child, made_by=by.user)
    if new.purpose.strip():  # after the acceptance: whoever is kept out of the child's case is not told
        telling.tell_of_case(locked, case.uuid, by=by)
    audit.record("referral.accept", by=by, target="referrals.Referral", uuids=[locked.uuid, case.uuid])
    return case


def _decision(referral: Referral, by: Acting) -> TriageNote:
    if referral.state not in {State.DECIDED, State.FED_BACK}:
        raise ValidationError(_("Nothing was saved. Decide the referral first, then open the case."))
    found = access.decision(by, referral)
    if found.outcome not in ACCEPTING:
        raise ValidationError(_("Nothing was saved. What was decided opens no case: open the referral again first."))
    if access.acceptance(by, referral):
        raise ValidationError(_("Nothing was saved: the referral is on a case already. Open its page anew."))
    return found


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


def _write(case: Case, referral: Referral, account: str, decision: TriageNote, by: Acting) -> None:
    # For the lead team until it says otherwise: what a referrer wrote was written to this agency.
    came = timeline.Event(
        kind=Kind.REFERRAL,
        title=_("Referral from %(agency)s") % {"agency": referral.sender_name},
        body=account,
        child_words=referral.child_words,
        occurred_at=referral.received_at,
        audience=timeline.OWN_TEAM,
    )
    outcome = Outcome(decision.outcome).label
    decided = timeline.Event(
        kind=Kind.REFERRAL_DECIDED,
        title=_("Referral decided: %(outcome)s") % {"outcome": outcome},
        # What triage wrote for itself about a report may say who sent it.
        body=decision.text if referral.is_from_account else "",
        audience=timeline.OWN_TEAM,
    )
    timeline.write(case, came, by=by)
    timeline.write(case, decided, by=by)


def _keep_out(case: Case, referral: Referral, by: Acting) -> None:
    people = list(referral.kept_from.all())
    level = case_access.level(by, case)
    if people and (level is None or level < AccessLevel.LEAD):
        raise ValidationError(
            _("Nothing was saved. Somebody must be kept out of this, which only who leads the case can do: ask them.")
        )
    for person in people:
        exclude(case, person, reason=KEPT_OUT, by=by)
