"""A child, a case, and the cast at work on it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import transaction

from agencies.acting import Acting
from cases.actions.children import NewChild, record_child
from cases.actions.opening import open_case
from cases.models import Case
from safeguard.common import row_security
from tests.conftest import Person, Place

Entering = Callable[[Person], AbstractContextManager[Acting]]


@contextmanager
def entered(person: Person) -> Iterator[Acting]:
    """Act as ``person``: a transaction with their row-security settings, as in a request."""
    by = person.by
    with transaction.atomic():
        row_security.apply(by.row_security())
        yield by


@pytest.fixture
def case(alice: Person, social_care: Place) -> Case:
    """A case that Alice opened for a child; her team leads it."""
    with entered(alice) as by:
        child = record_child(NewChild(given="Robin", surname="Example"), team=social_care.team, by=by)
        made = open_case(child, team=social_care.team, lawful_basis="Children Act 1989 s17", by=by)
    with_later_transaction(made)
    return made


def with_later_transaction(case: Case) -> None:
    """Make ``case`` look as in the transactions after the one that made it, which is the test's own."""
    from tests.factories import as_owner

    with as_owner():
        Case.objects.filter(pk=case.pk).update(created_xact=1)
