"""The demo's deadlines: those of each case dated back with it, what was done in time, and what was agreed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from agencies.acting import Acting
from agencies.models import Team
from agencies.practice_events import PracticeEvent
from cases import deadlines
from cases.actions.deadlines import agree, record_event
from cases.models import Case, Deadline

ASSESSED_AFTER = 50  # days


@dataclass(frozen=True)
class Agreed:
    """What was agreed in a case: so many days from now."""

    what: str
    days: int


AGREED = {
    "Example": (Agreed("Talk with Gran about weekends", 3), Agreed("Ask the school for attendance figures", 12)),
    "Placeholder": (Agreed("Send the follow-up letter to the paediatrician", 1),),
    "Sample": (Agreed("Visit the new flat with Juno", 6),),
    "Specimen": (Agreed("Look at homework club with Sky and her dad", 9),),
}
# So many days ago, in the order in which they happened.
EVENTS: dict[str, tuple[tuple[PracticeEvent, int], ...]] = {
    "Placeholder": (
        (PracticeEvent.S47_DECIDED, 63),
        (PracticeEvent.S47_STARTED, 63),
        (PracticeEvent.INITIAL_CONFERENCE_HELD, 44),
        (PracticeEvent.PLAN_DECIDED, 44),
        (PracticeEvent.PLAN_STARTED, 44),
        (PracticeEvent.CORE_GROUP_HELD, 33),
        (PracticeEvent.PLAN_VISIT_MADE, 18),
    ),
    "Example": ((PracticeEvent.MISSING_CHILD_RETURNED, 1),),
}


def date_back(case: Case, opened_at: datetime) -> None:
    """Count what the opening of ``case`` started from ``opened_at``."""
    # past the door: the owner dates the demo back
    for each in Deadline.objects.filter(case=case).select_related("timescale__profile", "team"):
        if each.timescale:
            due = deadlines.due_at(each.timescale, opened_at, team=each.team)
            # past the door: the owner dates the demo back
            Deadline.objects.filter(pk=each.pk).update(started_at=opened_at, original_due_at=due, due_at=due)


def seed_deadlines(case: Case, surname: str, days: int, *, by: Acting) -> None:
    """Enter what happened in a case that was opened ``days`` ago, and what was agreed."""
    now = timezone.now()
    if days > ASSESSED_AFTER:
        done = now - timedelta(days=days - ASSESSED_AFTER)
        record_event(case, PracticeEvent.ASSESSMENT_COMPLETED, at=done, by=by)
    for event, ago in EVENTS.get(surname, ()):
        record_event(case, event, at=now - timedelta(days=ago), by=by)
    team = Team.objects.get(pk=by.team_ids[0])
    for each in AGREED.get(surname, ()):
        due_at = timezone.localtime(now + timedelta(days=each.days)).replace(hour=23, minute=59, second=59)
        agree(case, each.what, due_at=due_at, team=team, person=by.user, by=by)
