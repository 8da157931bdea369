"""What stands on a case of the referral that led to it: what came, what was decided, and what was decided later."""

from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases import access as case_access
from cases import timeline
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case
from referrals import access, telling
from referrals.codes import Outcome
from referrals.lifecycle import Action
from referrals.models import Acceptance, Referral, ReferralStep, TriageNote
from safeguard.audit import actions as audit


def write_arrival(case: Case, referral: Referral, account: str, *, by: Acting) -> None:
    """Say on the timeline what came."""
    # For the lead team until it says otherwise: what a referrer wrote was written to this agency.
    came = timeline.Event(
        kind=Kind.REFERRAL,
        title=_("Referral from %(agency)s") % {"agency": referral.sender_name},
        body=account,
        child_words=referral.child_words,
        occurred_at=referral.received_at,
        audience=timeline.OWN_TEAM,
    )
    timeline.write(case, came, by=by)


def write_decision(case: Case, referral: Referral, note: TriageNote, *, by: Acting) -> None:
    """Say on the timeline what was decided, and keep that it stands there: it is said of one decision once."""
    outcome = Outcome(note.outcome).label
    decided = timeline.Event(
        kind=Kind.REFERRAL_DECIDED,
        title=_("Referral decided: %(outcome)s") % {"outcome": outcome},
        # What triage wrote for itself about a report may say who sent it.
        body=note.text if referral.is_from_account else "",
        audience=timeline.OWN_TEAM,
    )
    timeline.write(case, decided, by=by)
    Acceptance.objects.create(referral=referral, note=note, case=case, child=case.child, made_by=by.user)
    audit.record("referral.accept", by=by, target="referrals.Referral", uuids=[referral.uuid, case.uuid])


def write_later_decision(case: Case, referral: Referral, note: TriageNote, *, by: Acting) -> None:
    """Say on the timeline why a referral that is part of a case was opened again, and what was decided then."""
    opened = ReferralStep.objects.visible_to(by).filter(referral=referral, action=Action.REOPEN).last()
    if opened and referral.is_from_account:
        again = timeline.Event(
            kind=Kind.REFERRAL,
            title=_("Referral from %(agency)s opened again") % {"agency": referral.sender_name},
            body=opened.text,
            occurred_at=opened.made_at,
            audience=timeline.OWN_TEAM,
        )
        timeline.write(case, again, by=by)
    write_decision(case, referral, note, by=by)


def put_on_its_case(referral: Referral, note: TriageNote, *, by: Acting) -> None:
    """Write a later decision on the open case that ``referral`` is part of, where ``by`` may.

    Where they may not, the managers are told that it is still to be put there: the referral cannot be closed before.
    """
    accepted = access.acceptance(by, referral)
    if accepted is None:
        return
    case = access.case_of(by, accepted)
    held = case_access.level(by, case) if case and case.status == Case.Status.OPEN else None
    if case and held is not None and held >= AccessLevel.CONTRIBUTE:
        write_later_decision(case, referral, note, by=by)
    elif access.owes_case(by, referral):
        telling.tell_of_owed(referral, by=by)
