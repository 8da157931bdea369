"""Starting and ending plans; agreeing, settling and moving actions."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, Team, User
from agencies.practice_events import PracticeEvent
from cases import access, deadlines, own_part, timeline
from cases.access import Sight
from cases.actions.deadlines import must_not_betray
from cases.actions.grants import lock_as
from cases.actions.records import Telling, must_have_team, write_record
from cases.audience import preview
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Involvement, Plan, PlanAction, Sensitivity, TimelineEntry
from cases.models.records import TITLE_LIMIT
from cases.querysets import ongoing
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def start_plan(case: Case, plan: Plan, *, by: Acting) -> Plan:
    """Start ``plan`` for ``case``; everybody involved sees it, or its absence would say something. Returns it.

    Raises Http404 below the contribute level; ValidationError when it is incomplete, begins in the future, the case
    has a current plan of its kind, or the part of ``by``'s team is confidential and a plan would tell of it.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    if own_part.is_quiet(case, by):
        raise ValidationError(
            _(
                "Nothing was saved. Everybody involved sees a plan and who started it, and your team’s part is"
                " confidential: ask the lead agency to start the plan."
            )
        )
    plan.case = case
    if plan.started_on > timezone.localdate():
        raise ValidationError(_("Nothing was saved. The plan cannot have begun in the future: check the date."))
    return write_record(case, plan, Telling(matters_to_plan=True), by=by)


@one_transaction
def end_plan(plan: Plan, *, ended_on: date, reason: str, by: Acting) -> None:
    """End ``plan``, which came through the door. What is still to do in it stays to do.

    Raises Http404 below the contribute level; ValidationError without a reason, for a day in the future or
    before the plan began, and when it has ended already.
    """
    case = lock_as(by, plan.case, AccessLevel.CONTRIBUTE)
    plan.refresh_from_db(fields=["ended_on"])
    if plan.ended_on is not None or ended_on > timezone.localdate():
        raise ValidationError(_("Nothing was changed. The plan has ended already, or the day lies in the future."))
    plan.ended_on, plan.end_reason = ended_on, reason.strip()
    plan.validate_constraints()
    plan.save(update_fields=["ended_on", "end_reason"])
    title = _("%(plan)s ended") % {"plan": plan.label_of("sort")}
    means = (PracticeEvent.PLAN_ENDED,) if plan.sort == Plan.Sort.PROTECTION else ()
    _follow_up(case, plan.entry, timeline.Event(kind=Kind.PLAN_ENDED, title=title, body=reason, means=means), by=by)
    audit.record("plan.end", by=by, target="cases.Plan", uuids=[plan.uuid, case.uuid], reason=reason)


