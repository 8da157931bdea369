"""Logging a concern: written once, with a next step, and on the case's timeline where the writer works on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import desks
from agencies.acting import Acting
from agencies.models import Agency, Membership, Team, User
from agencies.roles import Can
from cases import access, beyond_sight, looking, timeline
from cases.actions.children import NewChild, record_child
from cases.actions.grants import lock
from cases.actions.injuries import NewInjury, check, keep
from cases.actions.known import Decided
from cases.actions.known import keep as keep_decided
from cases.chase import look_due
from cases.concern_codes import HowKnown, NextStep, Route, Worry, labels_of
from cases.concern_routes import (
    LINKED,
    USUALLY,
    Passing,
    agency_of,
    audience_for,
    holders,
    must_be_looked_at,
    own_team,
    stays_with,
)
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Child, Concern, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox

MOST_AT_ONCE = 8  # children in one go


@dataclass(frozen=True, kw_only=True)
class NewConcern:
    """What somebody writes down. Child, facts, time, how it is known and the next step are needed, the rest is not.

    ``owner`` None is the writer. ``audience`` None is the default of the writer's sector. ``decided`` is what was said
    of the known children who may be the one that was named.
    """

    child: Child | NewChild | None
    facts: str
    occurred_at: datetime
    known_by: HowKnown
    next_step: NextStep
    owner: User | None = None
    next_step_reason: str = ""
    opinion: str = ""
    child_words: str = ""
    time_known: bool = False
    place: str = ""
    present: str = ""
    categories: tuple[str, ...] = ()
    worry: Worry | None = None
    immediate_action: str = ""
    needs_to_know: str = ""
    injuries: tuple[NewInjury, ...] = ()
    passing: Passing = USUALLY
    audience: timeline.Audience | None = None
    decided: Decided = field(default_factory=Decided)


NO_WORKER = gettext_lazy(
    "Nothing was saved: on no case that you work on is somebody allocated to this child, so nobody would be told."
    " Choose another next step; to reach children’s social care, refer the child."
)


@dataclass(frozen=True)
class _Place:
    """Where a concern stands: child, the team that answers, one that also sees it, the writer's agency, an entry."""

    child: Child | None
    team: Team
    also: Team | None
    agency: Agency
    entry: TimelineEntry | None


@one_transaction
def log_concerns(concerns: Sequence[NewConcern], *, by: Acting) -> list[Concern]:
    """Log one record for each of ``concerns``, all or none: brothers and sisters of whom each has their own readers.

    Raises what ``log_concern`` raises, and ValidationError for more than MOST_AT_ONCE.
    """
    if len(concerns) > MOST_AT_ONCE:
        raise ValidationError(_("Nothing was saved. Log at most %(most)s children at once.") % {"most": MOST_AT_ONCE})
    if len(concerns) > 1:
        _lock_in_order([each.child for each in concerns if isinstance(each.child, Child)], by)
    return [log_concern(each, by=by) for each in concerns]


def _lock_in_order(children: Iterable[Child], by: Acting) -> None:
    """Lock the open cases of ``children`` by their keys: two people who list the same family would deadlock."""
    for case in access.open_cases_of(by, children, to=AccessLevel.CONTRIBUTE):
        lock(case, by=by)


