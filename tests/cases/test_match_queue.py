"""The regular review: who is looked at again, what the queue shows to whom, and what a decision takes off it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from cases import access_match_queue
from cases.actions.children import NewChild
from cases.actions.involvement import Terms, involve
from cases.actions.matching import keep_in_step, review_register
from cases.actions.restriction import exclude
from cases.concern_codes import Route
from cases.concern_routes import Passing
from cases.models import AccessLevel, Child, Concern, MatchDecision, MatchPair
from safeguard.audit.models import AuditRow
from safeguard.common import row_security
from safeguard.common.row_security import WORKER_ROLE
from tests.cases.conftest import entered
from tests.cases.test_concerns import log
from tests.cases.test_same_child import BASIS, WHY, open_case_of, opened
from tests.cases.test_same_child_pages import BORN, at, born
from tests.conftest import Person, Place
from tests.factories import as_owner, database_role, make_team

pytestmark = pytest.mark.django_db
QUEUE = "/children/same/"


@contextmanager
def worker() -> Iterator[None]:
    """Be the worker, whose work belongs to nobody."""
    with database_role(WORKER_ROLE):
        row_security.apply(row_security.NOBODY)
        yield


def night() -> int:
    """Let the worker go through the register; return how many children it looked at."""
    with worker():
        return review_register()


@pytest.fixture
def pair(alice: Person, social_care: Place) -> tuple[Child, Child]:
    """Two records that Alice's team made of one child, after a night."""
    made = born(alice, social_care, "Robin"), born(alice, social_care, "Robyn")
    night()
    return made


def shown(person: Person) -> str:
    return person.client.get(QUEUE).content.decode()


def test_only_children_who_are_new_or_changed_are_looked_at(alice: Person, social_care: Place) -> None:
    born(alice, social_care, "Robin")
    assert night() == 1
    assert night() == 0
    born(alice, social_care, "Robyn")
    assert night() == 1
    with as_owner():
        assert MatchPair.objects.get().band == "likely"


def test_the_web_can_neither_start_the_review_nor_write_a_pair(alice: Person, social_care: Place) -> None:
    born(alice, social_care, "Robin")
    with entered(alice):
        assert review_register() == 0
    assert night() == 1


def test_a_pair_waits_until_it_is_decided(maggie: Person, pair: tuple[Child, Child]) -> None:
    link = at("same_child_pair", *pair)
    assert link in shown(maggie)

    maggie.client.post(link, {"verdict": "not_sure", "reason": "Ask the school"})
    assert "Maggie Mills was not sure: Ask the school" in shown(maggie)
    maggie.client.post(link, {"verdict": "not_same", "reason": "Cousins of one name"})
    assert "Nothing to decide" in shown(maggie)
    night()
    assert "Nothing to decide" in shown(maggie)


@pytest.mark.parametrize("verdict", ["merge", "link"])
def test_records_that_are_said_to_be_one_childs_leave_the_queue(
    verdict: str, maggie: Person, pair: tuple[Child, Child]
) -> None:
    maggie.client.post(at("same_child_pair", *pair), {"verdict": verdict, "reason": WHY})
    assert "Nothing to decide" in shown(maggie)


def test_a_record_that_the_reader_may_not_see_is_not_shown_but_its_duty_desk_is(
    *, maggie: Person, daisy: Person, tariq: Person, social_care: Place, oakfield: Place, alice: Person
) -> None:
    seen, hidden = born(alice, social_care, "Robin"), born(tariq, oakfield, "Robyn")
    night()

    page = shown(maggie)
    assert at("child", seen) in page
    assert "Ask the duty desk of Oakfield Primary School" in page
    assert "Robyn" not in page
    assert str(hidden.uuid) not in page
    other_side = shown(daisy)
    assert "Ask the duty desk of Northshire children’s services" in other_side
    assert "Robin" not in other_side
    with as_owner():
        look = AuditRow.objects.filter(action="match.queue").earliest("pk")
    assert (look.user_id, set(look.target_uuids)) == (maggie.user.pk, {seen.uuid, hidden.uuid})


def test_whoever_is_excluded_from_the_other_record_learns_nothing_of_it(
    *, maggie: Person, daisy: Person, tariq: Person, social_care: Place, oakfield: Place, alice: Person
) -> None:
    born(alice, social_care, "Robin")
    other = born(tariq, oakfield, "Robyn")
    opened(tariq, oakfield, other)
    with entered(tariq) as by:
        terms = Terms(purpose="Help", lawful_basis=BASIS, level=AccessLevel.CONTRIBUTE)
        involve(open_case_of(by, other), social_care.team, terms, by=by)
        exclude(open_case_of(by, other), maggie.user, reason="Her niece", by=by)
    night()

    page = shown(maggie)
    assert "Nothing to decide" in page
    assert "Oakfield" not in page
    with entered(maggie):
        assert not MatchPair.objects.exists()
    assert "Robin" not in shown(daisy)


