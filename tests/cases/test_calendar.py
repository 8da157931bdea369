"""One's days in a calendar program: the secret address, what it shows, and when it opens nothing any more."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from agencies.models import Agency, CalendarFeed, Membership
from agencies.practice_events import PracticeEvent
from cases import timeline
from cases.actions.beside import change_audience
from cases.actions.children import NewChild
from cases.actions.deadlines import agree, meet, record_event
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.meetings import Invited, call_meeting, call_off
from cases.actions.opening import open_child_case
from cases.actions.records import Telling
from cases.actions.restriction import exclude
from cases.models import AccessLevel, Case, Deadline, Involvement, Meeting
from safeguard.audit.models import AuditRow
from safeguard.common.logs import scrub
from tests.agencies.sign_in_steps import signed_in
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import PASSWORD, as_owner, load_england, make_user
from tests.record_samples import meeting

pytestmark = pytest.mark.django_db
PAGE = "/calendar/"


@pytest.fixture(autouse=True)
def nobody_counted() -> None:
    cache.clear()


@pytest.fixture
def case(alice: Person, hana: Person, social_care: Place, health: Place) -> Case:
    """A case of Robin that Alice opened and health works on."""
    load_england()
    with entered(alice) as by:
        made = open_child_case(NewChild(given="Robin"), team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(made)
    with entered(alice) as by:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
        involve(made, health.team, terms, by=by)
    return made


@pytest.fixture
def agreed(case: Case, hana: Person, health: Place) -> Deadline:
    """What Hana in person is to do."""
    with entered(hana) as by:
        due_at = timezone.now() + timedelta(days=5)
        return agree(case, "Ring Robin’s Gran", due_at=due_at, team=health.team, person=hana.user, by=by)


def address_of(person: Person) -> str:
    """Make an address as the person does, and return its path."""
    answer = signed_in(person.user).post("/calendar/make/")
    assert answer.status_code == 200
    return "/" + str(answer.context["address"]).split("/", 3)[3]


def fetched(path: str) -> Any:
    return Client().get(path)


def events(path: str) -> list[Any]:
    answer = fetched(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def called(case: Case, alice: Person, team: Any) -> Meeting:
    with as_owner():
        part = Involvement.objects.select_related("team__agency").get(case=case, team=team)
    with entered(alice) as by:
        return call_meeting(case, meeting(), Telling(), Invited(teams=[part]), by=by)


# --- What it shows --------------------------------------------------------------------------------


def test_it_shows_ones_own_days_by_the_reference_of_the_case_alone(
    settings: Any, case: Case, agreed: Deadline, hana: Person
) -> None:
    settings.SITE_URL = "https://safeguard.example.org"
    (event,) = events(address_of(hana))

    assert event["SUMMARY"] == f"Due: case {case.spoken_reference}"
    assert event["URL"] == f"https://safeguard.example.org/cases/{case.uuid}/deadlines/{agreed.uuid}/"
    assert event["UID"] == f"{agreed.uuid}@safeguard.example.org"
    assert event.decoded("DTSTART") == agreed.due_on
    text = event.to_ical().decode()
    assert "Robin" not in text
    assert "Gran" not in text


def test_it_shows_what_a_team_has_to_do_and_nothing_of_a_colleagues(
    case: Case, agreed: Deadline, hana: Person, health: Place
) -> None:
    colleague = make_user("Bo Boss")
    with entered(hana) as by:
        later = timezone.now() + timedelta(days=9)
        teams = agree(case, "Weigh", due_at=later, team=health.team, person=None, by=by)
    with as_owner():
        Deadline.objects.filter(pk=agreed.pk).update(person=colleague)

    assert [str(each["URL"]).split("/")[-2] for each in events(address_of(hana))] == [str(teams.uuid)]


def test_what_runs_on_hours_has_a_time_and_says_that_it_is_urgent(case: Case, alice: Person) -> None:
    with entered(alice) as by:
        (urgent,) = record_event(case, PracticeEvent.BREACH_KNOWN, at=timezone.now(), by=by)
    found = [each for each in events(address_of(alice)) if str(urgent.uuid) in each["URL"]]

    assert found[0]["SUMMARY"].startswith("Urgent, due: case ")
    assert found[0].decoded("DTSTART") == urgent.due_at.replace(microsecond=0)


def test_a_meeting_is_there_without_its_place_until_it_is_called_off(
    case: Case, alice: Person, hana: Person, health: Place
) -> None:
    made, path = called(case, alice, health.team), address_of(hana)

    (event,) = events(path)
    assert event["SUMMARY"] == f"Meeting: case {case.spoken_reference}"
    assert event.decoded("DTSTART") == made.planned_for.replace(microsecond=0)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    text = event.to_ical().decode()
    assert made.place not in text
    assert made.purpose not in text

    with entered(alice) as by:
        call_off(made, reason="Ill", by=by)
    assert events(path) == []


def test_what_is_done_goes(case: Case, agreed: Deadline, hana: Person) -> None:
    path = address_of(hana)
    with entered(hana) as by:
        meet(agreed, at=timezone.now(), by=by)

    assert events(path) == []


def test_whoever_has_nothing_to_do_gets_an_empty_calendar(alice: Person) -> None:
    assert events(address_of(alice)) == []


# --- Access is asked at each fetch ----------------------------------------------------------------


def test_what_one_may_not_see_any_more_is_gone_at_the_next_fetch(
    case: Case, agreed: Deadline, alice: Person, hana: Person, health: Place
) -> None:
    made, path = called(case, alice, health.team), address_of(hana)
    assert len(events(path)) == 2

    with entered(alice) as by:
        change_audience(case, made.entry, timeline.OWN_TEAM, reason="Too much", by=by)
    assert len(events(path)) == 1

    with entered(alice) as by:
        exclude(case, hana.user, reason="Aunt", by=by)
    assert events(path) == []


def test_a_part_that_ended_shows_nothing(
    case: Case, agreed: Deadline, alice: Person, hana: Person, health: Place
) -> None:
    path = address_of(hana)
    with as_owner():
        part = Involvement.objects.get(case=case, team=health.team)
    with entered(alice) as by:
        end_involvement(part, reason="Moved", by=by)

    assert events(path) == []


@pytest.mark.parametrize("ends", ["membership", "account", "agency"])
def test_it_ends_with_the_membership(ends: str, agreed: Deadline, hana: Person) -> None:
    path = address_of(hana)
    with as_owner():
        if ends == "membership":
            Membership.objects.filter(pk=hana.membership.pk).update(until=timezone.now())
        elif ends == "account":
            type(hana.user).objects.filter(pk=hana.user.pk).update(is_active=False)
        else:
            Agency.objects.filter(pk=hana.membership.agency_id).update(status="suspended")

    assert fetched(path).status_code == 404


def test_a_session_that_comes_with_it_changes_nothing(agreed: Deadline, hana: Person, alice: Person) -> None:
    path = address_of(hana)

    assert alice.client.get(path).content.count(b"BEGIN:VEVENT") == 1


def test_each_fetch_is_recorded_as_the_holders_look(case: Case, agreed: Deadline, hana: Person) -> None:
    events(address_of(hana))

    row = AuditRow.objects.filter(action="deadline.list").latest("id")
    assert row.user_id == hana.user.pk
    assert row.target_uuids == [case.uuid]


# --- The secret -----------------------------------------------------------------------------------


def test_the_secret_is_shown_once_and_kept_nowhere(hana: Person) -> None:
    path = address_of(hana)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")

    assert secret not in hana.client.get(PAGE).text
    row = CalendarFeed.objects.get()
    assert secret not in (row.secret_hash, str(row.uuid))
    assert len(secret) >= 43


def test_a_new_address_takes_the_place_of_the_old_one(agreed: Deadline, hana: Person) -> None:
    old, new = address_of(hana), address_of(hana)

    assert fetched(old).status_code == 404
    assert len(events(new)) == 1
    assert CalendarFeed.objects.working().count() == 1


def test_a_stopped_address_opens_nothing_and_can_be_stopped_again(hana: Person) -> None:
    path = address_of(hana)

    assert "is stopped" in hana.client.post("/calendar/stop/", follow=True).text
    assert fetched(path).status_code == 404
    assert "there is no address" in hana.client.post("/calendar/stop/", follow=True).text


def test_a_wrong_secret_a_stopped_one_and_none_look_the_same(hana: Person) -> None:
    path = address_of(hana)
    hana.client.post("/calendar/stop/")
    answers = [fetched(each) for each in (path, "/calendar/wrong.ics", "/nothing/of/the/sort/")]

    assert {each.status_code for each in answers} == {404}
    rows = AuditRow.objects.filter(action="calendar.refused").order_by("id")
    assert [len(row.target_uuids) for row in rows] == [1, 0]


def test_whoever_changes_the_password_stops_it(hana: Person) -> None:
    path = address_of(hana)
    fresh = "four quite unrelated words"
    signed_in(hana.user).post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    )

    assert fetched(path).status_code == 404


def test_too_many_fetches_are_refused_until_later(settings: Any, hana: Person) -> None:
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"calendar": "2/hour", "failures": "1/min"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    path = address_of(hana)
    answers = [fetched(path) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert [fetched("/calendar/wrong.ics").status_code for _ in range(2)] == [404, 429]


def test_no_log_holds_the_secret(caplog: pytest.LogCaptureFixture, hana: Person) -> None:
    path = address_of(hana)
    hana.client.post("/calendar/stop/")
    with caplog.at_level(logging.DEBUG):
        fetched(path)

    assert scrub(f"Not Found: {path}") == "Not Found: /calendar/<key>.ics"
    assert scrub(f"Not Found: /cases/{hana.user.uuid}/") == f"Not Found: /cases/{hana.user.uuid}/"


# --- One's own page -------------------------------------------------------------------------------


def test_the_page_says_that_no_program_reads_and_later_when_one_did(hana: Person) -> None:
    assert "No calendar program reads your days" in hana.client.get(PAGE).text

    path = address_of(hana)
    assert "Never" in hana.client.get(PAGE).text
    events(path)
    assert "Never" not in hana.client.get(PAGE).text
    assert "opens nothing any more once you make a new one" in signed_in(hana.user).get("/calendar/make/").text


def test_who_works_with_no_case_has_no_calendar(adam: Person) -> None:
    assert adam.client.get(PAGE).status_code == 404
    assert signed_in(adam.user).post("/calendar/make/").status_code == 404
    assert reverse("cases:calendar") not in adam.client.get("/profile/").text
