"""The search box: what may be seen is found by what people type, and what may not is as if it were not there."""

import json
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases import access_search, timeline
from cases.access_search import Asked
from cases.actions.child_record import add_name
from cases.actions.children import NewChild, add_identifier, record_child
from cases.actions.family import NewRelative, Tie, add_relative
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.opening import open_case
from cases.actions.restriction import exclude, restrict
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseGroupGrant, Child, ChildIdentifier, ChildName, Involvement, Relationship
from cases.timeline import OWN_TEAM, Event
from safeguard.audit.models import AuditRow
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner

SEARCHED = import_module("cases.migrations.0027_search")
WELFARE = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
MOTHER = Tie(kind=Relationship.Kind.MOTHER)


@pytest.fixture
def robert(alice: Person, social_care: Place) -> Case:
    """The case of Robert Featherstone, born in 2015, with an NHS number and a mother."""
    with entered(alice) as by:
        new = NewChild(given="Robert", surname="Featherstone", born_on=date(2015, 5, 3))
        child = record_child(new, team=social_care.team, by=by)
        add_identifier(child, kind=ChildIdentifier.Kind.NHS, value="943 476 5919", by=by)
        add_relative(child, NewRelative(name="Zofia Kowalska"), MOTHER, team=social_care.team, by=by)
        case = open_case(child, team=social_care.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(case)
    return case


def found(person: Person, words: str) -> access_search.Found:
    with entered(person) as by:
        return access_search.search(by, words)


def children(person: Person, words: str) -> list[Child]:
    return list(found(person, words).children)


def page(person: Person, words: str) -> str:
    return person.client.post(reverse("search"), {"words": words}).text


# --- What is found ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Robert Featherstone",
        "featherstone",
        "Featherstone, Robert",
        "Robret Featherstone",
        "Fetherston",
        "Bob Featherstone",
        "ROBERT FEATHERSTÔNE",
        "03/05/2015",
        "2015-05-03",
        "Featherstone 3.5.2015",
        "9434765919",
        "943 476 5919",
    ],
)
def test_a_child_is_found_by_what_people_type(words: str, robert: Case, alice: Person) -> None:
    assert [child.pk for child in children(alice, words)] == [robert.child_id]


@pytest.mark.parametrize("words", ["Thornbury", "04/05/2015", "Featherstone 04/05/2015", "9434765870"])
def test_another_child_is_not(words: str, robert: Case, alice: Person) -> None:
    assert children(alice, words) == []


def test_a_former_name_finds_the_child_too(robert: Case, alice: Person) -> None:
    with entered(alice) as by:
        add_name(robert.child, kind=ChildName.Kind.PREVIOUS, given="Robert", surname="Quillfeather", by=by)

    assert [child.pk for child in children(alice, "Quillfeather")] == [robert.child_id]


def test_a_case_is_found_by_its_reference_and_by_its_child(robert: Case, alice: Person) -> None:
    assert [case.pk for case in found(alice, robert.spoken_reference).cases] == [robert.pk]
    assert [case.pk for case in found(alice, robert.reference).cases] == [robert.pk]
    assert [case.pk for case in found(alice, "Featherstone").cases] == [robert.pk]


def test_a_child_is_found_by_somebody_around_them(robert: Case, alice: Person) -> None:
    (mother,) = found(alice, "Kowalska").people

    assert (mother.person.name, mother.child_id) == ("Zofia Kowalska", robert.child_id)
    assert "Mother of Robert Featherstone" in page(alice, "zofia kowalska")


def test_an_entry_is_found_by_its_words_which_are_marked(robert: Case, alice: Person) -> None:
    with entered(alice) as by:
        timeline.write(robert, Event(kind=Kind.NOTE, title="Call", body="A trampoline & 3 < 4 fell over"), by=by)

    text = page(alice, "trampolines")

    assert "A <mark>trampoline</mark> &amp; 3 &lt; 4 fell over" in text


def test_agencies_and_colleagues_are_found_too(alice: Person, oakfield: Place, tariq: Person) -> None:
    text = page(alice, "oakfield")
    assert "Oakfield Primary School" in text

    assert "Tariq" in page(alice, "tariq")


