"""Concerns that are brought to a team: who answers them, by when, who is kept from them, and who hears back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.models import Team
from agencies.roles import Role
from cases import access_concerns
from cases.actions.children import NewChild
from cases.actions.concern_answers import decide, tell_writer
from cases.actions.concerns import log_concern
from cases.chase import look_due
from cases.concern_codes import Route, Worry
from cases.concern_routes import Passing
from cases.models import Case, Concern, ConcernStep
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.cases.test_concerns import concern_about, log, newest, page, sees, send, told
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_team, make_user

QUEUE = reverse("cases:concern_queue")
Decision = ConcernStep.Decision


@pytest.fixture
def duty(social_care: Place, tess: Person) -> Team:
    """The duty desk of children's social care; Tess sits there."""
    desk = make_team(social_care.agency, "Front door", kind="duty")
    with as_owner():
        tess.membership.teams.add(desk)
    return desk


@pytest.fixture
def officer(social_care: Place) -> Person:
    """The designated officer."""
    team = make_team(social_care.agency, "Designated officer", kind="allegations")
    user = make_user("Dora Drew")
    return Person(user, make_membership(user, social_care.agency, Role.DESIGNATED_OFFICER, teams=(team,)))


def passed(person: Person, route: Route, **more: Any) -> Concern:
    return log(person, NewChild(given="Sam"), passing=Passing(route=route, **({"reason": "Said so"} | more)))


# --- A school's concerns --------------------------------------------------------------------------


def test_a_teachers_concern_waits_in_the_leads_queue_until_it_is_looked_at(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"), worry=Worry.IMMEDIATE)

    before = daisy.client.get(QUEUE).text
    daisy.client.post(reverse("cases:concern_answer", args=[made.uuid]), {"decision": "looked"})
    after = daisy.client.get(QUEUE).text

    assert "Sam" in before
    assert "New" in before
    assert "To be looked at by" in before
    assert "Looked at" in after
    assert "To be looked at by" not in after


def test_what_nobody_looked_at_in_time_is_overdue(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))
    with as_owner():
        Concern.objects.filter(pk=made.pk).update(look_due_at=timezone.now() - timedelta(minutes=1))

    assert "Overdue" in daisy.client.get(QUEUE).text


def test_the_teacher_hears_back_and_does_not_read_the_teams_reasons(tariq: Person, daisy: Person) -> None:
    with as_owner():  # a teacher outside the safeguarding team
        tariq.membership.teams.set([make_team(tariq.membership.agency, "Year 4")])
    made = log(tariq, NewChild(given="Sam"))
    sent = {
        "decision": "early_help",
        "reason": "Third time this term",
        "feedback": "Thank you. We have met the parents",
    }

    answer = daisy.client.post(reverse("cases:concern_answer", args=[made.uuid]), sent, follow=True)

    assert "Third time this term" in answer.text
    seen = page(tariq, made).text
    assert "We have met the parents" in seen
    assert "Third time" not in seen
    with entered(tariq) as by:
        assert [step.kind for step in access_concerns.steps_of(by, made)] == ["looked", "feedback"]
    with as_owner():
        (note,) = InboxItem.objects.filter(kind="concern.feedback")
    assert note.recipient == tariq.user
    assert "Sam" not in note.title


def test_a_decision_needs_its_reason_and_an_answer_its_text(tariq: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))

    answer = daisy.client.post(reverse("cases:concern_answer", args=[made.uuid]), {"decision": "refer"})
    assert answer.status_code == 422
    assert "Say why you decided this" in answer.text
    with pytest.raises(ValidationError, match="Give the reason"), entered(daisy) as by:
        decide(made, Decision.REFER, reason=" ", by=by)
    with pytest.raises(ValidationError, match="Nothing was sent"), entered(daisy) as by:
        tell_writer(made, text=" ", by=by)
    with as_owner():
        assert not ConcernStep.objects.exists()


def test_only_whoever_answers_for_the_team_answers(tariq: Person, olive: Person, daisy: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))

    for person in (tariq, olive):
        with pytest.raises(Http404), entered(person) as by:
            decide(made, Decision.MONITOR, reason="No", by=by)
        assert person.client.get(reverse("cases:concern_answer", args=[made.uuid])).status_code == 404
    assert tariq.client.get(QUEUE).status_code == 404
    assert "Sam" not in olive.client.get(QUEUE).text


# --- Past the safeguarding team -------------------------------------------------------------------


def test_where_the_team_cannot_be_reached_the_duty_desk_answers_and_the_team_sees_it(
    duty: Team, tariq: Person, daisy: Person, tess: Person, alice: Person
) -> None:
    made = passed(tariq, Route.UNREACHABLE, reason="Nobody answers after five")

    assert (made.team, made.look_due_at is not None) == (duty, True)
    assert sees(tess, made)
    assert sees(daisy, made)
    assert not sees(alice, made)
    assert "Sam" in tess.client.get(QUEUE).text
    assert told() == {"Tess Tanner", "Daisy Dale"}


def test_a_lead_who_is_part_of_the_concern_never_sees_it(
    duty: Team, tariq: Person, daisy: Person, tess: Person
) -> None:
    made = passed(tariq, Route.IMPLICATED, implicated=(daisy.user,))

    assert sees(tess, made)
    assert sees(tariq, made)
    assert not sees(daisy, made)
    assert page(daisy, made).status_code == 404
    assert "Sam" not in daisy.client.get(QUEUE).text
    assert "Daisy Dale" not in told()


