"""What is due: deadlines that events start, meet and replace.

``follow`` is called in one place, where an entry is written (``timeline.write``); ``happened`` also where an
event is entered by hand. Both run in the transaction of their cause, with the case locked. A person's event
meets only deadlines that they see: one that started from a hidden entry goes on for those who know of it. And
an entry that some may not see acts on no deadline by which they would learn of it: see ``reach.py``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from agencies.acting import Acting
from agencies.models import LegalStatus, PracticeProfile, SchoolTerm, Team, Timescale, User
from agencies.models.practice import Again, Owner
from agencies.practice_events import PracticeEvent
from cases import reach, reminding
from cases.event_kinds import Kind
from cases.models import Case, Deadline, Involvement, TimelineEntry
from cases.own_part import author_group, is_quiet
from cases.querysets import DeadlineQuerySet, ongoing
from safeguard.common.clocks import Calendar, Unit, end_of_period

SOCIAL_CARE, EDUCATION = "social_care", "education"
# What was done may have been put on record as a little before what it answers.
SLACK = timedelta(days=1)
# Which record is which event of practice; an action that knows more says so in ``Event.means``.
MEANING: Mapping[str, tuple[PracticeEvent, ...]] = {
    Kind.CASE_OPENED: (PracticeEvent.CASE_OPENED,),
    Kind.CASE_CLOSED: (PracticeEvent.CASE_CLOSED,),
    Kind.REFERRAL: (PracticeEvent.REFERRAL_RECEIVED,),
    Kind.REFERRAL_DECIDED: (PracticeEvent.REFERRAL_DECIDED,),
    Kind.STRATEGY_DISCUSSION: (PracticeEvent.STRATEGY_DISCUSSION_HELD,),
    # It decides the enquiry, and the day of the discussion is the day on which the enquiry starts.
    Kind.SECTION_47_STARTED: (
        PracticeEvent.STRATEGY_DISCUSSION_HELD,
        PracticeEvent.S47_DECIDED,
        PracticeEvent.S47_STARTED,
    ),
    Kind.INITIAL_CONFERENCE: (PracticeEvent.INITIAL_CONFERENCE_HELD,),
    Kind.PRE_BIRTH_CONFERENCE: (PracticeEvent.INITIAL_CONFERENCE_HELD,),
    Kind.REVIEW_CONFERENCE: (PracticeEvent.REVIEW_CONFERENCE_HELD,),
    Kind.CHILD_PROTECTION_PLAN_STARTED: (PracticeEvent.PLAN_STARTED,),
    Kind.CHILD_RETURNED: (PracticeEvent.MISSING_CHILD_RETURNED,),
}


@dataclass(frozen=True)
class Held:
    """Whose a deadline is: a team, and a person of it where it is allocated."""

    team: Team
    person: User | None = None


def follow(
    case: Case, entry: TimelineEntry, *, by: Acting, means: Iterable[PracticeEvent] = (), at: datetime | None = None
) -> None:
    """Start, meet and replace the deadlines that the event of ``entry`` asks for.

    ``means`` names further events of practice that it is; ``at`` is the moment that periods count from where
    that is not when it happened, such as the day of a meeting that was planned.
    """
    for event in dict.fromkeys((*MEANING.get(entry.kind, ()), *means)):
        happened(case, event, at=at or entry.occurred_at, entry=entry, by=by)


def happened(
    case: Case, event: PracticeEvent, *, at: datetime, by: Acting, entry: TimelineEntry | None = None
) -> list[Deadline]:
    """Let ``event`` meet what it meets and start what it starts in ``case``; return what it started."""
    if event == PracticeEvent.CASE_CLOSED:
        _running(case, by).filter(reach.whose_readers_see(entry)).update(superseded_at=at)
        return []
    if case.profile is None:
        return []
    timescales = list(case.profile.timescales.filter(Q(starts_on__contains=[event]) | Q(met_by__contains=[event])))
    _meet([each for each in timescales if event in each.met_by], case, at, entry=entry, by=by)
    starting = [each for each in timescales if event in each.starts_on]
    return [made for each in starting for made in start(case, each, at=at, entry=entry, by=by)]


def start(
    case: Case, timescale: Timescale, *, at: datetime, by: Acting, entry: TimelineEntry | None = None
) -> list[Deadline]:
    """Start the deadlines of ``timescale`` in ``case`` from ``at``; none where one runs that goes on instead."""
    made = []
    for held in _owners(case, timescale, entry, by):
        running = _running(case, by).filter(code=timescale.code, team=held.team)
        earlier = running.filter(reach.seen_by_readers_of(entry), started_at__lte=at)
        if timescale.again == Again.KEEP and earlier.exists():
            continue
        _replace(running.filter(reach.whose_readers_see(entry)), timescale, at)
        made.append(_add(case, timescale, held, at=at, entry=entry, by=by))
    return made


def _replace(running: DeadlineQuerySet, timescale: Timescale, at: datetime) -> None:
    if timescale.again == Again.KEEP:  # what is put on record late, and happened before, counts from then
        running = running.filter(started_at__gt=at)
    if timescale.again != Again.EACH:
        running.update(superseded_at=timezone.now())


def agree(
    case: Case, what: str, *, due_at: datetime, held: Held, by: Acting, entry: TimelineEntry | None = None
) -> Deadline:
    """Add a deadline that was agreed for this child and no timescale asks for. The caller has locked ``case``."""
    made = Deadline.objects.create(
        case=case,
        entry=entry,
        what=what,
        legal_status=LegalStatus.AGREED,
        started_at=timezone.now(),
        original_due_at=due_at,
        due_at=due_at,
        agency_id=held.team.agency_id,
        team=held.team,
        person=held.person,
        made_by=by.user,
    )
    reminding.plan(made)
    return made


def settle(entry: TimelineEntry, *, done: bool, reason: str, by: Acting) -> None:
    """End what was agreed with ``entry``: as met where it is ``done``, else as not needed for ``reason``.

    A team whose part is confidential is not named by it, where others than its own read the entry.
    """
    now = timezone.now()
    quiet = is_quiet(entry.case, by) and not reach.is_own(entry, by)
    met = {"met_at": now, "met_by": None if quiet else by.user}
    waived = {"waived_at": now, "varied_by": by.user, "variation_reason": reason}
    _agreed(entry, by).update(**(met if done else waived))


def move(entry: TimelineEntry, *, due_at: datetime, reason: str, by: Acting) -> None:
    """Give what was agreed with ``entry`` another day, for ``reason``; the first one stays on record."""
    moved = list(_agreed(entry, by).select_related("case__profile"))
    _agreed(entry, by).update(due_at=due_at, varied_by=by.user, variation_reason=reason)
    for each in moved:
        each.due_at = due_at
        reminding.plan(each)


def _agreed(entry: TimelineEntry, by: Acting) -> DeadlineQuerySet:
    return Deadline.objects.visible_to(by).running().filter(entry=entry, code="")


def pass_to(case: Case, held: Held, *, by: Acting) -> None:
    """Move what ``case``'s allocation before had to do to ``held``, to whom it is allocated now.

    That is what the timescales ask of whoever leads the case, and what was agreed with the person it was allocated
    to. What others hold stays theirs: reports of their own, actions of plans. So does what the new team may not see.
    """
    of_lead = Q(timescale__owner__in=[Owner.SOCIAL_CARE, Owner.LEAD])
    agreed = Q(code="", entry__isnull=True, person__isnull=False, person=case.allocated_to)
    running = _running(case, by).filter(of_lead | agreed, team=case.allocated_team)
    if held.team != case.allocated_team:
        running = running.filter(reach.OPEN_TO_ALL)
    running.update(team=held.team, agency_id=held.team.agency_id, person=held.person)


def due_at(timescale: Timescale, at: datetime, *, team: Team) -> datetime:
    """Return when ``timescale`` is due for ``team``, counted from ``at``."""
    return end_of_period(at, timescale.period, _calendar(timescale, team))


def _calendar(timescale: Timescale, team: Team) -> Calendar:
    calendar = timescale.profile.calendar
    if timescale.unit != Unit.SCHOOL_DAY:
        return calendar
    terms = SchoolTerm.objects.counted_by(team.agency_id)
    return replace(calendar, terms=tuple(terms.values_list("first_day", "last_day")))


def _running(case: Case, by: Acting) -> DeadlineQuerySet:
    return Deadline.objects.visible_to(by).running().filter(case=case)


def _meet(timescales: list[Timescale], case: Case, at: datetime, *, entry: TimelineEntry | None, by: Acting) -> None:
    # What happened before a clock began does not meet it, but for those that count back from a day to come.
    begun = Q(started_at__lte=at + SLACK) | Q(due_at__lt=F("started_at"))
    running = _running(case, by).filter(begun, reach.whose_readers_see(entry))
    met = {"met_at": at, "met_by": by.user}
    once = [each.code for each in timescales if each.again != Again.EACH]
    running.filter(code__in=once).update(**met)
    for code in (each.code for each in timescales if each.again == Again.EACH):
        # Each event has its own deadline, and one answer meets the one that is longest due: of those that all who
        # see the answer see, or theirs would go on for a reason that they may not know.
        each_own = running.filter(reach.seen_by_readers_of(entry), code=code)
        oldest = each_own.order_by("due_at", "pk").values_list("pk", flat=True).first()
        if oldest is not None:
            running.filter(pk=oldest).update(**met)


def _owners(case: Case, timescale: Timescale, entry: TimelineEntry | None, by: Acting) -> list[Held]:
    if timescale.owner == Owner.INVOLVED:
        # A confidential part is no secret if a deadline names it, so it has none.
        parts = Involvement.objects.visible_to(by).filter(ongoing(), case=case, confidential=False)
        return [Held(part.team) for part in parts.select_related("team").order_by("pk")]
    if timescale.owner == Owner.RECORDER:
        team = _recorder(case, entry, by)
        return [Held(team, by.user)] if team else []
    if timescale.owner == Owner.SOCIAL_CARE and case.lead_agency.sector.code != SOCIAL_CARE:
        return []
    return [Held(case.allocated_team, case.allocated_to)] if case.allocated_team else []


def _recorder(case: Case, entry: TimelineEntry | None, by: Acting) -> Team | None:
    """Return whose the event is: the team under its entry, which who sees the deadline sees; none that is no one's."""
    if not by.group_ids or (entry is None and is_quiet(case, by)):
        return None
    group = entry.author_group_id if entry else author_group(case, by)
    return Team.objects.filter(group=group).first()


def _add(
    case: Case, timescale: Timescale, held: Held, *, at: datetime, entry: TimelineEntry | None, by: Acting
) -> Deadline:
    due = due_at(timescale, at, team=held.team)
    made = Deadline.objects.create(
        case=case,
        entry=entry,
        timescale=timescale,
        code=timescale.code,
        what=timescale.action,
        legal_status=timescale.legal_status,
        urgent=timescale.urgent,
        is_timed=timescale.period.unit == Unit.HOUR,
        started_at=at,
        original_due_at=due,
        due_at=due,
        agency_id=held.team.agency_id,
        team=held.team,
        person=held.person,
        made_by=by.user,
    )
    reminding.plan(made)
    return made


def profile_for_new_case() -> PracticeProfile | None:
    """Return the version that a case which is opened now starts under."""
    return PracticeProfile.objects.current()
