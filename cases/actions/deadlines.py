"""What people do with deadlines: start one by hand, say that it is met, extend, waive, or explain one that is late."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, Team, User
from agencies.practice_events import PLANNED, PracticeEvent
from agencies.roles import Can
from cases import deadlines, own_part, reach, reminding
from cases.access import refusal, require
from cases.actions.grants import lock_as
from cases.models import AccessLevel, Case, Deadline, Involvement, TimelineEntry
from cases.querysets import ongoing
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

LONGEST = timedelta(days=5 * 366)


@one_transaction
def record_event(case: Case, event: PracticeEvent, *, at: datetime, by: Acting) -> list[Deadline]:
    """Enter an event of practice by hand: it meets what it meets, and starts what it starts, which is returned.

    Raises Http404 below the contribute level; ValidationError for a time that cannot be right, and where the part
    of ``by``'s team is confidential.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    must_not_betray(case, None, by=by)
    if event not in PLANNED and at > timezone.now():
        raise ValidationError(_("Nothing was saved. This lies in the future: enter it when it has happened."))
    if abs(timezone.now() - at) > LONGEST:
        raise ValidationError(_("Nothing was saved. That is more than five years away: check the year."))
    made = deadlines.happened(case, event, at=at, by=by)
    detail = {"event": str(event), "started": [each.code for each in made]}
    audit.record("deadline.event", by=by, target="cases.Case", uuids=[case.uuid], detail=detail)
    return made