@one_transaction
def agree_action(
    case: Case, action: PlanAction, telling: Telling, *, owner: User | Team | None, plan: Plan | None, by: Acting
) -> PlanAction:
    """Put ``action`` on record, of ``plan`` where there is one; with no ``owner``, the family's ``owner_name`` has it.

    Raises Http404 below the contribute level; ValidationError when it is incomplete, its owner would not see it,
    or the plan is of another case or has ended.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    if plan is not None and (plan.case_id != case.pk or plan.ended_on is not None):
        raise ValidationError(_("Nothing was saved. That plan has ended: add the action to a current one."))
    audience = telling.audience or timeline.unchosen(case, by)
    action.plan, action.first_due_on = plan, action.due_on
    _set_owner(action, owner, access.who_can_see(by, case))
    _owner_must_see(case, audience, owner, by=by)
    made = write_record(case, action, replace(telling, audience=audience, matters_to_plan=True), by=by)
    held = _held(case, made, by)
    if held:
        what = Truncator(made.what).chars(TITLE_LIMIT)
        deadlines.agree(case, what, due_at=_end_of(made.due_on), held=held, entry=made.entry, by=by)
    return made


def _held(case: Case, action: PlanAction, by: Acting) -> deadlines.Held | None:
    """Return whose deadline the action is; None where the family has it, or nobody of an involved team."""
    if action.owner_team:
        return deadlines.Held(action.owner_team)
    parts = Involvement.objects.visible_to(by).filter(ongoing(), case=case, confidential=False)
    own = parts.filter(team__agency=action.agency, team__memberships__user=action.owner_user)
    part = own.select_related("team").order_by("pk").first() if action.owner_user else None
    return deadlines.Held(part.team, action.owner_user) if part else None


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def _set_owner(action: PlanAction, owner: User | Team | None, sight: Sight) -> None:
    if isinstance(owner, User):
        # Somebody who sees the case by name alone acts for the agency that they joined first; somebody in several
        # teams of the case for the one beside whose name they were chosen, which is the last.
        places = [m.agency for m in Membership.objects.live().of(owner).order_by("since", "id")[:1]]
        open_parts = [each for each in sight.teams if not each.involvement.confidential]
        places += [each.involvement.team.agency for each in open_parts for m in each.people if m.user_id == owner.pk]
        action.owner_user, action.owner_name, action.agency = owner, owner.name, places[-1]
    elif isinstance(owner, Team):
        action.owner_team, action.owner_name = owner, f"{owner.agency.name}: {owner.name}"
        action.agency = owner.agency


def _owner_must_see(case: Case, audience: timeline.Audience, owner: User | Team | None, *, by: Acting) -> None:
    if owner is None:
        return
    seats = preview(case, audience, by=by).visible
    people = {person.pk for seat in seats for person in seat.people}
    sees = owner.pk in people if isinstance(owner, User) else owner.memberships.filter(user__in=people).exists()
    if not sees:
        raise ValidationError(_("Nothing was saved: the owner would not see this action. Let more people see it."))


@one_transaction
def settle_action(action: PlanAction, *, evidence: str = "", not_done_because: str = "", by: Acting) -> None:
    """Say that ``action``, which came through the door, is done (``evidence``) or will not be (the reason).

    Raises Http404 for who neither contributes to the case nor owns the action; ValidationError without either
    text, when it is settled already, or for a team whose part is confidential where it is not done: the deadline
    says who waived it.
    """
    case = _lock(action, by)
    done = bool(evidence.strip())
    if not done:
        must_not_betray(case, action.entry, by=by)
    if not done and not not_done_because.strip():
        raise ValidationError(_("Nothing was changed. Say how we know that it is done, or why it is not."))
    action.state = PlanAction.State.DONE if done else PlanAction.State.NOT_DONE
    action.closed_on = timezone.localdate()
    action.evidence, action.not_done_because = evidence.strip(), not_done_because.strip()
    action.save(update_fields=["state", "closed_on", "evidence", "not_done_because"])
    deadlines.settle(action.entry, done=done, reason=action.not_done_because, by=by)
    words = _("Action done: %(what)s") if done else _("Action not done: %(what)s")
    event = timeline.Event(
        kind=Kind.ACTION_DONE if done else Kind.ACTION_NOT_DONE,
        title=words % {"what": action.what},
        body=evidence or not_done_because,
    )
    _follow_up(case, action.entry, event, by=by)
    audit.record(f"action.{action.state}", by=by, target="cases.PlanAction", uuids=[action.uuid, case.uuid])


@one_transaction
def move_action(action: PlanAction, *, due_on: date, reason: str, by: Acting) -> None:
    """Change the day by which ``action`` is owed, with the reason; the day first agreed stays on record.

    Raises Http404 for who neither contributes to the case nor owns the action; ValidationError without a reason,
    for a day that has passed, when the action is settled, or for a team whose part is confidential.
    """
    if not reason.strip() or due_on < timezone.localdate():
        raise ValidationError(_("Nothing was changed. Give a day that is yet to come, and say why it changes."))
    case = _lock(action, by)
    must_not_betray(case, action.entry, by=by)
    action.due_on = due_on
    action.save(update_fields=["due_on"])
    deadlines.move(action.entry, due_at=_end_of(due_on), reason=reason.strip(), by=by)
    title = _("New date for an action: %(what)s") % {"what": action.what}
    _follow_up(case, action.entry, timeline.Event(kind=Kind.ACTION_MOVED, title=title, body=reason), by=by)
    detail = {"due_on": due_on.isoformat()}
    audit.record("action.move", by=by, target="cases.PlanAction", uuids=[action.uuid, case.uuid], detail=detail)


def _lock(action: PlanAction, by: Acting) -> Case:
    owns = action.owner_user_id == by.user_id or action.owner_team_id in by.team_ids
    case = lock_as(by, action.entry.case, AccessLevel.VIEW if owns else AccessLevel.CONTRIBUTE)
    must_have_team(by)
    action.refresh_from_db(fields=["state"])
    if action.state != PlanAction.State.OPEN:
        raise ValidationError(_("Nothing was changed. The action is settled already: look at it again."))
    return case


def _follow_up(case: Case, first: TimelineEntry, event: timeline.Event, *, by: Acting) -> None:
    must_have_team(by)
    title = Truncator(event.title).chars(TITLE_LIMIT)
    # Whoever may not be known to be involved settles it quietly.
    audience = timeline.OWN_TEAM if own_part.is_quiet(case, by) else audience_like(first)
    timeline.write(case, replace(event, title=title, audience=audience, matters_to_plan=True), by=by)


def audience_like(first: TimelineEntry) -> timeline.Audience:
    """Return the audience for what follows from ``first``: its sectors and sensitivity, and its author's team.

    Whom ``first`` names is not carried over: those who read this entry might learn of them by it.
    """
    named: dict[str, Any] = {}
    if first.audience_mask != timeline.EVERY_SECTOR:
        named["teams"] = tuple(Team.objects.filter(group=first.author_group_id))
    return timeline.Audience(mask=first.audience_mask, sensitivity=Sensitivity(first.sensitivity), **named)