@one_transaction
def log_concern(new: NewConcern, *, by: Acting) -> Concern:
    """Save a concern; where ``by`` works on the child's open case it becomes an entry of that timeline at once.

    Raises ValidationError for a time in the future, for something that is needed and missing, for a person
    who may not log concerns or is in no team, and where nobody could be told.
    """
    _check(new, by)
    team, also = holders(new.passing, by)
    child = record_child(new.child, team=own_team(by), by=by) if isinstance(new.child, NewChild) else new.child
    keep_decided(new.decided, made=child if isinstance(new.child, NewChild) else None, by=by)
    audience = audience_for(new.audience, by, team, also)
    case = _case_of(child, new, by)
    asked = must_be_looked_at(new.passing, new.next_step, team, by)
    if case and asked:
        # Whoever is asked to look keeps it to themselves where they would not find it on the timeline.
        case = case if stays_with([each for each in (team, also) if each], case, audience, by) else None
    if not asked and new.next_step == NextStep.TELL_WORKER and not (case and case.allocated_to_id):
        raise ValidationError(NO_WORKER)
    if case is None:
        _must_be_seen(new.child, by)
    elif child and case.child_id != child.pk:
        # Of two merged records it belongs to the one whose case it is on: its readers may not know of the other.
        child = case.child
    entry = timeline.write(case, _event(new, child, audience), by=by) if case else None
    made = _insert(new, _Place(child, team, also, agency_of(by), entry), by)
    if new.injuries:
        keep(made, new.injuries)
    if child and isinstance(new.child, NewChild):
        _pass_on(child, made, new.passing)
    uuids = [made.uuid, *(each.uuid for each in (child, case) if each)]
    detail = {"route": str(new.passing.route), "next_step": str(new.next_step)}
    audit.record("concern.log", by=by, target="cases.Concern", uuids=uuids, detail=detail)
    _tell(made, case, by)
    looking.plan(made)
    return made


def _pass_on(child: Child, made: Concern, passing: Passing) -> None:
    """Let a new child's record belong to the team that answers, where colleagues of the writer must not know of it.

    Where somebody of that team is one of these, it belongs to no team: only the concern shows the child's name.
    """
    if passing.route not in (Route.IMPLICATED, Route.STAFF):
        return
    kept_out = [person.pk for person in passing.implicated]
    members = Membership.objects.current().filter(teams=made.team_id)
    works_there = Membership.objects.current().filter(agency=passing.workplace).values("user")
    knows = members.filter(Q(user__in=kept_out) | Q(user__in=works_there)).exists()
    # past the door: the child that this transaction recorded
    Child.objects.filter(pk=child.pk).update(recorded_by_team=None if knows else made.team_id)


def _must_be_seen(child: Child | NewChild | None, by: Acting) -> None:
    """Raise Http404 for a child whom ``by`` may not see: a concern about them would open their name."""
    if isinstance(child, Child) and not Child.objects.visible_to(by).filter(pk=child.pk).exists():
        audit.record_refusal("concern.log", by=by, target="cases.Child", uuids=[child.uuid])
        raise Http404


def _check(new: NewConcern, by: Acting) -> None:
    if not by.can(Can.LOG_CONCERN):
        raise ValidationError(_("Nothing was saved: your role does not log concerns."))
    if not by.team_ids:
        raise ValidationError(_("Nothing was saved: you are in no team. Ask your agency’s manager to add you to one."))
    if not new.facts.strip():
        raise ValidationError(_("Nothing was saved. Say what happened: what you saw, heard or were told."))
    if new.occurred_at > timezone.now():
        raise ValidationError(_("Nothing was saved. The time is in the future: give the time at which it happened."))
    if new.next_step == NextStep.NONE and not new.next_step_reason.strip():
        raise ValidationError(_("Nothing was saved. Say why nothing more needs to happen."))
    check(new.injuries)
    _check_passing(new, by)
    if new.audience:
        timeline.check_clearance(new.audience, by=by)


def _check_passing(new: NewConcern, by: Acting) -> None:
    passing = new.passing
    if passing.route in (Route.UNREACHABLE, Route.IMPLICATED) and not passing.reason.strip():
        raise ValidationError(_("Nothing was saved. Say why you go past your safeguarding team."))
    if passing.route == Route.STAFF and not passing.staff_name.strip():
        raise ValidationError(_("Nothing was saved. Say whom the concern is about: a name or a description."))
    if passing.implicated and passing.route != Route.IMPLICATED:
        raise ValidationError(_("Nothing was saved. To keep somebody from it, say that they are implicated."))
    if passing.route in (Route.IMPLICATED, Route.STAFF) and new.owner not in (None, by.user):
        raise ValidationError(_("Nothing was saved. Your colleagues do not see this one: have its next step yourself."))
    if by.user in passing.implicated:
        raise ValidationError(_("Nothing was saved. You cannot be kept from your own concern."))
    if new.child is None and passing.route != Route.STAFF:
        raise ValidationError(_("Nothing was saved. Choose the child, or record a new one."))


