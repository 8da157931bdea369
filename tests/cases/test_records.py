"""What happened is recorded with its parts: complete or not at all, and seen where its entry is seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases import access_records, access_timeline, timeline
from cases.actions.children import NewChild
from cases.actions.emergency import take_emergency_access
from cases.actions.involvement import Terms, involve
from cases.actions.opening import open_child_case
from cases.actions.records import Telling, add_record
from cases.api.timeline import ShownSerializer
from cases.audience import Reach, default_for
from cases.event_kinds import KINDS, Kind
from cases.models import AccessLevel, Case, Meeting, MeetingContribution, Plan, Record, Thread, TimelineEntry, Visit
from cases.views.records import PAGES
from safeguard.audit.models import AuditRow
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.record_samples import (
    SAMPLES,
    child_missing,
    child_returned,
    conference,
    decision,
    family_contact,
    one_of_each,
    plan_action,
    review,
    strategy_discussion,
    visit,
)

WHY = Terms(purpose="Attendance and welfare", lawful_basis="ca2004_s11")
DAY = {"day-day": "1", "day-month": "3", "day-year": "2026", "at": "14:30", "audience": "everybody", "sensitivity": "0"}
VISIT = DAY | {
    "place": "home",
    "announced": "unannounced",
    "child_seen": "yes",
    "seen_alone": "yes",
    "bedroom": "seen",
    "child_said": "“Gran makes pancakes.”",
    "significance": "Gran is the safe person.",
}


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with a school team reading and the health team writing."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        involve(case, health.team, Terms(**vars(WHY) | {"level": AccessLevel.CONTRIBUTE}), by=by)
    return case


def recorded(case: Case, record: Record, person: Person, **telling: Any) -> Record:
    with entered(person) as by:
        return add_record(case, record, Telling(**telling), by=by)


def sent(person: Person, case: Case, values: dict[str, Any], name: str = "visit_add") -> Any:
    """Send the form, then the page that says who will see it; return the last answer."""
    client, address = person.client, reverse(f"cases:{name}", args=[case.uuid])
    page = client.post(address, values)
    if "Check who will see this" not in page.text:
        return page
    seen = page.context["outlook"].fingerprint
    return client.post(address, values | {"seen": seen, "save": "1"}, follow=True)


def entries(case: Case) -> int:
    with as_owner():
        return TimelineEntry.objects.filter(case=case).count()


# --- What is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("record", one_of_each(), ids=lambda record: type(record).__name__)
def test_each_kind_of_record_has_its_entry_its_audit_row_and_a_title(
    record: Record, shared: Case, hana: Person
) -> None:
    made = recorded(shared, record, hana, body="Told by phone")

    assert made.entry.title == record.headline()
    assert made.entry.kind in KINDS
    with as_owner():
        row = AuditRow.objects.filter(kind="change").latest("pk")
    assert row.action == f"{record._meta.model_name}.record"
    assert made.entry.uuid in row.target_uuids
    with entered(hana) as by:
        assert access_records.record_of(by, made.entry) == made


def test_every_kind_of_record_has_a_sample_and_a_model() -> None:
    models = set(access_records.record_models().values())

    assert models == {Meeting, MeetingContribution, Plan, Thread, *(type(sample()) for sample in SAMPLES)}


@pytest.mark.parametrize(
    ("record", "missing"),
    [
        (visit(child_seen="no", seen_alone=""), "why the child was not seen"),
        (visit(seen_alone=""), "seen alone"),
        (visit(seen_alone="no"), "why not"),
        (visit(child_said=""), "what the child said"),
        (family_contact(family_said=""), "what the family said"),
        (decision(child_told="no"), "how the child was told"),
        (decision(told_how=""), "how the child was told"),
        (decision(dissent="Too soon."), "who disagreed"),
        (decision(best_interests=""), "cannot be blank"),
        (strategy_discussion(police=""), "who took part for police and health"),
        (strategy_discussion(outcome=""), "cannot be blank"),
        (conference(category=""), "has a category"),
        (conference(outcome="in_need"), "nothing else has one"),
        (review(progress=""), "cannot be blank"),
        (child_missing(police_told="no"), "why the police have not been told"),
        (child_returned(interviewer=""), "who offers the return interview"),
        (child_returned(interview="not_offered"), "why it is not offered"),
    ],
)
def test_an_incomplete_record_is_refused_and_nothing_is_written(
    record: Record, missing: str, shared: Case, alice: Person
) -> None:
    before = entries(shared)

    with entered(alice) as by, pytest.raises(ValidationError, match=missing):
        add_record(shared, record, Telling(), by=by)

    assert entries(shared) == before


@pytest.mark.parametrize(
    "record",
    [
        visit(seen_alone=""),
        family_contact(family_said=""),
        decision(told_how=""),
        visit(child_seen="x"),
        strategy_discussion(health=""),
        conference(category=""),
        child_missing(police_told="no"),
        child_returned(interviewer=""),
    ],
)
def test_the_database_itself_refuses_an_incomplete_record(record: Record, shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        record.entry = timeline.write(shared, timeline.Event(kind=record.happened_as(), title="t"), by=by)
        with pytest.raises(IntegrityError), transaction.atomic():
            record.save(force_insert=True)


def test_nothing_has_happened_in_the_future(shared: Case, alice: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="in the future"):
        add_record(shared, visit(), Telling(occurred_at=timezone.now() + timedelta(minutes=5)), by=by)


@pytest.mark.parametrize(
    ("record", "title"),
    [
        (visit(), "Visit: child seen alone"),
        (visit(seen_alone="no", not_alone_because="Baby asleep in arms"), "Visit: child seen, not alone"),
        (visit(child_seen="no", seen_alone="", not_seen_because="Nobody in"), "Visit: child not seen"),
        (family_contact(), "Contact with the family: by phone"),
        (family_contact(reached="no", family_said=""), "Contact with the family tried: nobody reached"),
        (decision(decision="x" * 300), "Decision: " + "x" * 189 + "…"),
        (strategy_discussion(), "Strategy discussion: Section 47 enquiry, together with the police"),
        (conference(), "Initial conference: Child protection plan, neglect"),
        (conference(sort="review", outcome="neither", category=""), "Review conference: Neither"),
        (review(sort="looked_after"), "Looked-after child review: The plan goes on"),
        (child_returned(), "Child back. Return interview: offered, and the child said yes"),
    ],
)
def test_the_title_says_in_one_line_what_happened(record: Record, title: str) -> None:
    assert record.headline() == title


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (strategy_discussion(), Kind.SECTION_47_STARTED),
        (strategy_discussion(outcome="s47_single"), Kind.SECTION_47_STARTED),
        (strategy_discussion(outcome="s17"), Kind.STRATEGY_DISCUSSION),
        (conference(), Kind.INITIAL_CONFERENCE),
        (conference(sort="review"), Kind.REVIEW_CONFERENCE),
        (conference(sort="pre_birth"), Kind.PRE_BIRTH_CONFERENCE),
        (review(), Kind.PLAN_REVIEW),
        (review(sort="looked_after"), Kind.LOOKED_AFTER_REVIEW),
        (child_missing(), Kind.CHILD_MISSING),
        (child_returned(), Kind.CHILD_RETURNED),
    ],
)
def test_what_starts_a_statutory_clock_is_a_kind_of_its_own(record: Record, kind: Kind) -> None:
    assert record.happened_as() == kind
    assert kind in record.kinds


# --- Who may --------------------------------------------------------------------------------------


def test_who_only_reads_the_case_records_nothing(shared: Case, tariq: Person, olive: Person) -> None:
    before = entries(shared)
    for person in (tariq, olive):
        with entered(person) as by, pytest.raises(Http404):
            add_record(shared, visit(), Telling(), by=by)
        for page in PAGES:
            assert person.client.get(reverse(page.address, args=[shared.uuid])).status_code == 404
            assert person.client.post(reverse(page.address, args=[shared.uuid]), VISIT).status_code == 404
    assert entries(shared) == before


def test_a_record_is_seen_exactly_where_its_entry_is(shared: Case, alice: Person, hana: Person, tariq: Person) -> None:
    open_one = recorded(shared, visit(), alice)
    own = recorded(shared, visit(), alice, audience=timeline.OWN_TEAM)
    for person, expected in ((alice, {open_one.pk, own.pk}), (hana, {open_one.pk}), (tariq, {open_one.pk})):
        with entered(person) as by:
            assert set(Visit.objects.visible_to(by).values_list("pk", flat=True)) == expected
            assert ids_by_sql("cases_visit") == expected
        page = reverse("cases:entry", args=[shared.uuid, own.entry.uuid])
        assert person.client.get(page).status_code == (200 if own.pk in expected else 404)


def test_a_record_belongs_to_ones_own_entry_and_is_never_changed(shared: Case, alice: Person, hana: Person) -> None:
    made = recorded(shared, visit(), alice)
    with entered(hana) as by:
        foreign = Visit(**{f.attname: getattr(visit(), f.attname) for f in Visit._meta.fields if f.name != "id"})
        foreign.entry = TimelineEntry.objects.visible_to(by).exclude(visit__isnull=False)[0]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            foreign.save(force_insert=True)
        for change in (lambda: Visit.objects.update(child_seen="no"), lambda: Visit.objects.all().delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()
    with as_owner():
        assert Visit.objects.get(pk=made.pk).child_seen == "yes"


def test_an_entry_is_not_found_under_another_case(shared: Case, alice: Person, social_care: Place) -> None:
    made = recorded(shared, visit(), alice)
    with entered(alice) as by:
        other = open_child_case(NewChild(given="Kit"), team=social_care.team, lawful_basis="x", by=by)

    assert alice.client.get(reverse("cases:entry", args=[other.uuid, made.entry.uuid])).status_code == 404


def test_somebody_in_no_team_is_told_so(shared: Case, tess: Person, social_care: Place) -> None:
    with entered(tess) as by:
        take_emergency_access(shared.reference, reason="Night duty", by=by)
    with as_owner():
        tess.membership.teams.clear()
    answer = sent(tess, shared, VISIT)

    assert answer.status_code == 422
    assert "you are in no team" in answer.text


# --- The pages ------------------------------------------------------------------------------------


def test_a_social_worker_records_a_visit_and_reads_it_in_full(shared: Case, alice: Person, tariq: Person) -> None:
    answer = sent(alice, shared, VISIT)

    for words in (
        "The visit is recorded",
        "Visit: child seen alone",
        "Gran makes pancakes",
        "Gran is the safe person",
        "Unannounced",
    ):
        assert words in answer.text
    assert "1 March 2026, 14:30" in answer.text
    page = tariq.client.get(reverse("cases:detail", args=[shared.uuid])).text
    assert "Last seen" in page
    assert "Gran makes pancakes" in page


def test_who_will_see_it_and_what_was_entered_is_shown_before_it_is_saved(
    shared: Case, alice: Person, tariq: Person
) -> None:
    before = entries(shared)
    page = alice.client.post(reverse("cases:visit_add", args=[shared.uuid]), VISIT).text

    for words in ("Check who will see this", tariq.user.name, "Was the child seen alone?", "Gran makes pancakes"):
        assert words in page
    assert entries(shared) == before


def test_the_chosen_audience_is_that_of_the_record(shared: Case, alice: Person, hana: Person) -> None:
    sent(alice, shared, VISIT | {"audience": "own_team"})

    for person, number in ((alice, 1), (hana, 0)):
        with entered(person) as by:
            assert Visit.objects.visible_to(by).count() == number


def test_what_was_typed_stays_when_something_is_missing(shared: Case, alice: Person) -> None:
    answer = sent(alice, shared, VISIT | {"child_said": "", "presentation": "Tired and pale"})

    assert answer.status_code == 422
    assert "Write what the child said, or why there are no words" in answer.text
    assert "Tired and pale" in answer.text


def test_a_visit_at_which_nobody_was_seen_asks_only_why(shared: Case, alice: Person) -> None:
    values = {"child_seen": "no", "not_seen_because": "Nobody in, card left", "child_said": "typed before"}
    answer = sent(alice, shared, VISIT | values)

    assert "Visit: child not seen" in answer.text
    assert "typed before" not in answer.text
    assert "No visit that you may see" in alice.client.get(reverse("cases:detail", args=[shared.uuid])).text


def test_supervision_is_for_ones_own_team_unless_one_chooses_otherwise(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        assert default_for(Kind.SUPERVISION, by, shared).reach == Reach.OWN_TEAM

    page = alice.client.get(reverse("cases:supervision_add", args=[shared.uuid])).text
    assert "Supervision is for your own team" in page


def test_a_conference_without_a_plan_asks_for_no_category(shared: Case, alice: Person) -> None:
    values = {
        name: getattr(conference(), name) for name in ("sort", "chair", "attended", "child_views", "family_views")
    }
    values |= DAY | {"rationale": "No harm is likely.", "outcome": "neither", "category": "NEG"}
    answer = sent(alice, shared, values, "conference_add")

    assert "Initial conference: Neither" in answer.text
    assert "Neglect" not in answer.text


def test_a_sighting_that_the_reader_may_not_see_is_not_told(shared: Case, alice: Person, hana: Person) -> None:
    recorded(shared, visit(child_said="Old words"), alice, occurred_at=timezone.now() - timedelta(days=9))
    recorded(shared, visit(child_said="Newest words"), alice, audience=timeline.OWN_TEAM)

    address = reverse("cases:detail", args=[shared.uuid])
    assert "Newest words" in alice.client.get(address).text
    page = hana.client.get(address).text
    assert "Old words" in page
    assert "Newest words" not in page


# --- On the timeline, in a chronology, and beside it --------------------------------------------


@pytest.mark.parametrize("name", ["timeline", "timeline_print"])
def test_what_was_recorded_is_read_with_the_entry_and_only_there(
    name: str, shared: Case, alice: Person, hana: Person
) -> None:
    recorded(shared, decision(rationale="Meals were missed"), alice)
    recorded(shared, decision(rationale="For the team alone"), alice, audience=timeline.OWN_TEAM)

    page = hana.client.get(reverse(f"cases:{name}", args=[shared.uuid])).text
    assert "Meals were missed" in page
    assert "How does it serve the child’s best interests?" in page
    assert "For the team alone" not in page


def test_no_key_of_the_database_is_read_on_a_page(shared: Case, alice: Person) -> None:
    made = recorded(shared, plan_action(), alice)

    page = alice.client.get(reverse("cases:entry", args=[shared.uuid, made.entry.uuid])).text
    assert "Walk to school together on Mondays" in page
    assert "Uuid" not in page


def test_programs_read_what_was_recorded_too(shared: Case, alice: Person) -> None:
    made = recorded(shared, visit(place="home"), alice)
    with entered(alice) as by:
        (shown,) = access_timeline.beside(by, [made.entry], new_since=None)

    assert {"question": "Was the child seen?", "answer": "Yes"} in ShownSerializer(shown).data["details"]


def test_a_record_asks_an_agency_to_confirm_too(shared: Case, alice: Person, hana: Person, health: Place) -> None:
    answer = sent(alice, shared, VISIT | {"ask": str(health.agency.uuid)})

    assert "not yet" in answer.text
    assert "Please read an entry" in hana.client.get(reverse("notifications:inbox")).text


@pytest.mark.parametrize("name", ["visit_add", "decision_add"])
def test_a_team_whose_part_is_confidential_starts_from_its_own_team(
    name: str, shared: Case, alice: Person, vera: Person, voluntary: Place
) -> None:
    with entered(alice) as by:
        quietly = Terms(**vars(WHY) | {"level": AccessLevel.CONTRIBUTE, "confidential": True})
        involve(shared, voluntary.team, quietly, by=by)

    page = vera.client.get(reverse(f"cases:{name}", args=[shared.uuid]))
    assert page.context["form"]["audience"].value() == Reach.OWN_TEAM
    assert "its name under an entry would tell of it" in page.text


# Session, user, who am I, settings, inbox count, savepoints; then: case, who will see it, the case's lock and level
# again, entry, readers, record, audit, and twice one question for each rule that the record is held to.
BASELINES = {"visit": 54, "record": 29}


def test_recording_and_reading_take_a_constant_number_of_queries(
    shared: Case, alice: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = alice.client
    page = client.post(reverse("cases:visit_add", args=[shared.uuid]), VISIT)
    saved = VISIT | {"seen": page.context["outlook"].fingerprint, "save": "1"}
    with django_assert_max_num_queries(BASELINES["visit"]):
        answer = client.post(reverse("cases:visit_add", args=[shared.uuid]), saved)
    with django_assert_max_num_queries(BASELINES["record"]):
        assert client.get(answer.headers["Location"]).status_code == 200
