"""Days and meetings as calendar programs read them (RFC 5545): a case's reference and a link, and nothing else.

A calendar lies on machines that are not ours and is read over shoulders. So no child's name goes into one, nor
what is due, nor where a meeting is: a place may be a child's home, a purpose may hold a name.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from cases.beyond_sight import Call
from cases.models import Deadline, Meeting

MAKER = "-//Safeguard//Safeguard//EN"
# How often a program should look again; most ask less often than that.
AGAIN_AFTER = timedelta(hours=4)
# A meeting has no end on record: calendars need one.
LASTS = timedelta(hours=1)


def feed(deadlines: Iterable[Deadline], meetings: Iterable[Meeting]) -> bytes:
    """Return ``deadlines`` and ``meetings``, each with its case, as a calendar in UTF-8."""
    made = _calendar()
    made.add("x-wr-calname", "Safeguard")
    made.add("refresh-interval", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for deadline in deadlines:
        made.add_component(_of_deadline(deadline))
    for meeting in meetings:
        made.add_component(_of_meeting(meeting.uuid, meeting.case.uuid, meeting.case.reference, meeting.planned_for))
    return bytes(made.to_ical())


def _calendar() -> Calendar:
    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    return made


def invitation(call: Call, address: str, *, sequence: int) -> str:
    """Return what asks the calendar behind ``address`` to enter a meeting, or to strike it out once called off.

    Nobody else who is invited is named in it, and nobody is asked for an answer: Safeguard reads no mail.
    """
    made = _calendar()
    made.add("method", "CANCEL" if call.is_called_off else "REQUEST")
    event = _of_meeting(call.uuid, call.case_uuid, call.reference, call.planned_for)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if call.is_called_off else "CONFIRMED")
    event.add("organizer", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    event.add("attendee", f"mailto:{address}", parameters={"ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"})
    made.add_component(event)
    return bytes(made.to_ical()).decode()


def _of_deadline(deadline: Deadline) -> Event:
    path = reverse("cases:deadline", args=[deadline.case.uuid, deadline.uuid])
    title = _("Urgent, due: case %(case)s") if deadline.urgent else _("Due: case %(case)s")
    made = _event(deadline.uuid, title % {"case": deadline.case.spoken_reference}, path)
    # What runs on hours has a time, everything else the whole day.
    made.add("dtstart", _utc(deadline.due_at) if deadline.urgent else deadline.due_on)
    made.add("transp", "TRANSPARENT")  # nobody is busy because something is due
    return made


def _of_meeting(uuid: UUID, case: UUID, reference: str, planned_for: datetime) -> Event:
    spoken = f"{reference[:4]}-{reference[4:]}"
    made = _event(uuid, _("Meeting: case %(case)s") % {"case": spoken}, reverse("cases:meeting", args=[case, uuid]))
    made.add("dtstart", _utc(planned_for))
    made.add("dtend", _utc(planned_for + LASTS))
    return made


def _event(uuid: UUID, title: str, path: str) -> Event:
    link = settings.SITE_URL.rstrip("/") + path
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    made = Event()
    # The same in every feed and invitation, so that a calendar knows it again.
    made.add("uid", f"{uuid}@{host}")
    made.add("dtstamp", _utc(timezone.now()))
    made.add("summary", title)
    made.add("description", _("Open it in Safeguard: %(link)s") % {"link": link})
    made.add("url", link)
    made.add("class", "PRIVATE")
    return made


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
