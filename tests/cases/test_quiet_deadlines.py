"""What a deadline may not tell: of a team whose part is confidential, and of an entry that some may not see."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.practice_events import PracticeEvent as E
from cases import timeline
from cases.actions.allocation import allocate
from cases.actions.children import NewChild
from cases.actions.deadlines import agree, explain, extend, meet, record_event, waive
from cases.actions.involvement import Terms, involve
from cases.actions.opening import open_child_case
from cases.actions.plans import agree_action, move_action, settle_action
from cases.actions.records import Telling
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Deadline, DeadlineState, Sensitivity, TimelineEntry
from tests.access.replay import RANDOM
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england, make_team
from tests.record_samples import plan_action

pytestmark = pytest.mark.django_db
EVERYBODY, OWN = timeline.EVERYBODY_INVOLVED, timeline.OWN_TEAM
SECRET = timeline.Audience(sensitivity=Sensitivity.HIGHLY_SENSITIVE)
HEALTH = timeline.Audience(mask=0b100)


@pytest.fixture
def worked(alice: Person, hana: Person, vera: Person, social_care: Place) -> Case:
    """A case that Alice opened, on which health works too, and a refuge of which nobody else may know."""
    load_england()
    terms = Terms(level=AccessLevel.LEAD, purpose="p", lawful_basis="b", confidential=True)
    with entered(alice) as by:
        made = open_child_case(NewChild(given="Robin"), team=social_care.team, lawful_basis="ca1989_s17", by=by)
        involve(
            made, hana.membership.teams.get(), Terms(level=AccessLevel.CONTRIBUTE, purpose="p", lawful_basis="b"), by=by
        )
        involve(made, vera.membership.teams.get(), terms, by=by)
    with_later_transaction(made)
    return made


def writes(person: Person, case: Case, *means: E, to: timeline.Audience = OWN, days_ago: int = 0) -> None:
    occurred_at = timezone.now() - timedelta(days=days_ago)
    with entered(person) as by:
        event = timeline.Event(kind=Kind.NOTE, title="x", audience=to, means=means, occurred_at=occurred_at)
        timeline.write(case, event, by=by)


def rows(code: str) -> list[Deadline]:
    with as_owner():
        return list(Deadline.objects.filter(code=code).select_related("entry", "team").order_by("pk"))


def states(code: str) -> list[DeadlineState]:
    return [each.state for each in rows(code)]


def pages(reader: Person, case: Case) -> str:
    """Return what the reader sees of the case's deadlines: the list, and each one's page."""
    listed = reverse("cases:case_deadlines", args=[case.uuid])
    with entered(reader) as by:
        refs = list(Deadline.objects.visible_to(by).filter(case=case).values_list("uuid", flat=True))
    own = (reverse("cases:deadline", args=[case.uuid, ref]) for ref in refs)
    text: bytes = b"".join(reader.client.get(address).content for address in (listed, *own))
    for pattern in RANDOM:
        text = pattern.sub(rb"\1", text)
    return text.decode()


# --- A team whose part is confidential ------------------------------------------------------------


def test_a_confidential_team_neither_enters_events_nor_changes_deadlines_that_others_see(
    worked: Case, alice: Person, vera: Person, hana: Person
) -> None:
    team, week = alice.membership.teams.get(), timezone.now() + timedelta(days=7)
    with entered(alice) as by:
        agreed = agree(worked, "Ring Gran", due_at=week, team=team, person=None, by=by)
    for act in (
        lambda by: record_event(worked, E.ALLEGATION_KNOWN, at=timezone.now(), by=by),
        lambda by: agree(worked, "x", due_at=week, team=team, person=None, by=by),
        lambda by: meet(agreed, at=timezone.now(), by=by),
        lambda by: extend(agreed, due_at=week + timedelta(days=1), reason="x", by=by),
        lambda by: waive(agreed, reason="x", by=by),
        lambda by: explain(agreed, reason="x", expected_on=None, by=by),
    ):
        with entered(vera) as by, pytest.raises(ValidationError, match="ask the lead agency"):
            act(by)

    assert rows("LADO_REFER") == []
    assert rows("")[0].is_running
    for name in (vera.user.name, vera.membership.agency.name, vera.membership.teams.get().name):
        assert name not in pages(hana, worked)


def test_the_page_says_what_to_do_and_keeps_what_was_typed(worked: Case, vera: Person) -> None:
    address = reverse("cases:deadline_event", args=[worked.uuid])
    sent = {"event": "allegation_known", "day-day": "1", "day-month": "2", "day-year": "2025"}

    page = vera.client.post(address, sent)

    assert page.status_code == 422
    assert "ask the lead agency" in page.text
    assert 'value="2025"' in page.text


def test_a_confidential_team_works_on_what_its_own_entry_started(worked: Case, vera: Person, hana: Person) -> None:
    writes(vera, worked, E.ALLEGATION_KNOWN)
    (own,) = rows("LADO_REFER")
    assert (own.team, own.person) == (vera.membership.teams.get(), vera.user)

    with entered(vera) as by:
        explain(own, reason="The officer is away", expected_on=None, by=by)
        meet(own, at=timezone.now(), by=by)

    assert states("LADO_REFER") == [DeadlineState.MET]
    assert vera.user.name not in pages(hana, worked)
    assert vera.membership.agency.name not in pages(hana, worked)


def test_what_a_confidential_team_settles_names_it_on_no_deadline(
    worked: Case, alice: Person, vera: Person, hana: Person
) -> None:
    with entered(alice) as by:
        action, other = (
            agree_action(worked, plan_action(), Telling(), owner=alice.user, plan=None, by=by) for _ in range(2)
        )
    with entered(vera) as by:
        settle_action(action, evidence="Seen", by=by)
        later = timezone.localdate() + timedelta(days=9)
        with pytest.raises(ValidationError, match="ask the lead agency"):
            settle_action(other, not_done_because="They moved", by=by)
        with pytest.raises(ValidationError, match="ask the lead agency"):
            move_action(other, due_on=later, reason="x", by=by)

    assert states("") == [DeadlineState.MET, DeadlineState.RUNNING]
    assert vera.user.name not in pages(hana, worked)


def test_the_recorder_is_the_team_that_is_involved(worked: Case, alice: Person) -> None:
    with as_owner():
        elsewhere = make_team(alice.membership.agency, "A team before")
    place = alice.membership.teams.get()
    with as_owner():
        alice.membership.teams.set([elsewhere, place])
    with entered(alice) as by:
        record_event(worked, E.ALLEGATION_KNOWN, at=timezone.now(), by=by)

    assert [each.team for each in rows("LADO_REFER")] == [place]


# --- An entry that some may not see ---------------------------------------------------------------


@pytest.mark.parametrize("to", [OWN, SECRET, HEALTH])
def test_a_hidden_entry_meets_nothing_that_others_see(
    worked: Case, alice: Person, hana: Person, to: timeline.Audience
) -> None:
    before = pages(hana, worked)

    writes(alice, worked, E.ASSESSMENT_COMPLETED, to=to)

    assert states("ASSESS") == [DeadlineState.RUNNING]
    assert pages(hana, worked) == before


def test_a_hidden_entry_meets_what_a_hidden_entry_of_its_team_started(worked: Case, alice: Person) -> None:
    writes(alice, worked, E.HARM_SUSPECTED)
    writes(alice, worked, E.STRATEGY_DISCUSSION_HELD)

    assert states("STRAT")[0] in {DeadlineState.MET, DeadlineState.MET_LATE}


@pytest.mark.parametrize(
    ("first", "then"),
    [(HEALTH, OWN), (EVERYBODY, SECRET), (SECRET, OWN), (timeline.Audience(mask=0, teams=("hana",)), OWN)],  # type: ignore[arg-type]  # the team's name, until it is there
)
def test_a_hidden_entry_leaves_what_more_people_see(
    worked: Case, alice: Person, hana: Person, first: timeline.Audience, then: timeline.Audience
) -> None:
    if first.teams:
        first = timeline.Audience(mask=0, teams=(hana.membership.teams.get(),))
    writes(alice, worked, E.HARM_SUSPECTED, to=first)
    writes(alice, worked, E.STRATEGY_DISCUSSION_HELD, to=then)

    assert states("STRAT") == [DeadlineState.OVERDUE]


def test_another_teams_hidden_entry_leaves_it_too(worked: Case, alice: Person, hana: Person) -> None:
    writes(alice, worked, E.HARM_SUSPECTED, to=HEALTH)
    writes(hana, worked, E.STRATEGY_DISCUSSION_HELD)

    assert states("STRAT") == [DeadlineState.OVERDUE]


def test_an_event_that_everybody_sees_has_its_clock_although_a_hidden_one_runs(worked: Case, alice: Person) -> None:
    writes(alice, worked, E.HARM_SUSPECTED, days_ago=3)
    writes(alice, worked, E.HARM_SUSPECTED, to=EVERYBODY)

    hidden, shown = rows("STRAT")
    assert hidden.is_running
    assert shown.is_running
    assert hidden.started_at < shown.started_at


def test_a_hidden_event_starts_none_where_an_earlier_one_runs_for_everybody(worked: Case, alice: Person) -> None:
    writes(alice, worked, E.HARM_SUSPECTED, to=EVERYBODY, days_ago=3)
    writes(alice, worked, E.HARM_SUSPECTED)

    assert states("STRAT") == [DeadlineState.OVERDUE]


def test_a_hidden_event_that_came_earlier_counts_for_those_who_know_and_replaces_nothing(
    worked: Case, alice: Person, hana: Person
) -> None:
    before = pages(hana, worked)
    writes(alice, worked, E.REFERRAL_RECEIVED, days_ago=9)

    shown, hidden = rows("ASSESS")
    assert shown.is_running
    assert hidden.is_running
    assert hidden.due_at < shown.due_at
    assert pages(hana, worked) == before


def test_an_answer_that_everybody_sees_meets_the_oldest_that_everybody_sees(worked: Case, alice: Person) -> None:
    writes(alice, worked, E.MISSING_CHILD_RETURNED, days_ago=2)
    writes(alice, worked, E.MISSING_CHILD_RETURNED, to=EVERYBODY, days_ago=1)
    writes(alice, worked, E.RETURN_INTERVIEW_HELD, to=EVERYBODY)

    assert states("RHI") == [DeadlineState.RUNNING, DeadlineState.MET]


EVENTS = [
    *(E.HARM_SUSPECTED, E.S47_DECIDED, E.STRATEGY_DISCUSSION_HELD, E.MISSING_CHILD_RETURNED, E.RETURN_INTERVIEW_HELD),
    *(E.CORE_GROUP_HELD, E.PLAN_STARTED, E.PLAN_VISIT_MADE, E.REFERRAL_RECEIVED, E.ASSESSMENT_COMPLETED, E.PLAN_ENDED),
]
AUDIENCES = {
    "everybody": EVERYBODY,
    "own": OWN,
    "secret": SECRET,
    "health": HEALTH,
    "police": timeline.Audience(mask=0b1000),
    "both": timeline.Audience(mask=0b1100),
}
HAPPENINGS = st.tuples(
    st.sampled_from(["alice", "hana"]),
    st.sampled_from([*AUDIENCES, "named"]),
    st.sampled_from(EVENTS),
    st.integers(0, 5),
)


@pytest.mark.usefixtures("worked")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=st.lists(HAPPENINGS, min_size=2, max_size=6))
def test_what_a_reader_sees_of_deadlines_depends_on_no_entry_hidden_from_them(
    happenings: list[Any], worked: Case, alice: Person, hana: Person, vera: Person
) -> None:
    """Whatever happened, and for whom: the reader's deadlines are as if nothing hidden from them had happened."""
    now = timezone.now()
    readers = {"alice": alice, "hana": hana, "vera": vera}

    def told(audience: str) -> timeline.Audience:
        named = timeline.Audience(mask=0, people=(vera.user,))
        return named if audience == "named" else AUDIENCES[audience]

    def seen(reader: Person, chosen: list[Any]) -> tuple[list[Any], list[int]]:
        with transaction.atomic():
            visible = []
            for number, (who, audience, event, days) in enumerate(chosen):
                with entered(readers[who]) as by:
                    at = now - timedelta(days=days)
                    made = timeline.Event(
                        kind=Kind.NOTE, title="x", audience=told(audience), means=(event,), occurred_at=at
                    )
                    pk = timeline.write(worked, made, by=by).pk
                with entered(reader) as by:
                    visible += [number] if TimelineEntry.objects.visible_to(by).filter(pk=pk).exists() else []
            with entered(reader) as by:
                found = [
                    (each.code, each.team_id, each.started_at, each.due_at, each.met_at, each.superseded_at is None)
                    for each in Deadline.objects.visible_to(by).filter(case=worked)
                ]
            transaction.set_rollback(True)
        return sorted(found, key=str), visible

    for reader in readers.values():
        whole, visible = seen(reader, happenings)
        without, _ = seen(reader, [happenings[number] for number in visible])
        assert whole == without, reader.user.name