def test_whoever_a_concern_implicates_learns_of_no_record_that_it_made(
    *, daisy: Person, tariq: Person, tess: Person, social_care: Place, oakfield: Place
) -> None:
    born(tariq, oakfield, "Robin")
    desk = make_team(social_care.agency, "Front door", kind="duty")
    with as_owner():
        tess.membership.teams.add(desk)
    child = NewChild(given="Robyn", surname="Quillfeather", born_on=BORN)
    passing = Passing(route=Route.IMPLICATED, reason="Part of it", implicated=(daisy.user,))
    log(tariq, child, passing=passing)
    night()
    with as_owner():
        assert MatchPair.objects.get().band == "likely"

    assert "Nothing to decide" in shown(daisy)
    with as_owner():  # the same, were they not part of it
        Concern.objects.get().implicated.clear()
    assert "Ask the duty desk of Northshire children’s services" in shown(daisy)


def test_a_pair_that_the_reader_may_read_but_not_change_leads_nowhere(
    *, maggie: Person, daisy: Person, tariq: Person, social_care: Place, oakfield: Place, alice: Person
) -> None:
    made = born(alice, social_care, "Robin"), born(tariq, oakfield, "Robyn")
    opened(tariq, oakfield, made[1])
    with entered(tariq) as by:
        terms = Terms(purpose="Help", lawful_basis=BASIS, level=AccessLevel.VIEW)
        involve(open_case_of(by, made[1]), social_care.team, terms, by=by)
    night()

    page = shown(maggie)
    assert "Robyn" in page
    assert at("same_child_pair", *made) not in page
    assert "Only somebody who may change both records can decide" in page


def test_the_queue_is_for_those_who_decide_about_records(alice: Person, ian: Person, pair: tuple[Child, Child]) -> None:
    for person in (alice, ian):
        assert person.client.get(QUEUE).status_code == 404


def test_a_child_who_has_changed_loses_the_pairs_that_no_longer_hold(
    alice: Person, social_care: Place, pair: tuple[Child, Child]
) -> None:
    with as_owner(), transaction.atomic():
        pair[1].names.update(given="Wilhelmina", surname="Abernathy")
        Child.objects.filter(pk=pair[1].pk).update(born_on="2009-11-30")
    with worker():
        keep_in_step()
    night()
    with as_owner():
        assert not MatchPair.objects.exists()


def test_a_pair_that_was_settled_comes_up_again_once_it_looks_likelier_than_it_did_then(
    maggie: Person, pair: tuple[Child, Child]
) -> None:
    maggie.client.post(at("same_child_pair", *pair), {"verdict": "not_same", "reason": "Cousins of one name"})
    assert "Nothing to decide" in shown(maggie)

    with as_owner():
        MatchDecision.objects.update(band="possible")
    assert at("same_child_pair", *pair) in shown(maggie)

    maggie.client.post(at("same_child_pair", *pair), {"verdict": "not_same", "reason": "I met both"})
    assert "Nothing to decide" in shown(maggie)


def test_a_hidden_record_comes_up_again_by_the_same_rule(
    *, maggie: Person, tariq: Person, social_care: Place, oakfield: Place, alice: Person
) -> None:
    seen, hidden = born(alice, social_care, "Robin"), born(tariq, oakfield, "Robyn")
    night()
    with as_owner():
        pair = MatchPair.objects.get()
        said = {
            "asked_facts": {},
            "found_facts": {},
            "levels": {},
            "p_same": 0.9,
            "p_household": 0,
            "model": pair.model,
        }
        MatchDecision.objects.create(
            found=hidden, made=seen, of_two_records=True, choice="not_same", reason=WHY, band="likely",
            decided_by=alice.user, decided_for=social_care.agency, **said
        )  # fmt: skip
    assert "Nothing to decide" in shown(maggie)

    with as_owner():
        MatchDecision.objects.update(band="possible")
    assert "Ask the duty desk of Oakfield Primary School" in shown(maggie)


def test_the_queue_says_when_not_all_hidden_records_are_shown(
    *,
    maggie: Person,
    tariq: Person,
    social_care: Place,
    oakfield: Place,
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    born(alice, social_care, "Robin")
    for _each in range(2):
        born(tariq, oakfield, "Robyn")
    night()
    assert "There are more than these" not in shown(maggie)

    monkeypatch.setattr(access_match_queue, "MOST_PAIRS", 1)
    assert "There are more than these" in shown(maggie)