def test_a_colleague_who_is_part_of_it_is_kept_out_even_at_the_desk_that_answers(
    duty: Team, alice: Person, tess: Person
) -> None:
    made = passed(alice, Route.IMPLICATED, implicated=(tess.user,))

    assert not sees(tess, made)
    assert told() == set()


@pytest.mark.parametrize("route", [Route.UNREACHABLE, Route.IMPLICATED])
def test_going_past_the_team_needs_a_reason(route: Route, duty: Team, tariq: Person) -> None:
    with pytest.raises(ValidationError, match="Say why you go past"):
        passed(tariq, route, reason=" ")


def test_nobody_keeps_themselves_out_of_their_own_concern(duty: Team, tariq: Person) -> None:
    with pytest.raises(ValidationError, match="your own concern"):
        passed(tariq, Route.IMPLICATED, implicated=(tariq.user,))


# --- About somebody who works with children -------------------------------------------------------


def test_a_concern_about_staff_goes_to_the_designated_officer_and_is_hidden_from_the_workplace(
    officer: Person, tariq: Person, daisy: Person, alice: Person, oakfield: Place
) -> None:
    made = passed(tariq, Route.STAFF, staff_name="The caretaker", workplace=oakfield.agency)

    assert sees(officer, made)
    assert sees(tariq, made)
    assert not sees(daisy, made)
    assert not sees(alice, made)
    assert "Sam" in officer.client.get(QUEUE).text
    assert told() == {"Dora Drew"}


def test_an_officer_who_also_works_there_sees_nothing_of_it(officer: Person, hana: Person, oakfield: Place) -> None:
    make_membership(officer.user, oakfield.agency, Role.PRACTITIONER)

    made = passed(hana, Route.STAFF, staff_name="The caretaker", workplace=oakfield.agency)

    assert not sees(officer, made)
    assert told() == set()


def test_it_needs_no_child_but_says_whom_it_is_about(officer: Person, tariq: Person, oakfield: Place) -> None:
    about = Passing(route=Route.STAFF, staff_name="The caretaker", workplace=oakfield.agency)
    with entered(tariq) as by:
        made = log_concern(concern_about(None, passing=about), by=by)

    assert made.child is None
    assert "The caretaker" in page(officer, made).text
    with pytest.raises(ValidationError, match="whom the concern is about"):
        passed(tariq, Route.STAFF)


def test_without_a_designated_officer_it_says_what_to_do(tariq: Person) -> None:
    with pytest.raises(ValidationError, match="no team is set up"):
        passed(tariq, Route.STAFF, staff_name="The caretaker")


# --- The form -------------------------------------------------------------------------------------


def test_the_form_takes_each_way(officer: Person, duty: Team, tariq: Person, daisy: Person, oakfield: Place) -> None:
    send(tariq, route="unreachable", route_reason="Nobody answers")
    assert newest().team == duty
    send(tariq, route="implicated", implicated=str(daisy.user.uuid))
    assert not sees(daisy, newest())
    send(tariq, route="staff", staff_name="The caretaker", workplace=str(oakfield.agency.uuid), child="")
    assert (newest().child, newest().workplace) == (None, oakfield.agency)


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("unreachable", "Say why you go past"),
        ("implicated", "Choose who must not see it"),
        ("staff", "Say whom it is about"),
    ],
)
def test_the_form_says_what_a_way_needs(route: str, message: str, tariq: Person) -> None:
    answer = send(tariq, route=route)

    assert answer.status_code == 422
    assert message in answer.text


def test_times_are_short_for_a_child_in_danger_and_within_the_next_working_day_otherwise() -> None:
    friday = datetime(2026, 11, 20, 15, 0, tzinfo=timezone.get_current_timezone())

    assert look_due(Worry.IMMEDIATE, friday) == friday + timedelta(minutes=30)
    assert look_due(None, friday) == datetime(2026, 11, 23, 17, 0, tzinfo=timezone.get_current_timezone())


# --- Where it is found ----------------------------------------------------------------------------


def test_the_home_page_says_what_nobody_of_the_team_has_looked_at(tariq: Person, daisy: Person, olive: Person) -> None:
    made = log(tariq, NewChild(given="Sam"))

    def waits(person: Person) -> bool:
        return "Concerns that nobody of your team has looked at" in person.client.get("/").text

    assert waits(daisy)
    assert not waits(olive)
    assert not waits(tariq)
    daisy.client.post(reverse("cases:concern_answer", args=[made.uuid]), {"decision": "looked"})
    assert not waits(daisy)


def test_a_designated_officer_finds_their_queue_from_the_home_page(officer: Person, tariq: Person) -> None:
    passed(tariq, Route.STAFF, staff_name="The caretaker")

    home = officer.client.get("/").text

    assert QUEUE in home
    assert "Concerns that nobody of your team has looked at" in home
    assert QUEUE not in tariq.client.get("/").text


def test_from_a_case_a_concern_is_logged_about_its_child(case: Case, alice: Person) -> None:
    link = f"{reverse('cases:concern_log')}?child={case.child.uuid}"

    assert link in alice.client.get(reverse("cases:detail", args=[case.uuid])).text
    assert alice.client.get(link).context["form"]["child"].value() == str(case.child.uuid)
