"""Invitations to meetings: an e-mail with a part for the calendar, to whom may know of it and to nobody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from icalendar import Calendar

from agencies.models import Absence
from cases import beyond_sight, inviting, timeline
from cases.actions.beside import change_audience
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.meetings import Invited, call_meeting, call_off
from cases.actions.records import Telling
from cases.actions.restriction import exclude
from cases.models import AccessLevel, Case, Involvement, Meeting
from safeguard.notifications import delivery
from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.notifications.conftest import Sink
from tests.notifications.reminder_steps import choose, refusals, send, work
from tests.record_samples import meeting
from tools.chaos_servers import Provider

pytestmark = pytest.mark.django_db
WRITES = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")


@pytest.fixture
def part(case: Case, alice: Person, hana: Person, health: Place) -> Involvement:
    """Health's part in the case."""
    with entered(alice) as by:
        involve(case, health.team, WRITES, by=by)
    with as_owner():
        return Involvement.objects.select_related("team__agency").get(case=case, team=health.team)


def called(case: Case, alice: Person, *parts: Involvement, **more: Any) -> Meeting:
    with entered(alice) as by:
        return call_meeting(case, meeting(), Telling(), Invited(teams=parts, **more), by=by)


def off(found: Meeting, person: Person) -> None:
    with entered(person) as by:
        call_off(found, reason="Ill", by=by)


def delivered() -> None:
    work()
    send()