def test_what_fits_best_comes_first_and_no_more_than_ten(alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        for given in ["Ann", "Anne", "Hannah", *(f"Anna{letter}" for letter in "bcdefghik")]:
            record_child(NewChild(given=given, surname="Birdwhistle"), team=social_care.team, by=by)

    shown = children(alice, "Hannah Birdwhistle")

    assert len(shown) == access_search.MOST
    assert shown[0].shown_name == "Hannah Birdwhistle"  # type: ignore[attr-defined]
    assert "Only the nearest are shown" in page(alice, "Birdwhistle")


# --- What is not -----------------------------------------------------------------------------------

EVERYTHING = ["Robert Featherstone", "03/05/2015", "9434765919", "Kowalska", "trampoline"]


@pytest.fixture
def shared(robert: Case, alice: Person, oakfield: Place) -> Case:
    """Robert's case with Oakfield involved, an entry that all may read and one for Alice's team."""
    with entered(alice) as by:
        involve(robert, oakfield.team, WELFARE, by=by)
        timeline.write(robert, Event(kind=Kind.NOTE, title="Call", body="About a trampoline"), by=by)
        secret = Event(kind=Kind.NOTE, title="Own", body="Xylophone", audience=OWN_TEAM)
        timeline.write(robert, secret, by=by)
    return robert


def finds_anything(person: Person, case: Case) -> bool:
    words = [*EVERYTHING, case.reference]
    return any(
        any((each.cases, each.children, each.people, each.entries)) for each in (found(person, w) for w in words)
    )


def test_an_involved_school_finds_all_but_what_is_kept_to_others(shared: Case, tariq: Person) -> None:
    for words in [*EVERYTHING, shared.reference]:
        seen = found(tariq, words)
        assert any((seen.cases, seen.children, seen.people, seen.entries)), words
    assert found(tariq, "xylophone").entries == []


def test_another_school_finds_nothing(shared: Case, olive: Person) -> None:
    assert not finds_anything(olive, shared)
    assert "Nothing that you may see matches" in page(olive, "Featherstone")


def test_nothing_is_found_once_the_part_has_ended(shared: Case, alice: Person, tariq: Person, oakfield: Place) -> None:
    with entered(alice) as by:
        end_involvement(Involvement.objects.get(case=shared, team=oakfield.team), reason="Moved", by=by)

    assert not finds_anything(tariq, shared)


def test_nothing_is_found_once_the_part_has_lapsed(shared: Case, tariq: Person, oakfield: Place) -> None:
    with as_owner():
        past = {"since": timezone.now() - timedelta(days=9), "until": timezone.now() - timedelta(days=1)}
        CaseGroupGrant.objects.filter(content_object=shared, group=oakfield.team.group).update(**past)

    assert not finds_anything(tariq, shared)


def test_who_is_kept_out_finds_nothing_whatever_else_they_hold(shared: Case, alice: Person, mo: Person) -> None:
    assert finds_anything(mo, shared)
    with entered(alice) as by:
        exclude(shared, mo.user, reason="Her nephew", by=by)

    assert not finds_anything(mo, shared)


def test_a_restricted_case_is_found_by_those_named_alone(
    shared: Case, alice: Person, tariq: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        restrict(shared, people=[alice.user], duty_team=social_care.team, reason="Threats", by=by)

    assert finds_anything(alice, shared)
    assert not finds_anything(tariq, shared)


def test_namesakes_whom_the_reader_may_not_see_push_nobody_out(
    shared: Case, tariq: Person, mo: Person, social_care: Place
) -> None:
    with entered(mo) as by:
        for _ in range(30):
            record_child(NewChild(given="Robert", surname="Featherstone"), team=social_care.team, by=by)

    assert [child.pk for child in children(tariq, "Robert Featherstone")] == [shared.child_id]


def test_a_reader_of_many_cases_is_answered_the_same(shared: Case, alice: Person, tariq: Person, olive: Person) -> None:
    search: Any = import_module("cases.migrations.0027_search")
    asked = [(who, words) for who in (alice, tariq, olive) for words in EVERYTHING]
    few = [_shown(who, words) for who, words in asked]
    with as_owner(), connection.cursor() as cursor:
        many = search.SEARCH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(f"{search.FEW}", "-1")
        cursor.execute(many.replace("LIMIT -1 + 1", "LIMIT 0"))

    assert [_shown(who, words) for who, words in asked] == few
    assert any(any(rows) for rows in few)


def _shown(person: Person, words: str) -> list[list[int]]:
    seen = found(person, words)
    return [[row.pk for row in rows] for rows in (seen.cases, seen.children, seen.people, seen.entries)]


def test_the_function_itself_tells_an_outsider_nothing(shared: Case, olive: Person) -> None:
    with entered(olive), connection.cursor() as cursor:
        for words in EVERYTHING:
            cursor.execute(access_search.SEARCH, [json.dumps(Asked.from_text(words).query), 100])
            assert cursor.fetchall() == []


# --- What is kept of a search, and what breaks nothing ----------------------------------------------


def test_what_was_shown_is_on_record_and_what_was_typed_is_not(robert: Case, alice: Person) -> None:
    page(alice, "Fetherstone")

    with as_owner():
        rows = list(AuditRow.objects.filter(action__startswith="search."))
    assert [row.action for row in rows] == ["search.ask", "search.look"]
    assert {robert.uuid, robert.child.uuid} <= set(rows[1].target_uuids)
    assert all("etherstone" not in f"{row.detail}{row.reason}" for row in rows)


def test_a_search_for_nobody_known_leaves_its_trace_too(alice: Person) -> None:
    page(alice, "Thornbury")

    with as_owner():
        assert AuditRow.objects.filter(action="search.ask", user_id=alice.user.pk).count() == 1


@pytest.mark.parametrize(
    "words",
    ["", " ", "\x00", "%", "_", "' OR 1=1 --", "\\", "(((", "!!!", "a" * 200, "🙂", "ישראל", "محمد", "99/99/9999", "-"],
)
def test_odd_words_are_answered_in_words(words: str, robert: Case, alice: Person) -> None:
    answer = alice.client.post(reverse("search"), {"words": words})

    assert answer.status_code == 200
    assert "Enter what to look for" in answer.text or "result" in answer.text


def test_too_many_words_are_refused_with_what_to_do(alice: Person) -> None:
    assert "Enter fewer words" in page(alice, "a" * 201)


def test_every_page_has_the_box_and_no_address_holds_what_is_typed(alice: Person) -> None:
    text = alice.client.get(reverse("cases:list")).text

    assert '<form class="sg-search" method="post" action="/search/" role="search">' in text


def test_a_contributor_needs_no_more_than_to_see(shared: Case, hana: Person, alice: Person, health: Place) -> None:
    with entered(alice) as by:
        involve(shared, health.team, Terms(level=AccessLevel.VIEW, purpose="Health", lawful_basis="x"), by=by)

    assert finds_anything(hana, shared)


def test_names_are_looked_for_in_an_index_that_the_search_can_use(robert: Case) -> None:
    """The planner takes it where there is nothing cheaper: the two write the same expression."""
    asked = f"SELECT child_id FROM cases_childmatch m WHERE 'fetherston' <% {SEARCHED.FULL}"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked}")
        plan = " ".join(row[0] for row in cursor.fetchall())

    assert "childmatch_names" in plan
