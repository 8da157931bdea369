"""Records start and meet the clocks: conferences, visits, reviews, plans, missing children and agreed actions."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.practice_events import PracticeEvent
from cases import timeline
from cases.actions.children import NewChild
from cases.actions.deadlines import record_event
from cases.actions.meetings import Held, Invited, call_meeting, call_off, hold
from cases.actions.opening import open_child_case
from cases.actions.plans import agree_action, end_plan, move_action, settle_action, start_plan
from cases.actions.records import Telling, add_record
from cases.event_kinds import Kind
from cases.models import Case, Deadline, DeadlineState, Meeting, PlanAction
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england
from tests.record_samples import (
    child_returned,
    conference,
    meeting,
    plan,
    plan_action,
    review,
    strategy_discussion,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(alice: Person, social_care: Place) -> Case:
    load_england()
    with entered(alice) as by:
        made = open_child_case(NewChild(given="Robin"), team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(made)
    return made


def recorded(case: Case, alice: Person, *records: Any) -> None:
    for record in records:
        with entered(alice) as by:
            add_record(case, record, Telling(), by=by)


def running() -> set[str]:
    with as_owner():
        return set(Deadline.objects.running().values_list("code", flat=True)) - {"ASSESS"}


def test_a_strategy_discussion_that_starts_an_enquiry_starts_the_clock_of_the_conference(
    worked: Case, alice: Person
) -> None:
    recorded(worked, alice, strategy_discussion(outcome="s47_joint"))

    assert running() == {"ICPC"}
    with as_owner():
        assert Deadline.objects.get(code="S47_START").state == DeadlineState.MET


def test_a_strategy_discussion_without_an_enquiry_starts_none(worked: Case, alice: Person) -> None:
    recorded(worked, alice, strategy_discussion(outcome="none"))

    assert running() == set()


def test_an_initial_conference_meets_its_clock_and_a_plan_decided_starts_those_of_the_plan(
    worked: Case, alice: Person
) -> None:
    recorded(worked, alice, strategy_discussion(outcome="s47_joint"), conference())
    assert running() == {"RCPC_FIRST", "CORE_FIRST", "CPP_START"}

    with entered(alice) as by:
        start_plan(worked, plan(sort="protection", category="NEG"), by=by)
    assert running() == {"RCPC_FIRST", "CORE_FIRST", "CP_VISIT"}


def test_a_conference_without_a_plan_starts_no_core_group(worked: Case, alice: Person) -> None:
    recorded(worked, alice, conference(outcome="neither", category=""))

    assert running() == {"RCPC_FIRST"}


def test_a_visit_at_which_a_child_on_a_plan_was_seen_starts_the_next_ones_clock(worked: Case, alice: Person) -> None:
    with entered(alice) as by:
        start_plan(worked, plan(sort="protection", category="NEG"), by=by)
    with as_owner():
        first = Deadline.objects.get(code="CP_VISIT")
    recorded(worked, alice, visit())

    with as_owner():
        first.refresh_from_db()
        assert Deadline.objects.running().filter(code="CP_VISIT").exclude(pk=first.pk).count() == 1
    assert first.state == DeadlineState.MET


@pytest.mark.parametrize("seen", ["no", "yes"])
def test_a_visit_without_seeing_the_child_or_without_a_plan_starts_none(worked: Case, alice: Person, seen: str) -> None:
    unseen = {"child_seen": "no", "seen_alone": "", "not_seen_because": "Nobody in", "bedroom": "not_there"}
    recorded(worked, alice, visit(**(unseen if seen == "no" else {})))

    assert running() == set()


def test_the_end_of_a_protection_plan_ends_its_clocks(worked: Case, alice: Person) -> None:
    recorded(worked, alice, conference())
    with entered(alice) as by:
        made = start_plan(worked, plan(sort="protection", category="NEG"), by=by)
        end_plan(made, ended_on=timezone.localdate(), reason="The child is safe.", by=by)

    assert running() == {"CORE_FIRST"}


def test_the_first_looked_after_review_and_the_next_have_clocks_of_their_own(worked: Case, alice: Person) -> None:
    recorded(worked, alice, review(sort="looked_after"))
    assert running() == {"LAC_REVIEW2"}

    recorded(worked, alice, review(sort="looked_after"))
    assert running() == {"LAC_REVIEW_N"}


def test_a_missing_child_who_is_back_is_owed_an_interview(worked: Case, alice: Person) -> None:
    recorded(worked, alice, child_returned())

    assert running() == {"RHI"}


# --- Meetings -------------------------------------------------------------------------------------


def called(case: Case, alice: Person, sort: str, audience: timeline.Audience = timeline.EVERYBODY_INVOLVED) -> Meeting:
    with entered(alice) as by:
        return call_meeting(case, meeting(sort=sort), Telling(audience=audience), Invited(guests=["Gran"]), by=by)


def held(found: Meeting, alice: Person) -> None:
    with as_owner():
        Meeting.objects.filter(pk=found.pk).update(planned_for=timezone.now() - timedelta(hours=1))
        found = Meeting.objects.select_related("case", "entry").get(pk=found.pk)
    with entered(alice) as by:
        hold(found, Held(attendance={}, summary="Sleep and meals.", child_said="“Hello.”"), by=by)


def test_a_conference_that_is_called_starts_the_clocks_of_its_reports_counted_back_from_its_day(
    worked: Case, alice: Person
) -> None:
    found = called(worked, alice, "initial")

    assert running() == {"ICPC_REPORT_CHAIR", "ICPC_REPORT_FAMILY"}
    with as_owner():
        report = Deadline.objects.get(code="ICPC_REPORT_CHAIR")
    assert report.started_at == found.planned_for
    assert timezone.now() < report.due_at < found.planned_for

    with entered(alice) as by:
        call_off(found, reason="The chair is ill", by=by)
    assert running() == set()


def test_a_conference_held_as_a_meeting_meets_its_clock_and_starts_the_next(worked: Case, alice: Person) -> None:
    recorded(worked, alice, strategy_discussion(outcome="s47_joint"))
    held(called(worked, alice, "initial"), alice)

    assert running() == {"RCPC_FIRST", "ICPC_REPORT_CHAIR", "ICPC_REPORT_FAMILY"}
    with as_owner():
        assert Deadline.objects.get(code="ICPC").state == DeadlineState.MET


@pytest.mark.parametrize(
    ("sort", "started"),
    [("review", {"RCPC_NEXT"}), ("core_group", {"CORE_NEXT"}), ("strategy", set()), ("other", set())],
)
def test_each_sort_of_meeting_starts_what_the_profile_ties_to_it(
    worked: Case, alice: Person, sort: str, started: set[str]
) -> None:
    with entered(alice) as by:
        record_event(worked, PracticeEvent.HARM_SUSPECTED, at=timezone.now() - timedelta(days=1), by=by)
    held(called(worked, alice, sort), alice)

    goes_on = set() if sort == "strategy" else {"STRAT"}
    assert running() - {"ICPC_REPORT_CHAIR", "ICPC_REPORT_FAMILY"} == started | goes_on


def test_a_meeting_that_some_may_not_see_meets_no_clock_of_theirs(worked: Case, alice: Person) -> None:
    recorded(worked, alice, strategy_discussion(outcome="s47_joint"))
    held(called(worked, alice, "initial", timeline.OWN_TEAM), alice)

    with as_owner():
        assert Deadline.objects.get(code="ICPC").is_running


# --- Agreed actions -------------------------------------------------------------------------------


def agreed(case: Case, alice: Person, owner: Any) -> PlanAction:
    with entered(alice) as by:
        return agree_action(case, plan_action(), Telling(), owner=owner, plan=None, by=by)


def test_an_agreed_action_is_its_owners_deadline_until_it_is_done(worked: Case, alice: Person) -> None:
    action = agreed(worked, alice, alice.user)
    with as_owner():
        deadline = Deadline.objects.get(entry=action.entry)
    assert (deadline.person, deadline.what, deadline.due_on) == (alice.user, action.what, action.due_on)

    with entered(alice) as by:
        settle_action(action, evidence="The school said so.", by=by)
    deadline.refresh_from_db()
    assert deadline.state == DeadlineState.MET


def test_an_action_of_a_team_is_the_teams_and_one_of_the_family_is_nobodys(
    worked: Case, alice: Person, social_care: Place
) -> None:
    mine = agreed(worked, alice, social_care.team)
    theirs = agreed(worked, alice, None)

    with as_owner():
        assert Deadline.objects.get(entry=mine.entry).team == social_care.team
        assert not Deadline.objects.filter(entry=theirs.entry).exists()


def test_an_action_that_moves_or_is_not_done_says_so_in_its_deadline(worked: Case, alice: Person) -> None:
    action = agreed(worked, alice, alice.user)
    later = timezone.localdate() + timedelta(days=20)
    with entered(alice) as by:
        move_action(action, due_on=later, reason="Gran is ill", by=by)
    with as_owner():
        deadline = Deadline.objects.get(entry=action.entry)
    assert (deadline.due_on, deadline.variation_reason) == (later, "Gran is ill")
    assert deadline.original_due_at < deadline.due_at

    with entered(alice) as by:
        settle_action(action, not_done_because="They moved away", by=by)
    deadline.refresh_from_db()
    assert (deadline.state, deadline.variation_reason) == (DeadlineState.WAIVED, "They moved away")


# --- Referrals ------------------------------------------------------------------------------------


def test_a_referral_that_came_before_the_case_was_opened_is_what_the_assessment_counts_from(
    worked: Case, alice: Person
) -> None:
    came = timezone.now() - timedelta(days=3)
    with entered(alice) as by:
        timeline.write(worked, timeline.Event(kind=Kind.REFERRAL, title="Referral", occurred_at=came), by=by)
        timeline.write(worked, timeline.Event(kind=Kind.REFERRAL_DECIDED, title="Accepted"), by=by)

    assert running() == set(), "the decision met the clocks of the referral"
    with as_owner():
        assert Deadline.objects.running().get(code="ASSESS").started_at == came
        assert Deadline.objects.get(code="REF_DECISION").met_at is not None
