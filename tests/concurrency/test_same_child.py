"""Several people decide about records of one child at the same moment: one merge holds, and no circle comes about."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from cases.actions.children import NewChild, record_child
from cases.actions.opening import open_case
from cases.actions.restriction import exclude
from cases.actions.same_child import merge, undo
from cases.models import Case, CaseExclusion, Child, SameChild
from tests.cases.conftest import with_later_transaction
from tests.concurrency.test_case_access import acting, at_once
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def children(alice: Person, social_care: Place) -> list[Child]:
    """Three records that Alice's team made."""
    new = NewChild(given="Robin", surname="Example")
    return [acting(alice, record_child, new, team=social_care.team) for _n in range(3)]


def merging(person: Person, kept: Child, other: Child) -> partial[SameChild]:
    return partial(acting, person, merge, kept, other, reason="Same number")


def test_of_two_merges_of_the_same_record_one_holds(maggie: Person, tess: Person, children: list[Child]) -> None:
    one, two, three = children
    made = at_once(merging(maggie, one, three), merging(tess, two, three))

    assert len([each for each in made if isinstance(each, ValidationError)]) == 1
    with as_owner():
        assert SameChild.objects.filter(ended_at__isnull=True).count() == 1


def test_merges_that_would_make_a_circle_do_not(maggie: Person, tess: Person, children: list[Child]) -> None:
    one, two, three = children
    at_once(merging(maggie, one, two), merging(tess, two, three), merging(maggie, three, one))

    with as_owner():
        holding = list(SameChild.objects.filter(ended_at__isnull=True).values_list("kept", "other"))
    assert len(holding) == 2  # a tree of three
    assert len({other for _kept, other in holding}) == 2


def test_one_undo_of_two_holds(maggie: Person, tess: Person, children: list[Child]) -> None:
    said = acting(maggie, merge, *children[:2], reason="Same number")
    made = at_once(*(partial(acting, who, undo, said, reason="Twins") for who in (maggie, tess)))

    assert len([each for each in made if isinstance(each, ValidationError)]) == 1


def test_cases_opened_on_both_records_while_they_are_merged_are_one_or_the_merge_is_refused(
    *, maggie: Person, alice: Person, tess: Person, social_care: Place, children: list[Child]
) -> None:
    one, two, _three = children
    opening = [
        partial(acting, who, open_case, child, team=social_care.team, lawful_basis="ca1989_s17")
        for who, child in ((alice, one), (tess, two))
    ]
    at_once(merging(maggie, one, two), *opening)

    with as_owner():
        is_merged = SameChild.objects.filter(merged=True, ended_at__isnull=True).exists()
        assert Case.objects.filter(status="open").count() == (1 if is_merged else 2)


def test_an_exclusion_during_the_merge_reaches_the_other_record(
    *, maggie: Person, alice: Person, mo: Person, social_care: Place, children: list[Child]
) -> None:
    one, two, _three = children
    case = acting(alice, open_case, one, team=social_care.team, lawful_basis="ca1989_s17")
    with_later_transaction(case)

    made = at_once(merging(maggie, one, two), partial(acting, alice, exclude, case, mo.user, reason="His niece"))

    assert not [each for each in made if isinstance(each, Exception)]
    with as_owner():
        assert set(CaseExclusion.objects.values_list("child", "user")) == {(one.pk, mo.user.pk), (two.pk, mo.user.pk)}
