"""Every form of every question about access gives the oracle's answer, in thousands of generated worlds."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.acting import Acting
from cases import access
from cases.access_sql import BY_ACTIVITY
from cases.models import Case, Child, TimelineEntry
from safeguard.common import row_security
from tests.access import oracle
from tests.access.worlds import World, ids_by_sql, make_world

SEEDS = st.integers(min_value=0, max_value=2**32)
GENTLE = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

pytestmark = pytest.mark.django_db


def in_worlds(check: Callable[[World, Acting, oracle.Reader], None], seed: int) -> None:
    """Run ``check`` for every reader of the world of ``seed``, as the web's role, then undo the world."""
    with transaction.atomic():
        world = make_world(seed)
        for by, reader in world.readers():
            row_security.apply(by.row_security())
            check(world, by, reader)
        transaction.set_rollback(True)


def expected_cases(world: World, reader: oracle.Reader) -> set[int]:
    now = timezone.now()
    return {case.pk for case in world.cases if oracle.level(reader, case, now)}


def expected_entries(world: World, reader: oracle.Reader) -> set[int]:
    now = timezone.now()
    return {e.pk for case in world.cases for e in case.entries if oracle.sees_entry(reader, case, e, now)}


def check_cases(world: World, by: Acting, reader: oracle.Reader) -> None:
    expected = expected_cases(world, reader)

    assert set(Case.objects.visible_to(by).values_list("pk", flat=True)) == expected
    assert ids_by_sql("cases_case") == expected
    assert access.case_count(by) == len(expected)
    for case in world.cases:
        held = access.level(by, Case(pk=case.pk))
        assert (held or 0) == oracle.level(reader, case, timezone.now())


def check_pages(world: World, by: Acting, reader: oracle.Reader) -> None:
    seen: list[int] = []
    after = None
    while page := access.case_page(by, order=BY_ACTIVITY, after=after, limit=2):
        seen += [position.pk for position in page]
        after = page[-1]

    assert len(seen) == len(set(seen)), "a case came twice"
    assert set(seen) == expected_cases(world, reader)


def check_entries(world: World, by: Acting, reader: oracle.Reader) -> None:
    expected = expected_entries(world, reader)

    assert set(TimelineEntry.objects.visible_to(by).values_list("pk", flat=True)) == expected
    assert ids_by_sql("cases_timelineentry") == expected
    for case in world.cases:
        if oracle.level(reader, case, timezone.now()):
            page = access.timeline_page(by, Case(pk=case.pk))
            assert {entry.pk for entry in page} == expected & {entry.pk for entry in case.entries}


def check_children(world: World, by: Acting, reader: oracle.Reader) -> None:
    now = timezone.now()
    expected = {
        child for child, team in world.children.items() if oracle.sees_child(reader, child, team, world.cases, now)
    }

    assert set(Child.objects.visible_to(by).values_list("pk", flat=True)) == expected
    assert ids_by_sql("cases_child") == expected


CHECKS = pytest.mark.parametrize("check", [check_cases, check_pages, check_entries, check_children])


@given(seed=SEEDS)
@GENTLE
@CHECKS
def test_every_form_agrees_with_the_oracle(check: Callable[[World, Acting, oracle.Reader], None], seed: int) -> None:
    in_worlds(check, seed)


@pytest.mark.proof
@given(seed=SEEDS)
@settings(GENTLE, max_examples=500)
@CHECKS
def test_every_form_agrees_in_two_thousand_worlds(
    check: Callable[[World, Acting, oracle.Reader], None], seed: int
) -> None:
    in_worlds(check, seed)


def test_without_a_reader_the_database_shows_nothing(db: None) -> None:
    make_world(1)

    for table in ("cases_case", "cases_child", "cases_timelineentry", "cases_casegroupgrant", "cases_involvement"):
        assert ids_by_sql(table) == set()