@one_transaction
def agree(case: Case, what: str, *, due_at: datetime, team: Team, person: User | None, by: Acting) -> Deadline:
    """Agree on something to be done for this child, by a team and perhaps a person of it. Returns the deadline.

    Raises Http404 below the contribute level; ValidationError without words, for a past or far day, for a team
    that is not involved or a person who is not in it, and where the part of ``by``'s team is confidential.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    must_not_betray(case, None, by=by)
    if not what.strip():
        raise ValidationError(_("Nothing was saved. Say what is to be done."))
    _check_ahead(due_at)
    parts = Involvement.objects.visible_to(by).filter(ongoing(), case=case, team=team, confidential=False)
    if not parts.exists():
        raise ValidationError(_("Nothing was saved. Choose a team that is involved."))
    if person and not Membership.objects.live().filter(user=person, teams=team).exists():
        raise ValidationError(_("Nothing was saved. That person is not in that team: choose somebody of the team."))
    made = deadlines.agree(case, what.strip(), due_at=due_at, held=deadlines.Held(team, person), by=by)
    audit.record("deadline.agree", by=by, target="cases.Deadline", uuids=[made.uuid, case.uuid])
    return made


@one_transaction
def meet(deadline: Deadline, *, at: datetime, by: Acting) -> None:
    """Say that it was done at ``at``.

    Raises Http404 below the contribute level; ValidationError for a wrong time, and where it would tell of a team
    whose part is confidential.
    """
    deadline = _locked(deadline, AccessLevel.CONTRIBUTE, by)
    if at > timezone.now():
        raise ValidationError(_("It is still to be done. What was done cannot lie in the future: check the day."))
    if at < deadline.started_at - deadlines.SLACK and not _counts_back(deadline):
        raise ValidationError(_("It is still to be done. That is before it began: check the day."))
    deadline.met_at, deadline.met_by = at, by.user
    deadline.save(update_fields=["met_at", "met_by"])
    audit.record("deadline.meet", by=by, target="cases.Deadline", uuids=[deadline.uuid, deadline.case.uuid])


@one_transaction
def extend(deadline: Deadline, *, due_at: datetime, reason: str, by: Acting) -> None:
    """Move a local deadline to a later moment; where it was due stays on record.

    Raises Http404 for who may not; ValidationError for a statutory one, without a reason, not later, or where it
    would tell of a team whose part is confidential.
    """
    deadline = _varied(deadline, reason, by)
    if due_at <= deadline.due_at:
        raise ValidationError(_("Nothing was changed. Choose a day after the present one."))
    _check_ahead(due_at)
    deadline.due_at, deadline.varied_by, deadline.variation_reason = due_at, by.user, reason
    deadline.save(update_fields=["due_at", "varied_by", "variation_reason"])
    reminding.plan(deadline)
    _record("deadline.extend", deadline, reason, by)


@one_transaction
def waive(deadline: Deadline, *, reason: str, by: Acting) -> None:
    """Say that a local deadline need not be kept. Raises what ``extend`` raises."""
    deadline = _varied(deadline, reason, by)
    deadline.waived_at, deadline.varied_by, deadline.variation_reason = timezone.now(), by.user, reason
    deadline.save(update_fields=["waived_at", "varied_by", "variation_reason"])
    _record("deadline.waive", deadline, reason, by)


@one_transaction
def explain(deadline: Deadline, *, reason: str, expected_on: date | None, by: Acting) -> None:
    """Say why a deadline was or will be missed, and when it is expected; its date stays and counts.

    Raises Http404 below the contribute level; ValidationError without a reason, and where it would tell of a team
    whose part is confidential.
    """
    case = lock_as(by, deadline.case, AccessLevel.CONTRIBUTE)
    must_not_betray(case, deadline.entry, by=by)
    if not reason.strip():
        raise ValidationError(_("Nothing was saved. Say why it is late."))
    deadline.late_reason, deadline.expected_on = reason, expected_on
    deadline.save(update_fields=["late_reason", "expected_on"])
    audit.record("deadline.explain", by=by, target="cases.Deadline", uuids=[deadline.uuid, case.uuid], reason=reason)


def may_vary(by: Acting, deadline: Deadline, level: int) -> bool:
    """Return whether ``by``, who holds ``level`` on the case, may extend or waive it: local ones alone.

    Who leads the case may, and who manages the work of the agency whose it is.
    """
    manages = by.can(Can.MANAGE_WORK) and by.agency_id == deadline.agency_id
    return deadline.is_local and deadline.is_running and (level >= AccessLevel.LEAD or manages)


def _varied(deadline: Deadline, reason: str, by: Acting) -> Deadline:
    deadline = _locked(deadline, AccessLevel.VIEW, by)
    if not deadline.is_local:
        message = _("Nothing was changed. It is %(status)s: its date stays. You can say why it is late.")
        raise ValidationError(message % {"status": str(deadline.get_legal_status_display()).lower()})
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say why."))
    leads = by.can(Can.MANAGE_WORK) and by.agency_id == deadline.agency_id
    if not leads:
        require(by, deadline.case, AccessLevel.LEAD)
    return deadline


def _locked(deadline: Deadline, to: AccessLevel, by: Acting) -> Deadline:
    case = lock_as(by, deadline.case, to)
    found = Deadline.objects.visible_to(by).filter(pk=deadline.pk).first()
    if found is None:
        raise refusal(by, case)
    must_not_betray(case, found.entry, by=by)
    if not found.is_running:
        raise ValidationError(_("Nothing was changed: it is not to be done any more. Look at the page again."))
    return found


def must_not_betray(case: Case, entry: TimelineEntry | None, *, by: Acting) -> None:
    """Refuse what would name a team of confidential part on a deadline that hangs on ``entry``, None for on no entry.

    Everybody who sees a deadline sees who did what to it, so such a team acts only on its own. Raises ValidationError.
    """
    if own_part.is_quiet(case, by) and not reach.is_own(entry, by):
        raise ValidationError(
            _(
                "Nothing was changed. Everybody who sees this deadline would learn of your team, whose part in the case"
                " is confidential: ask the lead agency to enter it."
            )
        )


def _check_ahead(due_at: datetime) -> None:
    if not timezone.now() < due_at < timezone.now() + LONGEST:
        raise ValidationError(_("Nothing was saved. Choose a day from today on, within five years."))


def _counts_back(deadline: Deadline) -> bool:
    return deadline.due_at < deadline.started_at


def _record(action: str, deadline: Deadline, reason: str, by: Acting) -> None:
    uuids = [deadline.uuid, deadline.case.uuid]
    audit.record(action, by=by, target="cases.Deadline", uuids=uuids, reason=reason)
