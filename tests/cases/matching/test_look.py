"""Whether a child is known already: what each person is told, and what is kept of the look."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.actions.children import NewChild, add_identifier, record_child
from cases.actions.opening import open_case
from cases.actions.restriction import exclude
from cases.matching import access
from cases.matching.facts import Facts
from cases.matching.look import Answer, who_is
from cases.matching.weights import Band
from cases.models import (
    Address,
    Case,
    Child,
    ChildIdentifier,
    ChildMatch,
    ChildMatchDue,
    ChildName,
    MatchModel,
    MatchName,
    MatchWeight,
)
from safeguard.audit.models import AuditRow
from safeguard.common import row_security
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner, database_role

BORN = date(2015, 2, 3)
ROBIN = Facts.known_as("Robin", "Pemberton", born_on=BORN)


@pytest.fixture
def robin(alice: Person, social_care: Place) -> Case:
    """A child with a case of the assessment team."""
    return known(alice, social_care, "Robin", "Pemberton")


def known(person: Person, place: Place, given: str, surname: str) -> Case:
    with entered(person) as by:
        child = record_child(NewChild(given=given, surname=surname, born_on=BORN), team=place.team, by=by)
        case = open_case(child, team=place.team, lawful_basis="ca1989_s17", by=by)
    with_later_transaction(case)
    return case


def ask(person: Person, facts: Facts = ROBIN) -> Answer:
    with entered(person) as by:
        return who_is(facts, by=by)


def rows_of(child_id: int) -> list[ChildMatch]:
    with as_owner():
        return list(ChildMatch.objects.filter(child=child_id).order_by("pk"))


def test_it_shows_the_child_to_who_may_see_them(alice: Person, robin: Case) -> None:
    answer = ask(alice)

    (match,) = answer.matches
    assert match.uuid == robin.child.uuid
    assert match.score.band is Band.LIKELY
    assert "date of birth" in match.words.agrees
    assert not answer.desks


@pytest.mark.parametrize(
    ("given", "surname", "born_on"),
    [
        ("Robyn", "Pemberton", BORN),
        ("Robin", "Pembertan", BORN),
        ("Pemberton", "Robin", BORN),
        ("Rob", "Pemberton", BORN),
        ("Robin", "Pemberton", date(2015, 3, 2)),
    ],
)
def test_it_finds_the_child_despite_a_slip(given: str, surname: str, born_on: date, alice: Person, robin: Case) -> None:
    answer = ask(alice, Facts.known_as(given, surname, born_on=born_on))

    assert [match.uuid for match in answer.matches] == [robin.child.uuid]


def test_it_tells_a_stranger_which_desk_to_ask_and_no_more(olive: Person, robin: Case, social_care: Place) -> None:
    answer = ask(olive)

    assert answer.desks == (social_care.agency.name,)
    assert not answer.matches


def test_it_finds_nobody_for_an_unknown_child(olive: Person, robin: Case) -> None:
    assert not ask(olive, Facts.known_as("Zofia", "Wojcik", born_on=date(2011, 9, 17)))


def test_a_name_alone_finds_nothing_and_leaves_no_look(olive: Person, robin: Case) -> None:
    assert not ask(olive, Facts.known_as("Robin", "Pemberton"))
    with as_owner():
        assert not AuditRow.objects.filter(action="match.ask").exists()


def test_an_excluded_person_gets_the_answer_for_an_unknown_child(
    alice: Person, mo: Person, maggie: Person, robin: Case
) -> None:
    with entered(alice) as by:
        exclude(robin, mo.user, reason="Uncle of the child", by=by)

    answer = ask(mo)

    assert answer == Answer(ROBIN, version=answer.version)
    with as_owner():
        told = InboxItem.objects.get(kind="match.excluded")
        refusal = AuditRow.objects.get(action="match.look", kind="refusal")
    assert told.recipient_id == maggie.user.pk
    assert "Robin" not in told.title
    assert refusal.target_uuids == [robin.child.uuid]


def test_a_brother_of_a_hidden_child_is_no_hint(olive: Person, robin: Case) -> None:
    with as_owner():
        Address.objects.create(
            child=robin.child, lines="12 Mill Road, Northtown", postcode="NT4 2AB", recorded_by=olive.user
        )
    sweep()
    brother = Facts(given="oscar", surname="pemberton", born="20110917", street="12 mill rd", postcode="nt42ab")

    assert not ask(olive, brother)


def test_a_voluntary_agency_is_never_named_as_the_desk(vera: Person, voluntary: Place, olive: Person) -> None:
    known(vera, voluntary, "Robin", "Pemberton")

    assert ask(olive).desks == ("",)


def test_every_look_is_on_record_with_whom_it_found(olive: Person, robin: Case) -> None:
    ask(olive)

    with as_owner():
        asked = AuditRow.objects.get(action="match.ask")
        look = AuditRow.objects.get(action="match.look")
    assert (asked.user_id, look.user_id) == (olive.user.pk, olive.user.pk)
    assert look.target_uuids == [robin.child.uuid]
    assert look.detail == {"shown": 0, "desks": 1, "weights": 2}


def test_somebody_without_a_role_for_children_finds_nobody(ana: Person, robin: Case) -> None:
    assert not ask(ana)


def test_the_web_cannot_search_around_the_record(olive: Person, robin: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('app_web', 'cases_match_probe(jsonb)', 'EXECUTE')")
        assert cursor.fetchone() == (False,)
    with entered(olive):
        assert not ChildMatch.objects.exists()


# --- Rows in step ---------------------------------------------------------------------------------


@contextmanager
def worker() -> Iterator[None]:
    """Be the worker, whose work belongs to nobody."""
    with database_role("app_worker"):
        row_security.apply(row_security.NOBODY)
        yield


def sweep() -> int:
    with worker():
        return access.sweep()


def test_a_new_child_can_be_found_in_the_same_transaction(alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        record_child(NewChild(given="Robin", surname="Pemberton", born_on=BORN), team=social_care.team, by=by)
        assert who_is(ROBIN, by=by).matches
    with as_owner():
        assert not ChildMatchDue.objects.exists()


def test_a_number_that_is_added_is_compared(alice: Person, robin: Case) -> None:
    with entered(alice) as by:
        add_identifier(robin.child, ChildIdentifier.Kind.NHS, "943 476 5919", by=by)

    assert [row.number for row in rows_of(robin.child_id)] == ["9434765919"]
    assert ask(alice, Facts(number="9434765919")).matches


def test_another_known_name_is_found_once_the_worker_has_swept(alice: Person, robin: Case) -> None:
    with as_owner():
        ChildName.objects.create(
            child=robin.child, kind="d_alias", given="Sam", surname="Weatherby", recorded_by=alice.user
        )

    assert not ask(alice, Facts.known_as("Sam", "Weatherby", born_on=BORN)).matches
    assert sweep() == 1
    assert sweep() == 0
    assert ask(alice, Facts.known_as("Sam", "Weatherby", born_on=BORN)).matches


@pytest.mark.parametrize("later", [False, True])
def test_a_protected_address_is_never_compared(later: bool, alice: Person, robin: Case) -> None:
    fields: dict[str, Any] = {"lines": "12 Mill Road, Northtown", "postcode": "NT4 2AB", "recorded_by": alice.user}
    with as_owner():
        address = Address.objects.create(child=robin.child, is_protected=not later, **fields)
    sweep()
    assert any(row.postcode for row in rows_of(robin.child_id)) == later

    with as_owner():
        Address.objects.filter(pk=address.pk).update(is_protected=True)

    assert not any(row.postcode or row.street or row.address_id for row in rows_of(robin.child_id))
    sweep()
    assert not any(row.postcode or row.street for row in rows_of(robin.child_id))


def test_only_the_worker_sweeps(alice: Person, robin: Case) -> None:
    with as_owner():
        Child.objects.filter(pk=robin.child_id).update(sex="M")

    with entered(alice):
        assert access.sweep() == 0
    assert sweep() == 1


def test_pairs_of_one_name_who_share_a_surname_are_counted(alice: Person, social_care: Place) -> None:
    for given, surname in [
        ("Ziad", "Qasim"),
        ("Ziad", "Qasim"),
        ("Ziad", "Haddad"),
        ("Noor", "Qasim"),
        ("Noor", "Webb"),
    ]:
        known(alice, social_care, given, surname)
    with database_role("app_worker"):
        row_security.apply(row_security.NOBODY)
        access.count_names(least=2)
    with as_owner():
        counted = dict(MatchName.objects.filter(kind="together").values_list("name", "children"))
        shares = access.shares(Facts(given="ziad", surname="qasim"))

    assert counted == {"ziad": 1, "": 3}
    assert (shares.children, shares.counts["given", "ziad"], shares.together) == (5, 3, {"ziad": 1, "": 3})


def test_names_are_counted_only_where_many_children_bear_them(alice: Person, robin: Case) -> None:
    with worker():
        assert access.count_names(least=2) == 1

    assert list(MatchName.objects.values_list("kind", "children")) == [("all", 1), ("together", 0)]


@pytest.mark.django_db
def test_weights_never_change() -> None:
    for change in (
        lambda: MatchWeight.objects.filter(field="given").update(m=0.5),
        lambda: MatchWeight.objects.all().delete(),
        lambda: MatchModel.objects.update(note="Better"),
    ):
        with pytest.raises(DatabaseError, match="never changes"), as_owner(), transaction.atomic():
            change()
