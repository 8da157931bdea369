"""In generated worlds the list of children is that of the visible cases: each once, none hidden, counted right."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.acting import Acting
from cases import access
from cases.models import Case
from safeguard.common import row_security
from tests.access import oracle
from tests.access.worlds import World, make_world
from tests.factories import as_owner

WANTED = access.Filters(latest_of_child=True)


def listed(by: Acting) -> list[int]:
    seen: list[int] = []
    after = None
    while page := access.case_page(by, filters=WANTED, after=after, limit=2):
        seen += [child.pk for child in access.children_at(page, by)]
        after = page[-1]
    return seen


def share_children(world: World) -> None:
    """Give every second case the child of the one before, as a later case of the same child."""
    with as_owner():
        for first, second in zip(world.cases[::2], world.cases[1::2], strict=False):
            Case.objects.filter(pk=first.pk).update(status="closed", closed_at=timezone.now())
            Case.objects.filter(pk=second.pk).update(child=first.child)
            second.child = first.child


@given(seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.django_db
def test_children_are_listed_once_and_only_through_a_visible_case(seed: int) -> None:
    with transaction.atomic():
        world = make_world(seed)
        share_children(world)
        for by, reader in world.readers():
            row_security.apply(by.row_security())
            now = timezone.now()
            expected = {case.child for case in world.cases if oracle.level(reader, case, now)}
            seen = listed(by)
            assert len(seen) == len(set(seen)), "a child came twice"
            assert set(seen) == expected
            assert access.case_count(by, WANTED) == len(expected)
        transaction.set_rollback(True)
