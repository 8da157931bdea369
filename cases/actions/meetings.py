"""Calling a meeting, contributing to it beforehand, and saying what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, User
from cases import access, access_meetings, access_timeline, asking, inviting, own_part, timeline
from cases.actions.grants import lock_as
from cases.actions.plans import audience_like
from cases.actions.records import Telling, must_have_team, write_record
from cases.audience import Outlook, outlook, preview, to_be_told
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Involvement, Meeting, MeetingContribution, MeetingSeat
from cases.models.records import TITLE_LIMIT
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Who is invited: teams by their involvement, which of them contribute beforehand, people of them, and guests."""

    teams: Collection[Involvement] = ()
    asked: Collection[Involvement] = ()
    people: Collection[tuple[Involvement, User]] = ()
    guests: Collection[str] = ()

    def seats(self, meeting: Meeting) -> list[MeetingSeat]:
        """Return a seat for everybody, each once."""
        asked = {each.pk for each in self.asked}
        teams = {each.pk: each for each in (*self.teams, *self.asked)}.values()
        return [
            *(MeetingSeat(meeting=meeting, involvement=each, asked=each.pk in asked) for each in teams),
            *(MeetingSeat(meeting=meeting, involvement=part, person=who) for part, who in dict.fromkeys(self.people)),
            *(MeetingSeat(meeting=meeting, guest=name) for name in dict.fromkeys(self.guests)),
        ]


@one_transaction
def call_meeting(
    case: Case, meeting: Meeting, telling: Telling, invited: Invited, *, sitting: Meeting | None = None, by: Acting
) -> Meeting:
    """Put ``meeting`` about ``case`` on record with who is invited; the teams asked to contribute are told.

    Everybody invited who may see it gets an invitation for their calendar by e-mail. A conference starts the
    clocks of what is due before it.

    ``sitting`` is the meeting about another case at the same time and place; whoever sees one of them learns
    nothing of the other. Raises Http404 below the contribute level; ValidationError when it is incomplete, or
    somebody is invited who would not see it.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    _check_invited(case, telling.audience or timeline.unchosen(case, by), invited, by=by)
    meeting.case = case
    if sitting is not None:
        meeting.together, meeting.planned_for, meeting.place = sitting.together, sitting.planned_for, sitting.place
        meeting.sort = sitting.sort
    if meeting.contributions_by and meeting.contributions_by > timezone.localdate(meeting.planned_for):
        raise ValidationError(_("Nothing was saved. Contributions are wanted before the meeting: check both dates."))
    write_record(case, meeting, telling, by=by)
    asking.contributions_asked(case, meeting, MeetingSeat.objects.bulk_create(invited.seats(meeting)))
    _tell_asked(case, meeting, invited, by=by)
    inviting.tell(meeting, inviting.CALLED)
    return meeting


def _check_invited(case: Case, audience: timeline.Audience, invited: Invited, *, by: Acting) -> None:
    teams = {part.team_id for part in (*invited.teams, *invited.asked, *(part for part, _who in invited.people))}
    known = set(access.known_parts(by, case).values_list("team", flat=True))
    if not teams <= known:
        raise Http404
    reached = {who.pk for seat in preview(case, audience, by=by).visible for who in seat.people}
    through = Membership.teams.through.objects.filter(team__in=teams, membership__user__in=reached)
    seeing = set(through.values_list("team", flat=True))
    if teams - seeing or {who.pk for _part, who in invited.people} - reached:
        raise ValidationError(
            _("Nothing was saved, and your text is kept: somebody is invited who would not see the meeting.")
        )


def _tell_asked(case: Case, meeting: Meeting, invited: Invited, *, by: Acting) -> None:
    seen = access_timeline.seen_by([meeting.entry])[meeting.entry_id]
    readers = outlook(access.who_can_see(by, case), case, seen)
    for part in invited.asked:
        _tell(case, meeting, part, readers)


def _tell(case: Case, meeting: Meeting, part: Involvement, readers: Outlook) -> None:
    note = Note(
        kind="meeting.contribute",
        subject=_("Your team is asked to contribute to a meeting on case %(case)s") % {"case": case.spoken_reference},
        body="",
        path=reverse("cases:meeting", args=[case.uuid, meeting.uuid]),
    )
    members = set(part.team.memberships.values_list("user", flat=True))
    for person in to_be_told(case, readers, agency=part.team.agency_id):
        if person.pk in members:
            key = f"meeting.contribute:{meeting.uuid}:{part.pk}:{person.pk}"
            put_in_inbox(note, recipient_id=person.pk, dedupe_key=key, agency_id=part.team.agency_id)


@one_transaction
def contribute(
    meeting: Meeting, contribution: MeetingContribution, telling: Telling, *, by: Acting
) -> MeetingContribution:
    """Put on record what a team of ``by`` says before ``meeting``, which came through the door. Returns it.

    A team that was asked may, whatever else it may do in the case. Raises Http404 for anybody else; ValidationError
    when it is incomplete or the meeting is over.
    """
    case = lock_as(by, meeting.case, AccessLevel.VIEW)
    seat = access_meetings.asked_seat(by, meeting)
    if seat is None or seat.involvement is None:
        raise access.refusal(by, case)
    contribution.meeting, contribution.involvement = meeting, seat.involvement
    return write_record(case, contribution, replace(telling, matters_to_plan=True), by=by)


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is said of a meeting that was held: who came, what was talked about, and what the child said of it."""

    attendance: Mapping[MeetingSeat, str]
    summary: str
    child_said: str = ""
    no_words_because: str = ""


