"""The door to what a calendar shows of one person's work: by the same rules as the pages of deadlines and meetings."""

from django.db.models import Q

from agencies.acting import Acting
from cases import access_deadlines, access_meetings
from cases.models import Deadline, Meeting

MOST_IN_CALENDAR = 500


def to_do_by(by: Acting) -> list[Deadline]:
    """Return what ``by`` has to do, and what their teams have that is no person's own; the look is recorded.

    Soonest first, at most MOST_IN_CALENDAR.
    """
    own = Q(person=by.user_id, agency=by.agency_id) | Q(person__isnull=True, team__in=by.team_ids)
    found = Deadline.objects.visible_to(by).running().filter(own).select_related("case").order_by("due_at", "pk")
    listed = list(found[:MOST_IN_CALENDAR])
    access_deadlines.record_list(by, listed)
    return listed


def to_attend_by(by: Acting) -> list[Meeting]:
    """Return the meetings to come that ``by`` or a team of theirs is invited to; the look is recorded."""
    return [each.meeting for each in access_meetings.my_meetings(by)]
