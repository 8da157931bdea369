"""An adult around a child resembles a user of an involved agency: an exclusion is proposed, and a person decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.roles import Role
from cases.actions.conflicts import decide, propose_due
from cases.actions.family import NewRelative, Tie, add_relative
from cases.actions.involvement import Terms, involve
from cases.actions.restriction import exclude
from cases.matching.people import may_be_one
from cases.models import AccessLevel, Case, CaseExclusion, ExclusionProposal, Relationship, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.cases.test_match_queue import worker
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user

pytestmark = pytest.mark.django_db
Decision = ExclusionProposal.Decision
UNCLE = Tie(kind=Relationship.Kind.OTHER_RELATIVE)
WHY = "He says that he is the uncle"


def look_through() -> int:
    """Let the worker look through what is due; return how many exclusions it proposes."""
    with worker():
        return propose_due()


def relative(case: Case, person: Person, place: Place, name: str, **more: Any) -> Relationship:
    with entered(person) as by:
        return add_relative(case.child, NewRelative(name=name, **more), UNCLE, team=place.team, by=by)


def bring_in(case: Case, alice: Person, place: Place, **more: Any) -> None:
    terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11", **more)
    with entered(alice) as by:
        involve(case, place.team, terms, by=by)


def proposals() -> list[ExclusionProposal]:
    with as_owner():
        return list(ExclusionProposal.objects.select_related("user", "case", "relationship__person"))


def seen(person: Person) -> bool:
    """Return whether the person sees a proposal, by the database and on the page alike."""
    with entered(person):
        held = bool(ids_by_sql("cases_exclusionproposal"))
    (proposal,) = proposals()
    page = person.client.get(reverse("cases:access", args=[proposal.case.uuid]))
    assert held == ("Possible conflicts of interest" in page.text)
    assert page_of(person, proposal).status_code == (200 if held else 404)
    return held


def page_of(person: Person, proposal: ExclusionProposal) -> Any:
    return person.client.get(address(proposal))


def address(proposal: ExclusionProposal) -> str:
    return reverse("cases:exclusion_proposed", args=[proposal.case.uuid, proposal.uuid])


def told(person: Person) -> list[str]:
    with as_owner():
        return list(InboxItem.objects.filter(recipient=person.user).values_list("kind", flat=True))


@pytest.fixture
def proposed(*, case: Case, alice: Person, maggie: Person, social_care: Place, oakfield: Place, tariq: Person) -> Case:
    """The case of a child with an uncle called like Tariq, whose school is involved: his exclusion is proposed."""
    bring_in(case, alice, oakfield)
    relative(case, alice, social_care, "Mr. Tarik Turner")
    assert look_through() == 1
    return case


# --- Whose names are alike ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tariq Turner", "tariq turner"),
        ("Tarik Turner", "Tariq Turner"),
        ("Turner, Tariq", "Tariq Turner"),
        ("Bob Smith", "Robert Smith"),
        ("Anna Smith-Jones", "Anna Jones"),
        ("Anna Jones-Smith", "Anna Jones"),
        ("Anna Maria Jones", "Anna Jones"),
        ("Mohammed Ali Khan", "Mohammed Ali Khan"),
    ],
)
def test_names_of_one_person_are_alike_either_way_round(one: str, other: str) -> None:
    assert may_be_one(one, other)
    assert may_be_one(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tariq Turner", "Tina Turner"),
        ("Tariq Turner", "Tariq Thompson"),
        ("Tariq", "Tariq"),
        ("", "Tariq Turner"),
        ("Mohammed Ali Khan", "Mohammed Omar Khan"),
        ("not known", "not known"),
    ],
)
def test_names_of_two_are_not(one: str, other: str) -> None:
    assert not may_be_one(one, other)


# --- When it is looked for ------------------------------------------------------------------------


def test_it_is_proposed_when_an_adult_is_added(proposed: Case, tariq: Person) -> None:
    (proposal,) = proposals()

    assert (proposal.case, proposal.user, proposal.decision) == (proposed, tariq.user, "")
    assert proposal.relationship.person.name == "Mr. Tarik Turner"
    assert look_through() == 0


def test_it_is_proposed_when_an_agency_is_involved(
    case: Case, alice: Person, social_care: Place, oakfield: Place, tariq: Person
) -> None:
    relative(case, alice, social_care, "Tariq Turner")
    assert look_through() == 0

    bring_in(case, alice, oakfield)

    assert look_through() == 1


def test_it_is_proposed_when_somebody_joins_an_involved_agency_or_takes_another_name(
    case: Case, alice: Person, social_care: Place, oakfield: Place
) -> None:
    relative(case, alice, social_care, "Nora Nightingale")
    bring_in(case, alice, oakfield)
    assert look_through() == 0

    make_membership(make_user("Nora Nightingale"), oakfield.agency, Role.PRACTITIONER, teams=(oakfield.team,))
    assert look_through() == 1

    with as_owner():
        alice.user.name = "Nora Nightingale"
        alice.user.save()
    assert look_through() == 1


def test_it_is_proposed_of_somebody_who_is_entered_ahead_of_their_first_day(
    case: Case, alice: Person, social_care: Place
) -> None:
    relative(case, alice, social_care, "Nora Nightingale")
    assert look_through() == 0

    begins = timezone.now() + timedelta(days=3)
    make_membership(make_user("Nora Nightingale"), social_care.agency, Role.PRACTITIONER, since=begins)

    assert look_through() == 1


def test_it_is_proposed_of_the_leading_agencys_own_people(
    case: Case, alice: Person, mo: Person, social_care: Place
) -> None:
    relative(case, alice, social_care, "Mo Malik")

    assert look_through() == 1


@pytest.mark.parametrize("role", [Role.INFORMATION_GOVERNANCE_LEAD, Role.ANALYST, Role.ADMINISTRATOR])
def test_it_is_not_proposed_of_somebody_who_opens_no_case(
    role: Role, case: Case, alice: Person, social_care: Place
) -> None:
    make_membership(make_user("Nora Nightingale"), social_care.agency, role)
    relative(case, alice, social_care, "Nora Nightingale")

    assert look_through() == 0


def test_it_is_not_proposed_of_a_child_of_an_agency_that_is_not_involved_or_of_who_is_kept_out(
    case: Case, alice: Person, mo: Person, tariq: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        exclude(case, mo.user, reason="Uncle", by=by)
    relative(case, alice, social_care, "Tariq Turner")
    relative(case, alice, social_care, "Mo Malik")
    relative(case, alice, social_care, "Alice Archer", born_on=case.opened_at.date().replace(year=2015))

    assert look_through() == 0


def test_the_web_can_neither_look_nor_write_a_proposal(
    case: Case, alice: Person, mo: Person, social_care: Place
) -> None:
    made = relative(case, alice, social_care, "Mo Malik")
    with entered(alice):
        assert propose_due() == 0
        part = min(ids_by_sql("cases_involvement"))
        with pytest.raises(DatabaseError), transaction.atomic():
            ExclusionProposal.objects.create(case=case, user=mo.user, involvement_id=part, relationship=made)
    assert look_through() == 1


# --- Who learns of it -----------------------------------------------------------------------------


def test_the_leading_agencys_managers_are_told_without_a_name_and_nobody_else(
    proposed: Case, alice: Person, maggie: Person, tariq: Person, daisy: Person
) -> None:
    with as_owner():
        (note,) = InboxItem.objects.filter(kind="exclusion.propose")

    assert note.recipient == maggie.user
    assert note.path == reverse("cases:access", args=[proposed.uuid])
    assert not {"Tariq", "Tarik", "Turner", "Robin"} & set(note.title.split())


def test_where_no_manager_leads_the_case_whoever_leads_it_is_told(
    case: Case, alice: Person, mo: Person, social_care: Place
) -> None:
    relative(case, alice, social_care, "Mo Malik")
    look_through()

    assert told(alice) == ["exclusion.propose"]
    assert told(mo) == []


def test_those_who_lead_the_case_see_it_and_nobody_else(
    *, proposed: Case, alice: Person, maggie: Person, tariq: Person, daisy: Person, olive: Person
) -> None:
    assert seen(alice)
    assert seen(maggie)
    assert not seen(tariq)
    assert not seen(daisy)
    assert not seen(olive)


def test_the_person_who_is_meant_never_sees_it_also_where_they_lead(
    case: Case, alice: Person, mo: Person, maggie: Person, social_care: Place
) -> None:
    relative(case, alice, social_care, "Mo Malik")
    look_through()

    assert seen(alice)
    assert not seen(mo)
    assert mo.client.post(address(proposals()[0]), {"decision": "other_person", "reason": "x"}).status_code == 404
    assert told(mo) == []


def test_a_confidential_part_is_not_given_away(
    *, case: Case, alice: Person, maggie: Person, mo: Person, vera: Person, social_care: Place, voluntary: Place
) -> None:
    bring_in(case, alice, voluntary, confidential=True)
    relative(case, alice, social_care, "Vera Vaughan")
    look_through()

    assert (told(alice), told(maggie), told(mo)) == (["exclusion.propose"], [], [])
    assert seen(alice)
    assert not seen(maggie)


# --- Deciding -------------------------------------------------------------------------------------


def test_a_decision_to_exclude_keeps_the_person_out_and_keeps_the_reason(
    proposed: Case, maggie: Person, tariq: Person
) -> None:
    (proposal,) = proposals()
    assert "Tariq Turner of Oakfield Primary School has a name like that of Mr. Tarik Turner (Other relative)" in (
        page_of(maggie, proposal).text
    )

    answer = maggie.client.post(address(proposal), {"decision": "excluded", "reason": WHY})

    assert answer.headers["Location"] == reverse("cases:access", args=[proposed.uuid])
    (proposal,) = proposals()
    assert (proposal.decision, proposal.reason, proposal.decided_by_id) == ("excluded", WHY, maggie.user.pk)
    with as_owner():
        assert CaseExclusion.objects.get(case=proposed).user == tariq.user
    assert tariq.client.get(reverse("cases:detail", args=[proposed.uuid])).status_code == 404
    assert page_of(maggie, proposal).status_code == 404


@pytest.mark.parametrize("decision", ["no_conflict", "other_person"])
def test_a_decision_not_to_leaves_no_trace_that_the_person_could_read(
    decision: str, proposed: Case, alice: Person, tariq: Person
) -> None:
    (proposal,) = proposals()
    with as_owner():
        before = TimelineEntry.objects.count()

    alice.client.post(address(proposal), {"decision": decision, "reason": WHY})

    with as_owner():
        assert TimelineEntry.objects.count() == before
        assert not CaseExclusion.objects.exists()
        assert AuditRow.objects.get(action="exclusion.decide").reason == WHY
    assert tariq.client.get(reverse("cases:detail", args=[proposed.uuid])).status_code == 200
    assert told(tariq) == []
    assert look_through() == 0, "what is decided is not proposed again"


def test_a_decision_wants_a_reason_and_is_made_once(proposed: Case, alice: Person, maggie: Person) -> None:
    (proposal,) = proposals()

    assert alice.client.post(address(proposal), {"decision": "excluded", "reason": " "}).status_code == 422
    with entered(alice) as by, pytest.raises(ValidationError):
        decide(proposal, Decision.EXCLUDED, reason=" ", by=by)
    with entered(alice) as by:
        decide(proposal, Decision.OTHER_PERSON, reason=WHY, by=by)
    with entered(maggie) as by, pytest.raises(Http404):
        decide(proposal, Decision.EXCLUDED, reason="Too late", by=by)
    assert proposals()[0].reason == WHY


def test_the_database_keeps_what_was_found_and_wants_a_whole_decision(proposed: Case, alice: Person) -> None:
    (proposal,) = proposals()
    for change in ("user_id = 1", "decision = 'excluded'"):
        statement = f"UPDATE cases_exclusionproposal SET {change} WHERE id = %s"
        with entered(alice), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [proposal.pk])


# --- A search for a colleague's relative ------------------------------------------------------------


def test_a_search_for_a_colleagues_relative_leaves_its_trace(proposed: Case, mo: Person) -> None:
    mo.client.post(reverse("search"), {"words": "Tarik Turner"})

    with as_owner():
        (asked,) = AuditRow.objects.filter(action="search.ask", user_id=mo.user.pk)
        (look,) = AuditRow.objects.filter(action="search.look", user_id=mo.user.pk)
        adult = Relationship.objects.get(person__name="Mr. Tarik Turner").person
    assert adult.uuid in look.target_uuids
    assert asked.target_uuids == []


def test_a_search_that_finds_nothing_that_one_may_see_leaves_its_trace_too(proposed: Case, olive: Person) -> None:
    olive.client.post(reverse("search"), {"words": "Tarik Turner"})

    with as_owner():
        rows = AuditRow.objects.filter(user_id=olive.user.pk, action__startswith="search.")
        assert sorted(rows.values_list("action", flat=True)) == ["search.ask", "search.look"]