def calendar_of(mail: Any) -> tuple[str, Any, Any]:
    """Return the type of the calendar's part of a message, its calendar and the event in it."""
    (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    made = Calendar.from_ical(part.get_payload(decode=True))
    (event,) = made.walk("VEVENT")
    return part.get_param("method"), made, event


def test_who_is_invited_gets_a_request_for_their_calendar(
    case: Case, alice: Person, hana: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part)
    delivered()

    assert sink.recipients == [[hana.user.email]]
    method, made, event = calendar_of(sink.messages[0])
    assert (method, made["METHOD"]) == ("REQUEST", "REQUEST")
    assert event["UID"] == f"{found.uuid}@safeguard.example.org"
    assert event["SEQUENCE"] == 0
    assert event["ATTENDEE"] == f"mailto:{hana.user.email}"
    assert event["ORGANIZER"].startswith("mailto:")
    assert event.decoded("DTSTART") == found.planned_for.replace(microsecond=0)


def test_it_names_the_case_by_its_reference_and_neither_child_nor_place_nor_purpose(
    case: Case, alice: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part, guests=["Gran Example"])
    delivered()

    parts = [each for each in sink.messages[0].walk() if not each.is_multipart()]
    text = "".join(each.get_payload(decode=True).decode() for each in parts)
    assert case.spoken_reference in text
    assert sink.messages[0]["Subject"].startswith("Invitation: meeting on ")
    for hidden in ("Robin", found.place, found.purpose, "Gran"):
        assert hidden not in text + sink.messages[0]["Subject"]


def test_when_it_is_called_off_their_calendar_strikes_it_out(
    case: Case, alice: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part)
    delivered()
    off(found, alice)
    delivered()

    method, made, event = calendar_of(sink.messages[1])
    assert (method, made["METHOD"], event["STATUS"]) == ("CANCEL", "CANCEL", "CANCELLED")
    assert event["UID"] == calendar_of(sink.messages[0])[2]["UID"]
    assert event["SEQUENCE"] == 1
    assert sink.messages[1]["Subject"].startswith("Called off: ")


def test_one_called_off_before_it_was_sent_invites_nobody(
    case: Case, alice: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part)
    work()
    off(found, alice)
    delivered()

    assert [mail["Subject"].split(":")[0] for mail in sink.messages] == ["Called off"]


def test_a_team_whose_part_is_confidential_hears_of_it_whoever_calls_it_off(
    *, case: Case, alice: Person, maggie: Person, vera: Person, voluntary: Place, sink: Sink
) -> None:
    with entered(alice) as by:
        involve(case, voluntary.team, replace(WRITES, confidential=True), by=by)
    with as_owner():
        refuge = Involvement.objects.select_related("team__agency").get(case=case, team=voluntary.team)
    found = called(case, alice, refuge)
    delivered()
    off(found, maggie)
    delivered()

    assert sink.recipients == [[vera.user.email]] * 2


def test_a_person_is_invited_and_their_team_is_not(
    *, case: Case, alice: Person, hana: Person, mo: Person, part: Involvement, sink: Sink
) -> None:
    with as_owner():
        own = Involvement.objects.select_related("team__agency").get(case=case, level=AccessLevel.LEAD)
    called(case, alice, people=[(own, mo.user)])
    delivered()

    assert sink.recipients == [[mo.user.email]]


@pytest.mark.parametrize("when", ["before it is worked out", "before it is sent"])
@pytest.mark.parametrize("why", ["excluded", "hidden", "ended"])
def test_whoever_lost_access_is_not_told(
    when: str, why: str, *, case: Case, alice: Person, hana: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part)
    if when == "before it is sent":
        work()
    with entered(alice) as by:
        if why == "excluded":
            exclude(case, hana.user, reason="Aunt", by=by)
        elif why == "hidden":
            change_audience(case, found.entry, timeline.OWN_TEAM, reason="Too much", by=by)
        else:
            end_involvement(part, reason="Moved", by=by)
    delivered()

    assert sink.messages == []


def test_somebody_who_is_away_or_waits_for_a_digest_is_invited_at_once(
    case: Case, alice: Person, hana: Person, part: Involvement, sink: Sink
) -> None:
    choose(hana, digest=True, sms=True, allows_sms=True)
    today = timezone.localdate()
    with as_owner():
        Absence.objects.create(membership=hana.membership, first_day=today, last_day=today)
    called(case, alice, part)
    delivered()

    assert len(sink.messages) == 1
    assert refusals() == {}
    with as_owner():
        assert Reminder.objects.get().channel == "email"


def test_the_invitation_is_in_the_inbox_too_and_opens_the_meeting(
    case: Case, alice: Person, hana: Person, part: Involvement, sink: Sink
) -> None:
    called(case, alice, part)
    delivered()

    with as_owner():
        item = InboxItem.objects.get(kind="reminder.meeting", recipient=hana.user)
    assert hana.client.get(item.path).status_code == 200


def test_an_address_that_bounces_escalates_to_nobody(
    case: Case, alice: Person, maggie: Person, part: Involvement, sink: Sink
) -> None:
    sink.rcpt_answer = "550 no such mailbox"
    called(case, alice, part)
    for _ in range(delivery.TRIES_OF_REMINDER):
        delivered()
        with as_owner():
            OutboxMessage.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
    work()

    with as_owner():
        assert Reminder.objects.count() == 1
        assert ReminderStage.objects.get(kind="meeting", alone=True).outcome == "it is in the person's inbox"


def test_a_provider_gets_the_calendars_part_and_old_ones_are_emptied(
    settings: Any, case: Case, alice: Person, part: Involvement, provider: Provider
) -> None:
    settings.EMAIL_PROVIDER_URL = provider.url
    called(case, alice, part)
    delivered()

    with as_owner():
        sent = OutboxMessage.objects.get(kind="reminder.meeting")
        assert "METHOD:REQUEST" in sent.invitation
        OutboxMessage.objects.update(sent_at=timezone.now() - timedelta(days=999))
        delivery.purge_bodies()
        assert OutboxMessage.objects.get(pk=sent.pk).invitation == ""


def test_nobody_but_the_worker_learns_who_is_invited(case: Case, alice: Person, part: Involvement) -> None:
    found = called(case, alice, part)
    with entered(alice):
        assert beyond_sight.call(found.uuid) is None
        assert inviting.calendar_part(found.uuid, f"{found.uuid.hex}:0", "x@example.org") == ""


def test_an_operator_who_knows_the_meeting_does_not_find_who_else_is_invited(
    *, case: Case, alice: Person, hana: Person, adam: Person, part: Involvement, sink: Sink
) -> None:
    found = called(case, alice, part)
    delivered()

    assert len(sink.messages) == 1
    assert str(hana.user.uuid) not in adam.client.get("/reminders/", {"subject": str(found.uuid)}).text