# --- Allocation -----------------------------------------------------------------------------------


def test_an_allocation_moves_what_the_lead_had_to_do_and_no_more(
    worked: Case, alice: Person, tess: Person, social_care: Place
) -> None:
    team, week = social_care.team, timezone.now() + timedelta(days=7)
    with entered(alice) as by:
        allocate(worked, team=team, person=alice.user, by=by)
        record_event(worked, E.ALLEGATION_KNOWN, at=timezone.now(), by=by)  # the recorder's
        record_event(worked, E.CONFERENCE_PLANNED, at=timezone.now() + timedelta(days=30), by=by)  # each team's
        agree_action(worked, plan_action(), Telling(), owner=alice.user, plan=None, by=by)
        for what, person in (("hers", alice.user), ("of Tess", tess.user), ("of the team", None)):
            agree(worked, what, due_at=week, team=team, person=person, by=by)
        with as_owner():
            other = make_team(social_care.agency, "Long-term team")
            alice.membership.teams.add(other)
        involve(worked, other, Terms(level=AccessLevel.LEAD, purpose="p", lawful_basis="b"), by=by)
        allocate(worked, team=other, person=None, by=by)

    with as_owner():
        moved = set(Deadline.objects.filter(team=other).values_list("code", "what"))
        kept = Deadline.objects.get(what=plan_action().what)
    assert {code for code, _what in moved} == {"ASSESS", ""}
    assert {what for code, what in moved if not code} == {"hers"}
    assert (kept.team, kept.person) == (team, alice.user)
    assert [each.person for each in rows("LADO_REFER")] == [alice.user]


def test_what_the_new_team_may_not_see_stays_with_the_team_that_does(
    worked: Case, alice: Person, social_care: Place
) -> None:
    writes(alice, worked, E.HARM_SUSPECTED)
    with as_owner():
        other = make_team(social_care.agency, "Long-term team")
    with entered(alice) as by:
        involve(worked, other, Terms(level=AccessLevel.LEAD, purpose="p", lawful_basis="b"), by=by)
        allocate(worked, team=other, person=None, by=by)

    assert [each.team for each in rows("STRAT")] == [social_care.team]
    assert [each.team for each in rows("ASSESS")] == [other]
