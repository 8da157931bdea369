"""Deadlines: what starts, meets and replaces them, whose they are, and who may change them."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.http import Http404
from django.utils import timezone

from agencies.actions.practice import LocalPeriod, change_timescale
from agencies.models import PracticeProfile, SchoolTerm
from agencies.practice_events import PracticeEvent
from cases import deadlines, timeline
from cases.actions.allocation import allocate
from cases.actions.children import NewChild
from cases.actions.deadlines import agree, explain, extend, meet, record_event, waive
from cases.actions.involvement import Terms, involve
from cases.actions.leaving import deadlines_held, pass_deadlines_on
from cases.actions.opening import close_case, open_child_case
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseGroupGrant, Deadline, DeadlineState
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england

LONDON = ZoneInfo("Europe/London")
EXAMPLES = Path(__file__).parent / "worked_examples.csv"
E = PracticeEvent


@pytest.fixture
def england(db: None) -> PracticeProfile:
    return load_england()


@pytest.fixture
def worked(england: PracticeProfile, alice: Person, social_care: Place) -> Case:
    """A case that Alice opened under England's profile."""
    with entered(alice) as by:
        made = open_child_case(NewChild(given="Robin"), team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(made)
    return made


def row(code: str, *, running: bool = True) -> Deadline:
    with as_owner():
        found = Deadline.objects.filter(code=code)
        return (found.running() if running else found).get()


def codes() -> set[str]:
    with as_owner():
        return set(Deadline.objects.running().values_list("code", flat=True))


def happens(case: Case, person: Person, *events: PracticeEvent, days_ago: int = 0) -> None:
    with entered(person) as by:
        for event in events:
            record_event(case, event, at=timezone.now() - timedelta(days=days_ago), by=by)


# --- When they are due ----------------------------------------------------------------------------


def test_every_timescale_is_due_as_worked_out_by_hand(england: PracticeProfile, adam: Person, oakfield: Place) -> None:
    """Three dates and more for each, over Easter, Christmas, the year's end and the nights when clocks change."""
    terms = [("2026-09-02", "2026-10-23"), ("2026-11-02", "2026-12-18"), ("2027-01-04", "2027-02-12"),
             ("2027-02-22", "2027-03-25"), ("2027-04-12", "2027-05-28"), ("2027-06-07", "2027-07-21")]  # fmt: skip
    with as_owner():
        for first, last in terms:
            SchoolTerm.objects.create(name="Term", first_day=first, last_day=last)
    for code, hours in (("STRAT", 4), ("ESC_4", 24)):
        change_timescale(code, LocalPeriod(chase_hours=hours), reason="Agreed", by=adam.by)
    current = PracticeProfile.objects.current()
    assert current
    timescales = {each.code: each for each in current.timescales.all()}
    with EXAMPLES.open(encoding="utf-8") as file:
        examples = list(csv.DictReader(file))

    wrong = []
    for example in examples:
        start = datetime.fromisoformat(example["from"]).replace(tzinfo=LONDON)
        due = deadlines.due_at(timescales[example["code"]], start, team=oakfield.team).astimezone(LONDON)
        said = f"{due:%Y-%m-%dT%H:%M}" if "T" in example["due"] else f"{due:%Y-%m-%d}"
        if said != example["due"] or ("T" not in example["due"] and f"{due:%H:%M:%S}" != "23:59:59"):
            wrong.append(f"{example} but {due}")
    assert not wrong, "\n".join(wrong)
    counted = {code: sum(each["code"] == code for each in examples) for code in timescales}
    assert min(counted.values()) >= 3, "every timescale has three worked examples"


def test_a_schools_own_terms_count_before_the_partnerships(
    england: PracticeProfile, oakfield: Place, millbrook: Place
) -> None:
    with as_owner():
        for agency, last in ((None, "2026-12-18"), (oakfield.agency, "2026-12-11")):
            SchoolTerm.objects.create(agency=agency, name="Autumn", first_day="2026-09-02", last_day=last)
            SchoolTerm.objects.create(agency=agency, name="Spring", first_day="2027-01-04", last_day="2027-02-12")
    timescale = england.timescales.get(code="CP_FILE_INYEAR")
    left = datetime(2026, 12, 9, 12, tzinfo=LONDON)

    own, common = (deadlines.due_at(timescale, left, team=place.team) for place in (oakfield, millbrook))

    assert own.astimezone(LONDON).date() == date(2027, 1, 6)
    assert common.astimezone(LONDON).date() == date(2026, 12, 16)


def test_the_database_refuses_terms_that_overlap(oakfield: Place) -> None:
    with as_owner():
        SchoolTerm.objects.create(agency=oakfield.agency, name="A", first_day="2026-09-02", last_day="2026-12-18")
    with pytest.raises(IntegrityError), as_owner():
        SchoolTerm.objects.create(agency=oakfield.agency, name="B", first_day="2026-12-18", last_day="2027-02-12")


def test_a_step_without_delay_for_which_no_interval_is_set_is_due_at_once(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.HARM_SUSPECTED)

    assert row("STRAT").due_at == row("STRAT").started_at


# --- What starts and meets them -------------------------------------------------------------------


def test_opening_a_case_starts_the_assessment_for_the_team_that_leads(worked: Case, social_care: Place) -> None:
    due = row("ASSESS")

    assert codes() == {"ASSESS"}
    assert (due.team, due.agency, due.person) == (social_care.team, social_care.agency, None)
    assert due.entry is not None
    assert due.due_at == due.original_due_at
    assert due.legal_status == "statutory_guidance"


def test_a_school_that_leads_gets_no_deadline_that_is_social_cares(
    england: PracticeProfile, daisy: Person, oakfield: Place
) -> None:
    with entered(daisy) as by:
        open_child_case(NewChild(given="Sky"), team=oakfield.team, lawful_basis="ca2004_s11", by=by)

    assert codes() == set()


def test_without_a_profile_nothing_starts(case: Case) -> None:
    assert codes() == set()
    assert case.profile is None


def test_a_case_keeps_the_version_that_it_started_under(worked: Case, adam: Person, alice: Person) -> None:
    change_timescale("CP_VISIT", LocalPeriod(amount=1, unit="day"), reason="New", by=adam.by)

    happens(worked, alice, E.PLAN_STARTED)

    assert row("CP_VISIT").timescale.amount == 10  # type: ignore[union-attr]  # it has one
    assert worked.profile.version == 1  # type: ignore[union-attr]  # it has one


def test_an_entry_starts_what_its_action_says_that_it_means(worked: Case, alice: Person) -> None:
    with entered(alice) as by:
        planned = timezone.now() + timedelta(days=20)
        event = timeline.Event(
            kind=Kind.NOTE, title="Conference planned", means=(E.CONFERENCE_PLANNED,), counts_from=planned
        )
        timeline.write(worked, event, by=by)

    for code in ("ICPC_REPORT_CHAIR", "ICPC_REPORT_FAMILY"):
        assert row(code).started_at == planned
        assert timezone.now() < row(code).due_at < planned
        assert row(code).entry is not None


def test_the_event_that_is_due_meets_the_deadline_and_starts_the_next(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.S47_DECIDED, days_ago=10)
    assert {"ICPC", "S47_START"} <= codes()

    happens(worked, alice, E.INITIAL_CONFERENCE_HELD, E.PLAN_DECIDED, E.PLAN_STARTED, days_ago=1)

    assert row("ICPC", running=False).state == DeadlineState.MET
    assert row("CPP_START", running=False).state == DeadlineState.MET
    assert {"RCPC_FIRST", "CORE_FIRST", "CP_VISIT"} <= codes()
    assert "ICPC" not in codes()


def test_what_is_met_after_its_time_is_met_late(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.S47_DECIDED, days_ago=60)
    happens(worked, alice, E.INITIAL_CONFERENCE_HELD, days_ago=1)

    assert row("ICPC", running=False).state == DeadlineState.MET_LATE


def test_what_was_done_in_time_and_entered_later_is_in_time(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.S47_DECIDED, days_ago=60)
    happens(worked, alice, E.INITIAL_CONFERENCE_HELD, days_ago=50)

    assert row("ICPC", running=False).state == DeadlineState.MET


def test_what_happened_before_a_clock_began_and_is_entered_late_does_not_stop_it(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.S47_DECIDED, days_ago=3)
    happens(worked, alice, E.INITIAL_CONFERENCE_HELD, days_ago=200)  # that of an earlier enquiry

    assert row("ICPC").state == DeadlineState.RUNNING


def test_a_rolling_deadline_is_met_by_each_visit_and_runs_anew_from_it(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.PLAN_STARTED, days_ago=12)
    first = row("CP_VISIT")
    happens(worked, alice, E.PLAN_VISIT_MADE, days_ago=2)

    with as_owner():
        states = [each.state for each in Deadline.objects.filter(code="CP_VISIT").order_by("pk")]
    assert states == [DeadlineState.MET, DeadlineState.RUNNING]
    assert row("CP_VISIT").due_at > first.due_at


def test_a_second_event_leaves_one_that_is_kept_as_it_was(worked: Case, alice: Person) -> None:
    before = row("ASSESS")

    happens(worked, alice, E.REFERRAL_RECEIVED)

    assert row("ASSESS").pk == before.pk
    assert row("ASSESS").due_at == before.due_at


def test_a_planned_day_that_moves_replaces_the_deadline(worked: Case, alice: Person) -> None:
    with entered(alice) as by:
        for days in (20, 30):
            record_event(worked, E.CONFERENCE_PLANNED, at=timezone.now() + timedelta(days=days), by=by)

    with as_owner():
        states = [each.state for each in Deadline.objects.filter(code="ICPC_REPORT_CHAIR").order_by("pk")]
    assert states == [DeadlineState.SUPERSEDED, DeadlineState.RUNNING]


def test_each_return_of_a_missing_child_has_its_own_deadline_and_an_interview_meets_the_oldest(
    worked: Case, alice: Person
) -> None:
    happens(worked, alice, E.MISSING_CHILD_RETURNED, days_ago=2)
    happens(worked, alice, E.MISSING_CHILD_RETURNED, days_ago=1)
    happens(worked, alice, E.RETURN_INTERVIEW_HELD)

    with as_owner():
        states = [each.state for each in Deadline.objects.filter(code="RHI").order_by("pk")]
    assert states == [DeadlineState.MET, DeadlineState.RUNNING]


def test_each_involved_team_has_its_own_report_but_a_confidential_one_is_not_named(
    worked: Case, alice: Person, hana: Person, vera: Person
) -> None:
    with entered(alice) as by:
        involve(worked, hana.membership.teams.get(), Terms(purpose="p", lawful_basis="b"), by=by)
        terms = Terms(purpose="p", lawful_basis="b", confidential=True)
        involve(worked, vera.membership.teams.get(), terms, by=by)
        record_event(worked, E.CONFERENCE_PLANNED, at=timezone.now() + timedelta(days=20), by=by)

    with as_owner():
        teams = set(Deadline.objects.filter(code="ICPC_REPORT_CHAIR").values_list("team__name", flat=True))
    assert teams == {"Assessment team", "Health visiting"}


def test_closing_a_case_ends_what_was_to_be_done(worked: Case, alice: Person) -> None:
    with entered(alice) as by:
        close_case(worked, reason="Done", by=by)

    assert codes() == set()


def test_a_deadline_moves_with_the_allocation(worked: Case, alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        allocate(worked, team=social_care.team, person=alice.user, by=by)

    assert row("ASSESS").person == alice.user


def test_a_leavers_deadlines_pass_to_the_team(worked: Case, alice: Person, maggie: Person, social_care: Place) -> None:
    with entered(alice) as by:
        allocate(worked, team=social_care.team, person=alice.user, by=by)
    with entered(maggie) as by:
        assert [each.count for each in deadlines_held(alice.membership)] == [1]
        pass_deadlines_on(alice.membership, by=by)
        assert [each.count for each in deadlines_held(alice.membership)] == [0]

    assert (row("ASSESS").person, row("ASSESS").team) == (None, social_care.team)


# --- By hand --------------------------------------------------------------------------------------


def test_an_event_in_the_future_is_refused_unless_it_is_planned(worked: Case, alice: Person) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    with entered(alice) as by, pytest.raises(ValidationError, match="lies in the future"):
        record_event(worked, E.S47_DECIDED, at=tomorrow, by=by)
    with entered(alice) as by, pytest.raises(ValidationError, match="check the year"):
        record_event(worked, E.S47_DECIDED, at=datetime(1926, 1, 1, tzinfo=UTC), by=by)

    assert codes() == {"ASSESS"}


def test_somebody_agrees_with_a_team_on_what_to_do(worked: Case, alice: Person, social_care: Place) -> None:
    when = timezone.now() + timedelta(days=7)
    with entered(alice) as by:
        made = agree(worked, "Ring the school", due_at=when, team=social_care.team, person=alice.user, by=by)

    assert (made.what, made.person, made.is_local, made.code) == ("Ring the school", alice.user, True, "")


def test_an_agreement_needs_words_a_day_ahead_and_an_involved_team(
    worked: Case, alice: Person, social_care: Place, oakfield: Place, tariq: Person
) -> None:
    week, team = timezone.now() + timedelta(days=7), social_care.team
    wrong = [
        ({"what": " ", "due_at": week, "team": team, "person": None}, "Say what is to be done"),
        ({"what": "x", "due_at": timezone.now() - timedelta(days=1), "team": team, "person": None}, "from today on"),
        ({"what": "x", "due_at": week, "team": oakfield.team, "person": None}, "team that is involved"),
        ({"what": "x", "due_at": week, "team": team, "person": tariq.user}, "not in that team"),
    ]
    for fields, said in wrong:
        with entered(alice) as by, pytest.raises(ValidationError, match=said):
            agree(worked, **fields, by=by)  # type: ignore[arg-type]  # a table of wrong values


def agreed(case: Case, alice: Person) -> Deadline:
    with entered(alice) as by:
        team = alice.membership.teams.get()
        return agree(case, "Ring", due_at=timezone.now() + timedelta(days=7), team=team, person=None, by=by)


def test_a_local_deadline_is_extended_with_a_reason_and_its_first_date_stays(worked: Case, alice: Person) -> None:
    deadline = agreed(worked, alice)
    later = deadline.due_at + timedelta(days=3)
    with entered(alice) as by:
        extend(deadline, due_at=later, reason="The family is away", by=by)

    with as_owner():
        deadline.refresh_from_db()
    assert deadline.due_at == later
    assert deadline.original_due_at == later - timedelta(days=3)
    assert (deadline.varied_by, deadline.variation_reason) == (alice.user, "The family is away")


def test_a_local_deadline_is_waived_with_a_reason(worked: Case, alice: Person) -> None:
    deadline = agreed(worked, alice)
    with entered(alice) as by:
        waive(deadline, reason="The school rang us", by=by)

    with as_owner():
        deadline.refresh_from_db()
    assert deadline.state == DeadlineState.WAIVED


def test_a_statutory_deadline_can_be_neither_extended_nor_waived_not_even_in_the_database(
    worked: Case, alice: Person
) -> None:
    statutory = row("ASSESS")
    later = statutory.due_at + timedelta(days=1)
    with entered(alice) as by, pytest.raises(ValidationError, match="statutory guidance: its date stays"):
        extend(statutory, due_at=later, reason="Busy", by=by)
    with entered(alice) as by, pytest.raises(ValidationError, match="its date stays"):
        waive(statutory, reason="Busy", by=by)
    for fields in ({"due_at": later}, {"waived_at": later}, {"original_due_at": later}):
        with pytest.raises(IntegrityError), as_owner():
            Deadline.objects.filter(pk=statutory.pk).update(
                **fields,
                variation_reason="x",
                varied_by=alice.user,
            )

    assert row("ASSESS").due_at == statutory.due_at


def test_a_statutory_deadline_takes_a_late_reason_and_still_counts_as_late(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.S47_DECIDED, days_ago=60)
    late = row("ICPC")
    with entered(alice) as by:
        explain(late, reason="The family moved", expected_on=timezone.localdate() + timedelta(days=3), by=by)

    assert row("ICPC").late_reason == "The family moved"
    assert row("ICPC").due_at == late.due_at
    assert row("ICPC").state == DeadlineState.OVERDUE


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_varied_or_explained_without_a_reason(worked: Case, alice: Person, reason: str) -> None:
    deadline = agreed(worked, alice)
    later = deadline.due_at + timedelta(days=1)
    with entered(alice) as by:
        with pytest.raises(ValidationError, match="Say why"):
            extend(deadline, due_at=later, reason=reason, by=by)
        with pytest.raises(ValidationError, match="Say why"):
            waive(deadline, reason=reason, by=by)
        with pytest.raises(ValidationError, match="Say why"):
            explain(deadline, reason=reason, expected_on=None, by=by)


def test_an_extension_to_an_earlier_day_is_refused(worked: Case, alice: Person) -> None:
    deadline = agreed(worked, alice)
    with entered(alice) as by, pytest.raises(ValidationError, match="after the present one"):
        extend(deadline, due_at=deadline.due_at, reason="x", by=by)


def test_who_neither_leads_nor_manages_may_not_vary_a_deadline(
    worked: Case, alice: Person, hana: Person, daisy: Person
) -> None:
    deadline = agreed(worked, alice)
    with entered(alice) as by:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="p", lawful_basis="b")
        for other in (hana, daisy):
            involve(worked, other.membership.teams.get(), terms, by=by)

    for person in (hana, daisy):  # Daisy manages, but not the work of the agency whose it is
        with entered(person) as by, pytest.raises(Http404):
            waive(deadline, reason="x", by=by)


def test_what_is_done_is_met_by_hand_once(worked: Case, alice: Person) -> None:
    deadline = agreed(worked, alice)
    with entered(alice) as by:
        with pytest.raises(ValidationError, match="cannot lie in the future"):
            meet(deadline, at=timezone.now() + timedelta(days=1), by=by)
        meet(deadline, at=timezone.now(), by=by)
        with pytest.raises(ValidationError, match="not to be done any more"):
            meet(deadline, at=timezone.now(), by=by)


# --- Who sees them, and the date by which lists are sorted ----------------------------------------


def seen_by(person: Person, model: type[Model] = Deadline) -> set[int]:
    """Return what the person sees, by the rule and by the database alone, which must agree."""
    with entered(person) as by:
        by_rule = set(Deadline.objects.visible_to(by).values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_deadline")
            by_database = {pk for (pk,) in cursor.fetchall()}
    assert by_rule == by_database
    return by_rule


def next_due(person: Person) -> datetime | None:
    with as_owner():
        return CaseGroupGrant.objects.get(group=person.membership.teams.get().group).next_due_at


def test_a_deadline_is_seen_by_who_sees_the_case_and_the_entry_that_started_it(
    worked: Case, alice: Person, hana: Person, olive: Person
) -> None:
    with entered(alice) as by:
        involve(worked, hana.membership.teams.get(), Terms(purpose="p", lawful_basis="b"), by=by)
        event = timeline.Event(kind=Kind.NOTE, title="x", audience=timeline.OWN_TEAM, means=(E.HARM_SUSPECTED,))
        timeline.write(worked, event, by=by)
    hidden, shown = row("STRAT"), row("ASSESS")

    assert seen_by(alice) == {hidden.pk, shown.pk}
    assert seen_by(hana) == {shown.pk}
    assert seen_by(olive) == set()


def test_a_grants_date_moves_only_for_what_all_of_its_group_may_see(worked: Case, alice: Person, hana: Person) -> None:
    with entered(alice) as by:
        involve(worked, hana.membership.teams.get(), Terms(purpose="p", lawful_basis="b"), by=by)
    assert next_due(hana) == next_due(alice) == row("ASSESS").due_at

    with entered(alice) as by:
        event = timeline.Event(kind=Kind.NOTE, title="x", audience=timeline.OWN_TEAM, means=(E.HARM_SUSPECTED,))
        timeline.write(worked, event, by=by)

    assert next_due(alice) == row("STRAT").due_at
    assert next_due(hana) == row("ASSESS").due_at


def test_a_grants_date_follows_what_is_met_and_is_empty_in_the_end(worked: Case, alice: Person) -> None:
    happens(worked, alice, E.ASSESSMENT_COMPLETED)

    assert next_due(alice) is None


def test_a_deadline_can_be_neither_deleted_nor_made_for_a_case_that_one_does_not_see(
    worked: Case, alice: Person, olive: Person
) -> None:
    with entered(alice), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Deadline.objects.filter(pk=row("ASSESS").pk).delete()
    held = deadlines.Held(olive.membership.teams.get())
    with entered(olive) as by, pytest.raises(Exception, match="row-level security"), transaction.atomic():
        deadlines.agree(worked, "x", due_at=timezone.now(), held=held, by=by)


# --- Pages ----------------------------------------------------------------------------------------


def test_a_list_shows_ones_own_the_teams_and_the_agencys_deadlines(
    worked: Case, alice: Person, tess: Person, social_care: Place, olive: Person
) -> None:
    with entered(alice) as by:
        when, team = timezone.now() + timedelta(days=2), social_care.team
        agree(worked, "Ring the school", due_at=when, team=team, person=alice.user, by=by)

    own, teams, agencys = (alice.client.get(f"/deadlines/?whose={whose}").text for whose in ("me", "team", "agency"))

    assert "Ring the school" in own
    assert "complete child and family assessment" not in own, "the team's, and nobody's in person"
    for page in (teams, agencys, tess.client.get("/deadlines/?whose=team").text):
        assert "Ring the school" in page
        assert "complete child and family assessment" in page
    assert "Nothing is due" in olive.client.get("/deadlines/?whose=agency").text


def test_a_month_shows_what_is_due_on_each_day(worked: Case, alice: Person) -> None:
    due = row("ASSESS").due_on

    page = alice.client.get(f"/deadlines/month/?whose=team&month={due:%Y-%m}").text

    assert f"Deadlines in {due:%B %Y}" in page
    assert "complete child and family assessment" in page
    for nonsense in ("2026-13", "9999-01", "x"):
        assert alice.client.get(f"/deadlines/month/?month={nonsense}").status_code == 200


def test_the_list_of_cases_shows_and_sorts_by_what_is_due_next(worked: Case, alice: Person) -> None:
    page = alice.client.get("/cases/?order=due").text

    assert f"{row('ASSESS').due_on:%-d %b %Y}" in page
    assert worked.spoken_reference in page


def test_what_is_agreed_moved_and_done_on_the_pages(worked: Case, alice: Person, social_care: Place) -> None:
    client, base = alice.client, f"/cases/{worked.uuid}/deadlines/"
    day = timezone.localdate() + timedelta(days=4)
    sent_day = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}

    answer = client.post(
        f"{base}agree/", {"what": "Ring Gran", "team": str(social_care.team.uuid), **sent_day}, follow=True
    )
    assert "It is agreed" in answer.text
    with as_owner():
        made = Deadline.objects.get(what="Ring Gran")
    assert made.due_on == day
    page = client.get(f"{base}{made.uuid}/").text
    for action in ("done", "move", "waive", "explain"):
        assert f"{base}{made.uuid}/{action}/" in page
    assert (
        "It is not to be done any more"
        in client.post(f"{base}{made.uuid}/waive/", {"reason": "Gran rang us"}, follow=True).text
    )
    assert client.get(f"{base}{made.uuid}/move/").status_code == 404, "it is not to be done any more"


def test_a_statutory_deadlines_page_offers_no_other_date(worked: Case, alice: Person) -> None:
    base = f"/cases/{worked.uuid}/deadlines/{row('ASSESS').uuid}/"
    page = alice.client.get(base).text

    assert "Working Together 2023" in page
    assert f"{base}move/" not in page
    assert alice.client.get(f"{base}move/").status_code == 404
    assert alice.client.get(f"{base}waive/").status_code == 404


def test_an_event_is_entered_on_its_page(worked: Case, alice: Person) -> None:
    page = alice.client.get(f"/cases/{worked.uuid}/deadlines/event/").text

    assert "Missing child returned" in page
    assert "Case closed" not in page, "that is done on the case's own page"