@one_transaction
def hold(meeting: Meeting, held: Held, *, by: Acting) -> None:
    """Say that ``meeting``, which came through the door, was held, who came, and what was talked about.

    Raises Http404 for whoever neither is of its caller's team nor leads the case; ValidationError for a meeting yet
    to come or over, without a summary, or without the child's words and why there are none.
    """
    case = _lock(meeting, by)
    if meeting.planned_for > timezone.now():
        raise ValidationError(_("Nothing was saved. The meeting is yet to come: say afterwards who came."))
    if not held.summary.strip() or not (held.child_said.strip() or held.no_words_because.strip()):
        raise ValidationError(_("Nothing was saved. Say what was talked about, and what the child says or why not."))
    for seat, attendance in held.attendance.items():
        seat.attendance = attendance
        seat.save(update_fields=["attendance"])
    meeting.state, meeting.summary = Meeting.State.HELD, held.summary.strip()
    meeting.child_said, meeting.no_words_because = held.child_said.strip(), held.no_words_because.strip()
    meeting.save(update_fields=["state", "summary", "child_said", "no_words_because"])
    event = timeline.Event(
        kind=Kind.MEETING_HELD,
        title=_("Meeting held: %(purpose)s") % {"purpose": meeting.purpose},
        body=meeting.summary,
        child_words=meeting.child_said,
        occurred_at=meeting.planned_for,
        means=meeting.held_as(),
    )
    _follow_up(case, meeting, event, by=by)
    audit.record("meeting.hold", by=by, target="cases.Meeting", uuids=[meeting.uuid, case.uuid])


@one_transaction
def call_off(meeting: Meeting, *, reason: str, by: Acting) -> None:
    """Say that ``meeting``, which came through the door, is not held, and why.

    Raises Http404 for whoever neither is of its caller's team nor leads the case; ValidationError without a reason,
    or when it is over.
    """
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say why the meeting is not held."))
    case = _lock(meeting, by)
    meeting.state, meeting.not_held_because = Meeting.State.CALLED_OFF, reason.strip()
    meeting.save(update_fields=["state", "not_held_because"])
    title = _("Meeting called off: %(purpose)s") % {"purpose": meeting.purpose}
    event = timeline.Event(kind=Kind.MEETING_CALLED_OFF, title=title, body=reason, means=meeting.called_off_as())
    _follow_up(case, meeting, event, by=by)
    inviting.tell(meeting, inviting.CALLED_OFF)
    audit.record("meeting.call_off", by=by, target="cases.Meeting", uuids=[meeting.uuid, case.uuid], reason=reason)


def _lock(meeting: Meeting, by: Acting) -> Case:
    case = lock_as(by, meeting.case, AccessLevel.CONTRIBUTE)
    if not access_meetings.may_manage(by, meeting, access.level(by, case) or 0):
        raise access.refusal(by, case)
    must_have_team(by)
    meeting.refresh_from_db(fields=["state"])
    if not meeting.is_planned:
        raise ValidationError(_("Nothing was changed. The meeting is over or called off already: look at it again."))
    return case


def _follow_up(case: Case, meeting: Meeting, event: timeline.Event, *, by: Acting) -> None:
    title = Truncator(event.title).chars(TITLE_LIMIT)
    audience = timeline.OWN_TEAM if own_part.is_quiet(case, by) else audience_like(meeting.entry)
    timeline.write(case, replace(event, title=title, audience=audience, matters_to_plan=True), by=by)