def _case_of(child: Child | None, new: NewConcern, by: Acting) -> Case | None:
    """Return the child's open case, locked, where ``by`` contributes to it and nobody must be kept from this."""
    if child is None or isinstance(new.child, NewChild) or new.passing.route not in LINKED:
        return None
    return access.open_case_locked(by, child, to=AccessLevel.CONTRIBUTE)


def _event(new: NewConcern, child: Child | None, audience: timeline.Audience | None) -> timeline.Event:
    return timeline.Event(
        kind=Kind.CONCERN,
        title=title_of(new.categories),
        body=new.facts,
        child_words=new.child_words,
        significance=new.opinion,
        action_taken=new.immediate_action,
        occurred_at=new.occurred_at,
        before_birth=_is_before_birth(child, new.occurred_at),
        audience=audience,
    )


def title_of(categories: Iterable[str]) -> str:
    """Return the title of a concern's entry: its categories, no names."""
    labels = ", ".join(labels_of(categories))
    title = _("Concern: %(categories)s") % {"categories": labels} if labels else _("Concern")
    return title if len(title) <= 200 else title[:199] + "…"  # noqa: PLR2004  (the column's length)


def _insert(new: NewConcern, place: _Place, by: Acting) -> Concern:
    passing = new.passing
    looked_at = must_be_looked_at(passing, new.next_step, place.team, by)
    made = Concern.objects.create(
        child=place.child,
        case_id=place.entry.case_id if place.entry else None,
        entry=place.entry,
        team=place.team,
        also=place.also,
        author=by.user,
        author_agency=place.agency,
        facts=new.facts,
        opinion=new.opinion,
        child_words=new.child_words,
        occurred_at=new.occurred_at,
        time_known=new.time_known,
        before_birth=_is_before_birth(place.child, new.occurred_at),
        place=new.place,
        known_by=new.known_by,
        present=new.present,
        categories=list(new.categories),
        worry=new.worry,
        immediate_action=new.immediate_action,
        needs_to_know=new.needs_to_know,
        next_step=new.next_step,
        next_step_owner=new.owner or by.user,
        next_step_reason=new.next_step_reason,
        route=passing.route,
        route_reason=passing.reason,
        staff_name=passing.staff_name,
        workplace=passing.workplace,
        look_due_at=look_due(new.worry, timezone.now()) if looked_at else None,
    )
    if passing.implicated:
        made.implicated.add(*passing.implicated)
    return made


def _is_before_birth(child: Child | None, occurred_at: datetime) -> bool:
    if child is None:
        return False
    day = timezone.localdate(occurred_at)
    return child.expected_on is not None or (child.born_on is not None and day < child.born_on)


def _tell(made: Concern, case: Case | None, by: Acting) -> None:
    """Put a note, which names nobody, into the inbox of those who must look and of whoever has the next step.

    Whoever cannot see the concern, or is kept from it, hears nothing, also where the writer knows of no reason.
    """
    told: dict[int, int | None] = {}
    if made.look_due_at:
        told |= {member.user_id: member.agency_id for member in desks.who_answer(made.team_id)}
        if made.also_id:
            told |= {member.user_id: member.agency_id for member in desks.who_answer(made.also_id)}
    if case and case.allocated_to_id and made.next_step == NextStep.TELL_WORKER:
        told[case.allocated_to_id] = case.lead_agency_id
    told[made.next_step_owner_id] = made.author_agency_id
    told.pop(by.user_id or 0, None)
    note = Note(
        kind="concern.log",
        subject=_("A concern waits for you"),
        body="",
        path=reverse("cases:concern", args=[made.uuid]),
    )
    for user_id in sorted(beyond_sight.may_hear(made.pk, told) if told else ()):
        key = f"concern.log:{made.uuid}:{user_id}"
        put_in_inbox(note, recipient_id=user_id, dedupe_key=key, agency_id=told[user_id])
