"""The door to meetings: which may I see, who is invited as far as I may know, and which team has said nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone

from agencies.acting import Acting
from cases.models import AccessLevel, Case, Decision, Meeting, MeetingContribution, MeetingSeat, PlanAction, Record
from cases.models.records import rows_of
from safeguard.audit import actions as audit
from safeguard.common.components import Row

MOST_MEETINGS = 100


def meeting(by: Acting, case: Case, ref: UUID) -> Meeting:
    """Return the meeting ``ref`` about ``case``, which came through the door.

    Raises Http404 for absent and forbidden alike.
    """
    found = Meeting.objects.visible_to(by).filter(case=case, uuid=ref).select_related("entry", "case").first()
    if found is None:
        audit.record_refusal("meeting.view", by=by, target="cases.Meeting", uuids=[ref])
        raise Http404
    return found


def sitting(by: Acting, ref: UUID) -> Meeting:
    """Return a meeting about any case that ``by`` contributes to, for one about another case at the same sitting.

    Raises Http404 for absent and forbidden.
    """
    found = Meeting.objects.visible_to(by).filter(uuid=ref, state=Meeting.State.PLANNED).first()
    if found is None:
        raise Http404
    return found


def also_about(by: Acting, meeting: Meeting) -> list[Meeting]:
    """Return the meetings about other cases at the same sitting, as far as ``by`` may see those."""
    found = Meeting.objects.visible_to(by).filter(together=meeting.together).exclude(pk=meeting.pk)
    return list(found.select_related("case").order_by("case__reference"))


def meetings_of(by: Acting, case: Case) -> list[Meeting]:
    """Return the meetings about ``case``, which came through the door, newest first; at most MOST_MEETINGS."""
    return list(Meeting.objects.visible_to(by).filter(case=case).order_by("-planned_for", "-pk")[:MOST_MEETINGS])


def may_manage(by: Acting, meeting: Meeting, level: int) -> bool:
    """Return whether ``by``, who holds ``level`` on its case, may say what became of ``meeting``.

    That is for its caller's team, and for who leads the case.
    """
    own = meeting.entry.author_group_id in by.group_ids
    return level >= (AccessLevel.CONTRIBUTE if own else AccessLevel.LEAD)


# --- Who is invited, and what they said -----------------------------------------------------------


@dataclass(frozen=True)
class Contribution:
    """What a team said before a meeting."""

    record: MeetingContribution
    rows: list[Row]


@dataclass(frozen=True)
class Seat:
    """Whose seat it is, and what their team contributed that the reader may see."""

    seat: MeetingSeat
    contributions: list[Contribution]

    @property
    def is_silent(self) -> bool:
        """Return whether the team was asked and there is nothing of theirs that the reader may see."""
        return self.seat.asked and not self.contributions


def seats_of(by: Acting, meeting: Meeting) -> list[MeetingSeat]:
    """Return who is invited to ``meeting``, which came through the door, as far as ``by`` may know: teams first."""
    found = MeetingSeat.objects.visible_to(by).filter(meeting=meeting)
    seats = found.select_related("involvement__team__agency__sector", "person")
    return sorted(seats, key=lambda seat: (seat.involvement_id is None, seat.person_id is not None, seat.pk))


def seats_and_contributions(by: Acting, meeting: Meeting) -> list[Seat]:
    """Return who is invited to ``meeting``, each team with what it contributed that ``by`` may see."""
    said = MeetingContribution.objects.visible_to(by).filter(meeting=meeting).select_related("entry__author")
    of_team: dict[int, list[Contribution]] = {}
    for each in said.order_by("pk"):
        of_team.setdefault(each.involvement_id, []).append(Contribution(each, list(rows_of(each))))
    return [
        Seat(seat, [] if seat.person_id else of_team.get(seat.involvement_id or 0, []))
        for seat in seats_of(by, meeting)
    ]


def asked_seat(by: Acting, meeting: Meeting) -> MeetingSeat | None:
    """Return the seat for which one of ``by``'s teams is asked to contribute to ``meeting``; None where none is.

    One whose team has said nothing yet comes first.
    """
    asked = _asked(by).filter(meeting=meeting).alias(said=Exists(SAID))
    return asked.select_related("involvement__team").order_by("said", "pk").first()


# The own team's contributions are always seen by it, so that nobody else's are asked for here.
SAID = MeetingContribution.objects.filter(meeting=OuterRef("meeting"), involvement=OuterRef("involvement"))


def _asked(by: Acting) -> QuerySet[MeetingSeat]:
    seats = MeetingSeat.objects.visible_to(by)
    return seats.filter(asked=True, involvement__team__in=by.team_ids, meeting__state=Meeting.State.PLANNED)


def waiting(by: Acting) -> list[MeetingSeat]:
    """Return for which meetings a team of ``by`` is asked to contribute and has not, the next meeting first.

    At most MOST_MEETINGS; records nothing.
    """
    found = _asked(by).filter(~Exists(SAID), meeting__planned_for__gt=timezone.now())
    return list(found.order_by("meeting__planned_for", "pk")[:MOST_MEETINGS])


@dataclass(frozen=True)
class Planned:
    """A meeting to come, and whether a team of the reader is asked to contribute and has not."""

    meeting: Meeting
    is_asked: bool


def my_meetings(by: Acting) -> list[Planned]:
    """Return the meetings to come that ``by`` or a team of theirs is invited to, the next first. One audit row."""
    seats = MeetingSeat.objects.visible_to(by).filter(involvement__team__in=by.team_ids)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = Meeting.objects.visible_to(by).filter(
        Exists(seats.filter(meeting=OuterRef("pk"))), state=Meeting.State.PLANNED, planned_for__gte=today
    )
    listed = list(found.select_related("case").order_by("planned_for", "pk")[:MOST_MEETINGS])
    audit.record_read("meeting.list", by=by, target="cases.Meeting", uuids=[each.uuid for each in listed])
    asked = {seat.meeting_id for seat in waiting(by)}
    return [Planned(each, each.pk in asked) for each in listed]


# --- What came out of it --------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came out of a meeting, as far as its reader may see it."""

    decisions: Sequence[Decision]
    actions: Sequence[PlanAction]


def outcome(by: Acting, meeting: Meeting) -> Outcome:
    """Return the decisions and actions of ``meeting``, which came through the door, that ``by`` may see."""
    decisions = Decision.objects.visible_to(by).filter(meeting=meeting).select_related("entry").order_by("pk")
    actions = PlanAction.objects.visible_to(by).filter(meeting=meeting).select_related("entry", "agency", "plan")
    return Outcome(list(decisions), list(actions.order_by("due_on", "pk")))


def meeting_of(by: Acting, record: Record | None) -> Meeting | None:
    """Return the meeting that ``record`` belongs to, where it does and ``by`` may see it."""
    if isinstance(record, Meeting):
        return record
    key = getattr(record, "meeting_id", None)
    return Meeting.objects.visible_to(by).filter(pk=key).first() if key else None
