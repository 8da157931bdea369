"""Who is invited to a meeting, and told that it is called off: by e-mail with a part that calendars understand.

Goes the way of reminders: written by the transaction that calls the meeting, worked out by the worker, which asks
for each person, as that person, whether they may know of it, and once more when it is sent. So it reaches those
too of whom whoever calls the meeting off knows nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from cases import beyond_sight, ladder
from cases.beyond_sight import Call
from cases.exports import calendar
from cases.ladder import Candidate
from cases.models import Meeting, MeetingSeat
from cases.querysets import SeatQuerySet
from safeguard.notifications import obligations, reminders, texts
from safeguard.notifications.obligations import Planned, Resolution

KIND = "meeting"
CALLED, CALLED_OFF = "called", "called_off"
# What a calendar counts by: a later message about the same meeting has the higher number.
SEQUENCE = {CALLED: 0, CALLED_OFF: 1}
STAGES = {str(number): stage for stage, number in SEQUENCE.items()}
MOOT = "the meeting is over, or no longer as it was said"
TITLES = tuple(
    texts.Text(
        code=f"{KIND}_{stage}",
        kind=_("Meetings"),
        label=label,
        default=default,
        words={"case": "1234-5678", "day": _("3 December 2026, 10 a.m.")},
        needed=frozenset({"case", "day"}),
        one_line=True,
    )
    for stage, label, default in (
        (CALLED, _("Invitation to a meeting"), _("Invitation: meeting on {day}, case {case}")),
        (CALLED_OFF, _("When a meeting is called off"), _("Called off: meeting on {day}, case {case}")),
    )
)


def register() -> None:
    """Make the kind, its calendar's part, and what it says known to the reminders."""
    obligations.register(KIND, Invitations(), calendar=calendar_part)
    for title in TITLES:
        texts.register(title)


def tell(meeting: Meeting, stage: str) -> None:
    """Have everybody invited told, in the caller's transaction, that ``meeting`` is CALLED or CALLED_OFF."""
    occasion = f"{meeting.uuid.hex}:{SEQUENCE[stage]}"
    # Under a key of its own: an operator who knows the meeting's could read there who else is invited.
    told = Planned(subject=uuid4(), stage=stage, occasion=occasion, due_at=timezone.now(), urgent=True)
    reminders.plan(KIND, [told])


def calendar_part(_subject: UUID, occasion: str, address: str) -> str:
    """Return the part of the message to ``address`` that its calendar reads; empty where the meeting is gone."""
    call, stage = _said(occasion)
    return calendar.invitation(call, address, sequence=SEQUENCE[stage]) if call else ""


def _said(occasion: str) -> tuple[Call | None, str]:
    """Return the meeting that an occasion is about, and whether it was CALLED or CALLED_OFF then."""
    key, _colon, number = occasion.partition(":")
    return beyond_sight.call(UUID(key)), STAGES[number]


class Invitations:
    """Meetings as the reminders' machine asks about them."""

    def resolve(self, _subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return who is invited and may see the meeting now."""
        call, said = _said(occasion)
        if call is None or _is_moot(call, said):
            return Resolution(outcome=MOOT)
        if reminders.escalation(stage):
            return Resolution(outcome="it is in the person's inbox")
        reached = ladder.reach([KIND], partial(_named, call), partial(_refusal, call))
        words = {
            "case": f"{call.reference[:4]}-{call.reference[4:]}",
            "day": date_format(timezone.localtime(call.planned_for), "DATETIME_FORMAT"),
        }
        code = f"{KIND}_{said}"
        return Resolution(
            outcome=reached.outcome,
            title=texts.filled(code, texts.texts()[code], words),
            path=reverse("cases:meeting", args=[call.case_uuid, call.uuid]),
            # A calendar waits for no digest, and nobody needs a text message in the night for it.
            recipients=tuple(replace(each, digest_at=None, phone="") for each in reached.recipients),
        )

    def why_not(self, _subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why the person is not to be told any more."""
        call, said = _said(occasion)
        if call is None or _is_moot(call, said):
            return MOOT
        live = ladder.people().filter(uuid=membership, user_id=user_id).first()
        return _refusal(call, Candidate(live, role)) if live else "their membership has ended"

    def unplanned(self, _most: int) -> Iterable[Planned]:
        """Return none: what was told of a meeting before its invitations were sent is not told again."""
        return ()


def _is_moot(call: Call, said: str) -> bool:
    if call.planned_for < timezone.now() or not call.case_is_open:
        return True
    return call.is_called_off != (said == CALLED_OFF)


def _named(call: Call, rung: str) -> Iterator[Candidate]:
    """Yield the members of the teams that are invited, and the people who are invited in person."""
    if rung == KIND:
        members = ladder.people()
        of_teams = members.model.objects.filter(teams__in=call.team_ids)
        for found in (ladder.working_in(of_teams), members.filter(user__in=call.people, agency__in=call.agency_ids)):
            yield from (Candidate(each, "invited") for each in found)


def _refusal(call: Call, candidate: Candidate) -> str:
    """Return why this person may not be told now. Somebody who is away is invited all the same."""
    if candidate.membership.user_id in call.excluded:
        return "they have no access to the case"
    seats = partial(_own_seats, call)
    return "" if ladder.sees(candidate.membership, seats) else "they have no access to the meeting"


def _own_seats(call: Call, by: Acting) -> SeatQuerySet:
    return MeetingSeat.objects.visible_to(by).filter(meeting__uuid=call.uuid, involvement__team__in=by.team_ids)
