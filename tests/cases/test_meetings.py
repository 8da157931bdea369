"""Meetings: who is invited and who says what beforehand, as far as each reader may know; what comes out of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.models import Team
from cases import access_meetings, timeline
from cases.actions.children import NewChild
from cases.actions.involvement import Terms, involve
from cases.actions.meetings import Held, Invited, call_meeting, call_off, contribute, hold
from cases.actions.opening import open_child_case
from cases.actions.records import Telling, add_record
from cases.actions.restriction import exclude
from cases.models import AccessLevel, Case, Involvement, Meeting, MeetingContribution, MeetingSeat, TimelineEntry
from cases.timeline import Audience
from safeguard.notifications.models import InboxItem
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.record_samples import contribution, decision, meeting

READS = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
WRITES = replace(READS, level=AccessLevel.CONTRIBUTE)
QUIETLY = replace(WRITES, confidential=True)
HELD = Held(attendance={}, summary="Sleep and meals.", child_said="“Tell them about Gran.”")


@pytest.fixture
def shared(*, case: Case, alice: Person, oakfield: Place, health: Place, hana: Person, tariq: Person) -> Case:
    """The case, with a school reading and health writing."""
    with entered(alice) as by:
        involve(case, oakfield.team, READS, by=by)
        involve(case, health.team, WRITES, by=by)
    return case


@pytest.fixture
def refuge(shared: Case, alice: Person, voluntary: Place, vera: Person) -> Involvement:
    """A confidential part that Alice brought in."""
    with entered(alice) as by:
        return involve(shared, voluntary.team, QUIETLY, by=by)


def part(case: Case, team: Team) -> Involvement:
    with as_owner():
        return Involvement.objects.select_related("team__agency").get(case=case, team=team)


def called(case: Case, person: Person, *asked: Involvement, **more: Any) -> Meeting:
    telling = Telling(audience=more.pop("audience", timeline.EVERYBODY_INVOLVED))
    sitting = more.pop("sitting", None)
    invited = Invited(asked=asked, teams=more.pop("teams", ()), guests=more.pop("guests", ()))
    with entered(person) as by:
        return call_meeting(case, meeting(**more), telling, invited, sitting=sitting, by=by)


def page(person: Person, case: Case, name: str, found: Meeting) -> str:
    return str(person.client.get(reverse(f"cases:{name}", args=[case.uuid, found.uuid])).text)


def past(found: Meeting) -> Meeting:
    """Let the time of the meeting have come."""
    with as_owner():
        Meeting.objects.filter(pk=found.pk).update(planned_for=timezone.now() - timedelta(hours=1))
    found.planned_for = timezone.now() - timedelta(hours=1)
    return found


# --- Calling one ----------------------------------------------------------------------------------


def test_a_meeting_is_an_event_and_the_teams_that_were_asked_are_told_and_find_it_on_their_home_page(
    *, shared: Case, alice: Person, hana: Person, tariq: Person, health: Place, oakfield: Place
) -> None:
    found = called(shared, alice, part(shared, health.team), teams=[part(shared, oakfield.team)])

    assert found.entry.title.startswith("Meeting called for")
    with as_owner():
        assert InboxItem.objects.get(kind="meeting.contribute").recipient_id == hana.user.pk
    assert "Contributions to meetings that your teams are asked for: 1" in hana.client.get("/").text
    assert "Contributions to meetings" not in tariq.client.get("/").text
    assert "Contribution wanted by" in hana.client.get(reverse("cases:my_meetings")).text
    mine = tariq.client.get(reverse("cases:my_meetings")).text
    assert "Sleep, meals" in mine
    assert "Contribution wanted by" not in mine


def test_nobody_is_invited_who_would_not_see_it(shared: Case, alice: Person, health: Place) -> None:
    with pytest.raises(ValidationError, match="somebody is invited who would not see the meeting"):
        called(shared, alice, part(shared, health.team), audience=timeline.OWN_TEAM)

    with as_owner():
        assert not Meeting.objects.exists()


def test_no_team_is_invited_that_has_no_part_or_whose_part_the_caller_may_not_know(
    shared: Case, refuge: Involvement, hana: Person
) -> None:
    with entered(hana) as by, pytest.raises(Http404):
        call_meeting(shared, meeting(), Telling(), Invited(teams=[refuge]), by=by)


def test_contributions_are_wanted_before_the_meeting(shared: Case, alice: Person, health: Place) -> None:
    late = timezone.localdate() + timedelta(days=90)
    with pytest.raises(ValidationError, match="before the meeting"):
        called(shared, alice, part(shared, health.team), contributions_by=late)


def test_who_only_reads_the_case_calls_no_meeting(shared: Case, tariq: Person, olive: Person) -> None:
    for person in (tariq, olive):
        with entered(person) as by, pytest.raises(Http404):
            call_meeting(shared, meeting(), Telling(), Invited(guests=["Gran"]), by=by)


def test_a_meeting_is_called_in_the_browser_after_the_names_were_shown(
    shared: Case, alice: Person, hana: Person, health: Place, oakfield: Place
) -> None:
    day = timezone.localdate() + timedelta(days=10)
    by = day - timedelta(days=2)
    school, nurses = part(shared, oakfield.team), part(shared, health.team)
    values = {
        "day-day": day.day,
        "day-month": day.month,
        "day-year": day.year,
        "at": "14:30",
        "contributions_by-day": by.day,
        "contributions_by-month": by.month,
        "contributions_by-year": by.year,
        "sort": "core_group",
        "purpose": "Core group",
        "place": "Room 2",
        "teams": [str(school.uuid)],
        "asked": [str(nurses.uuid)],
        "guests": "Robin’s mother\nGran",
        "audience": "everybody",
        "sensitivity": "0",
    }
    address = reverse("cases:meeting_add", args=[shared.uuid])
    check = alice.client.post(address, values)
    assert "Robin’s mother" in check.text
    assert "Hana Hughes" in check.text
    saved = alice.client.post(address, values | {"seen": check.context["outlook"].fingerprint, "save": 1}, follow=True)

    assert "The meeting is on the timeline" in saved.text
    assert "Core group" in saved.text
    assert "Gran" in page(hana, shared, "meeting", saved.context["meeting"])


# --- Contributing ---------------------------------------------------------------------------------


def test_a_team_that_was_asked_contributes_though_it_only_reads_and_the_lead_sees_who_has_not(
    *, shared: Case, alice: Person, tariq: Person, hana: Person, health: Place, oakfield: Place
) -> None:
    found = called(shared, alice, part(shared, health.team), part(shared, oakfield.team))
    assert page(alice, shared, "meeting", found).count("Nothing that you may see") == 2

    with entered(tariq) as by:
        contribute(found, contribution(changed="Three late mornings"), Telling(), by=by)

    text = page(alice, shared, "meeting", found)
    assert "Three late mornings" in text
    assert text.count("Nothing that you may see") == 1
    silent = text.rsplit("Asked, and nothing that you may see so far", 1)[1].split("</ul>")[0]
    assert "health" in silent
    assert "Oakfield" not in silent
    assert "Contributions to meetings" not in tariq.client.get("/").text
    assert "Contributions to meetings" in hana.client.get("/").text


def test_a_contribution_has_an_audience_of_its_own(
    shared: Case, alice: Person, tariq: Person, hana: Person, health: Place
) -> None:
    found = called(shared, alice, part(shared, health.team))
    with entered(hana) as by:
        words = contribution(changed="For social care and health alone")
        mask = alice.membership.agency.sector.mask | hana.membership.agency.sector.mask
        contribute(found, words, Telling(audience=Audience(mask=mask)), by=by)

    assert "For social care and health alone" in page(alice, shared, "meeting", found)
    to_the_school = page(tariq, shared, "meeting", found)
    assert "For social care and health alone" not in to_the_school
    assert "Nothing that you may see" in to_the_school


def test_who_was_not_asked_cannot_contribute(shared: Case, alice: Person, tariq: Person, health: Place) -> None:
    found = called(shared, alice, part(shared, health.team))

    with entered(tariq) as by, pytest.raises(Http404):
        contribute(found, contribution(), Telling(), by=by)
    assert tariq.client.get(reverse("cases:meeting_contribute", args=[shared.uuid, found.uuid])).status_code == 404


def test_a_contribution_gives_the_child_a_place_or_says_why_it_is_empty(
    shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    found = called(shared, alice, part(shared, health.team))

    with entered(hana) as by, pytest.raises(ValidationError, match="why there are no words of theirs"):
        contribute(found, contribution(child_said=""), Telling(), by=by)
    values = {"changed": "Came twice", "no_words_because": "Not seen since", "audience": "everybody", "sensitivity": 0}
    address = reverse("cases:meeting_contribute", args=[shared.uuid, found.uuid])
    seen = hana.client.post(address, values).context["outlook"].fingerprint
    answer = hana.client.post(address, values | {"seen": seen, "save": 1}, follow=True)
    assert "Came twice" in answer.text


# --- Who may know ---------------------------------------------------------------------------------


def test_a_confidential_team_is_invited_and_only_those_who_know_of_it_see_that(
    *, shared: Case, refuge: Involvement, alice: Person, vera: Person, hana: Person, tariq: Person, health: Place
) -> None:
    found = called(shared, alice, refuge, part(shared, health.team))

    assert "Harbour Family Support" in page(alice, shared, "meeting", found)
    assert "Contribute for your team" in page(vera, shared, "meeting", found)
    assert "Contributions to meetings that your teams are asked for: 1" in vera.client.get("/").text
    for person in (hana, tariq):
        assert "Harbour" not in page(person, shared, "meeting", found)
        with entered(person):
            assert len(ids_by_sql("cases_meetingseat")) == 1
    with as_owner():
        told = InboxItem.objects.filter(kind="meeting.contribute").values_list("recipient", flat=True)
        assert set(told) == {vera.user.pk, hana.user.pk}


def test_an_excluded_person_sees_nothing_of_a_meeting(shared: Case, alice: Person, hana: Person, health: Place) -> None:
    found = called(shared, alice, part(shared, health.team))
    with entered(alice) as by:
        exclude(shared, hana.user, reason="Her sister’s child", by=by)

    assert hana.client.get(reverse("cases:meeting", args=[shared.uuid, found.uuid])).status_code == 404
    assert "Contributions to meetings" not in hana.client.get("/").text
    assert "Sleep, meals" not in hana.client.get(reverse("cases:my_meetings")).text
    with entered(hana):
        assert not ids_by_sql("cases_meeting") | ids_by_sql("cases_meetingseat")
    called(shared, alice, part(shared, health.team))
    with as_owner():
        assert InboxItem.objects.filter(kind="meeting.contribute", recipient=hana.user).count() == 1


def test_a_meeting_of_two_cases_tells_the_reader_of_one_nothing_of_the_other(
    *, shared: Case, alice: Person, hana: Person, tariq: Person, health: Place, oakfield: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        sister = open_child_case(
            NewChild(given="Wren", surname="Sister"), team=social_care.team, lawful_basis="ca2004_s11", by=by
        )
        involve(sister, health.team, READS, by=by)
    with_later_transaction(sister)
    first = called(shared, alice, teams=[part(shared, oakfield.team), part(shared, health.team)])
    second = called(sister, alice, sitting=first, purpose="About Wren", teams=[part(sister, health.team)])

    assert (second.planned_for, second.place) == (first.planned_for, first.place)
    assert sister.spoken_reference in page(hana, shared, "meeting", first)
    to_the_school = page(tariq, shared, "meeting", first)
    assert sister.spoken_reference not in to_the_school
    assert "About Wren" not in to_the_school + tariq.client.get(reverse("cases:my_meetings")).text
    assert "Also about" not in to_the_school
    for address in (
        reverse("cases:meeting", args=[sister.uuid, second.uuid]),
        reverse("cases:meeting", args=[shared.uuid, second.uuid]),
    ):
        assert tariq.client.get(address).status_code == 404
    with entered(tariq):
        assert ids_by_sql("cases_meeting") == {first.pk}


def test_the_other_case_is_found_by_its_reference_and_only_where_one_may_call_a_meeting(
    shared: Case, alice: Person, hana: Person, health: Place, social_care: Place
) -> None:
    with entered(alice) as by:
        sister = open_child_case(
            NewChild(given="Wren", surname="Sister"), team=social_care.team, lawful_basis="ca2004_s11", by=by
        )
    found = called(shared, alice, guests=["Gran"])
    address = reverse("cases:meeting_join", args=[shared.uuid, found.uuid])

    answer = alice.client.post(address, {"reference": sister.spoken_reference})
    assert answer.headers["Location"].endswith(f"/meetings/add/?with={found.uuid}")
    assert "At the same sitting" in alice.client.get(answer.headers["Location"]).text
    by_hana = called(shared, hana, guests=["Gran"])
    refused = hana.client.post(
        reverse("cases:meeting_join", args=[shared.uuid, by_hana.uuid]), {"reference": sister.spoken_reference}
    )
    absent = hana.client.post(
        reverse("cases:meeting_join", args=[shared.uuid, by_hana.uuid]), {"reference": "1234-5674"}
    )
    assert refused.status_code == absent.status_code == 422
    assert "There is no other case with this reference" in refused.text
    assert "There is no other case with this reference" in absent.text


# --- What became of it ----------------------------------------------------------------------------


def test_a_meeting_is_recorded_once_with_who_came_by_those_who_called_it_or_lead(
    shared: Case, alice: Person, hana: Person, health: Place, oakfield: Place
) -> None:
    found = called(shared, alice, part(shared, health.team), teams=[part(shared, oakfield.team)])
    with entered(alice) as by, pytest.raises(ValidationError, match="yet to come"):
        hold(found, HELD, by=by)
    past(found)
    with entered(hana) as by, pytest.raises(Http404):
        hold(found, HELD, by=by)

    seats = {f"seat-{each.uuid}": "came" for each in _seats(found)}
    address = reverse("cases:meeting_held", args=[shared.uuid, found.uuid])
    wordless = alice.client.post(address, {**seats, "summary": "Sleep"})
    assert wordless.status_code == 422
    assert "Say what the child said" in wordless.text
    answer = alice.client.post(address, {**seats, "summary": "Sleep", "child_said": "“Gran!”"}, follow=True)

    assert "The meeting is recorded" in answer.text
    assert answer.text.count("Came") == 2
    assert "“Gran!”" in hana.client.get(reverse("cases:timeline", args=[shared.uuid])).text
    with entered(alice) as by, pytest.raises(ValidationError, match="over or called off already"):
        hold(found, HELD, by=by)


def _seats(found: Meeting) -> list[MeetingSeat]:
    with as_owner():
        return list(MeetingSeat.objects.filter(meeting=found))


def test_decisions_and_actions_come_out_of_a_meeting_each_with_its_own_readers(
    shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    found = past(called(shared, alice, teams=[part(shared, health.team)]))
    with entered(alice) as by:
        hold(found, HELD, by=by)
        add_record(shared, decision(meeting=found, decision="A sleep clinic"), Telling(), by=by)
        add_record(shared, decision(meeting=found, decision="Quietly"), Telling(audience=timeline.OWN_TEAM), by=by)

    to_health = page(hana, shared, "meeting", found)
    assert "A sleep clinic" in to_health
    assert "Quietly" not in to_health
    assert "Quietly" in page(alice, shared, "meeting", found)


def test_an_action_is_agreed_on_the_meetings_page_and_waits_with_its_owner(
    shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    found = past(called(shared, alice, teams=[part(shared, health.team)]))
    with entered(alice) as by:
        hold(found, HELD, by=by)
    day, due = timezone.localdate(), timezone.localdate() + timedelta(days=9)
    values = {
        "day-day": day.day,
        "day-month": day.month,
        "day-year": day.year,
        "due_on-day": due.day,
        "due_on-month": due.month,
        "due_on-year": due.year,
        "what": "Ring the clinic",
        "outcome": "Sleep",
        "owner": f"user:{hana.user.uuid}",
        "audience": "everybody",
        "sensitivity": "0",
    }
    address = reverse("cases:meeting_action", args=[shared.uuid, found.uuid])
    seen = alice.client.post(address, values).context["outlook"].fingerprint
    answer = alice.client.post(address, values | {"seen": seen, "save": "1"}, follow=True)

    assert "Ring the clinic" in answer.text
    assert "Ring the clinic" in hana.client.get(reverse("cases:my_actions")).text


def test_a_meeting_is_called_off_with_a_reason_and_nobody_is_asked_any_more(
    shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    found = called(shared, alice, part(shared, health.team))
    with entered(alice) as by, pytest.raises(ValidationError, match="Say why"):
        call_off(found, reason=" ", by=by)
    with entered(alice) as by:
        call_off(found, reason="The chair is ill", by=by)

    assert "The chair is ill" in page(hana, shared, "meeting", found)
    assert "Contributions to meetings" not in hana.client.get("/").text
    with entered(hana) as by, pytest.raises(Http404):
        contribute(found, contribution(), Telling(), by=by)


# --- What the database itself holds ---------------------------------------------------------------


def test_the_database_itself_lets_nobody_invite_to_somebody_elses_meeting_or_rewrite_a_contribution(
    shared: Case, alice: Person, hana: Person, health: Place
) -> None:
    found = called(shared, alice, part(shared, health.team))
    with entered(hana) as by:
        made = contribute(found, contribution(), Telling(), by=by)
    with entered(hana), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        MeetingSeat.objects.create(meeting=found, guest="Somebody")
    with entered(hana), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        MeetingContribution.objects.filter(pk=made.pk).update(changed="Something else")
    with entered(alice), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Meeting.objects.filter(pk=found.pk).update(purpose="Something else")


@pytest.mark.parametrize("wrong", [{"state": "held"}, {"state": "called_off"}, {"summary": "Said before it was held"}])
def test_the_database_itself_refuses_a_meeting_that_does_not_say_what_became_of_it(
    wrong: dict[str, str], shared: Case, alice: Person
) -> None:
    found = called(shared, alice, guests=["Gran"])
    with as_owner(), pytest.raises(IntegrityError, match="meeting_says_what_became_of_it"), transaction.atomic():
        Meeting.objects.filter(pk=found.pk).update(**wrong)


def test_queries_stay_constant_in_seats_and_contributions(
    shared: Case, alice: Person, hana: Person, health: Place, django_assert_max_num_queries: Any
) -> None:
    found = called(shared, alice, part(shared, health.team), guests=[f"Guest {n}" for n in range(20)])
    for _n in range(5):
        with entered(hana) as by:
            contribute(found, contribution(), Telling(), by=by)
    client = alice.client
    client.get("/")
    with django_assert_max_num_queries(30):
        assert client.get(reverse("cases:meeting", args=[shared.uuid, found.uuid])).status_code == 200


def test_what_waits_is_asked_in_one_query_and_says_nothing_of_other_teams(
    shared: Case, alice: Person, tariq: Person, health: Place
) -> None:
    called(shared, alice, part(shared, health.team))

    with entered(tariq) as by:
        assert access_meetings.waiting(by) == []
        assert TimelineEntry.objects.visible_to(by).filter(kind="meeting_called").count() == 1
