"""Whether somebody sees a deadline, asked in one statement: as the other form of the rule, and the oracle, say."""

import pytest
from django.db import DatabaseError, transaction

from cases import access_deadlines
from cases.models import Deadline
from safeguard.common import row_security
from safeguard.common.row_security import NOBODY, WORKER_ROLE, NotInTransaction, RowSecurityContext, ask_as
from tests.access.conftest import MakeScene
from tests.conftest import Person
from tests.factories import as_owner, database_role

WHO = "SELECT current_setting('app.user_id', true), %(said)s::text"


def test_everybody_sees_the_deadlines_that_they_see_by_the_rule_and_no_others(scene_of: MakeScene) -> None:
    scene = scene_of(11, 6)
    with as_owner():
        deadlines = list(Deadline.objects.all())
    seen = hidden = 0
    for name, person in scene.people.items():
        by, reader = person.by, scene.reader(name)
        if by.membership is None or reader is None:
            continue
        with transaction.atomic():
            row_security.apply(by.row_security())
            by_rule = set(Deadline.objects.visible_to(by).values_list("pk", flat=True))
        for each in deadlines:
            with database_role(WORKER_ROLE), transaction.atomic():
                row_security.apply(NOBODY)
                found = access_deadlines.sees_as(by, each.uuid)
            assert found == (each.pk in by_rule), (name, each)
            if by.works_with_cases:
                assert found == scene.truth.sees(reader, "Deadline", each.pk), (name, each)
            seen, hidden = seen + found, hidden + (not found)
    assert seen > 20
    assert hidden > 20


@pytest.mark.django_db
def test_what_is_asked_as_somebody_is_asked_by_nobody_again_afterwards(alice: Person) -> None:
    with transaction.atomic():
        assert ask_as(alice.by.row_security(), WHO, {"said": "a;'b%"}) == [(str(alice.user.pk), "a;'b%")]
        assert ask_as(NOBODY, WHO, {"said": "x"}) == [("", "x")]


@pytest.mark.django_db
def test_an_error_leaves_nobody_either(alice: Person) -> None:
    with transaction.atomic():
        row_security.apply(NOBODY)
        with pytest.raises(DatabaseError), transaction.atomic():
            ask_as(alice.by.row_security(), "SELECT 1 / %(none)s", {"none": 0})
        assert ask_as(NOBODY, WHO, {"said": "x"}) == [("", "x")]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_as_outside_a_transaction() -> None:
    with pytest.raises(NotInTransaction):
        ask_as(RowSecurityContext(user_id=1), "SELECT 1", {})
