"""What may follow what: the table in code and the one in the database are the same; nothing else is possible."""

from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection

from referrals.lifecycle import TRANSITIONS, Action, Side, State, rows
from referrals.models import Referral
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.factories import as_owner

MOVE = "UPDATE referrals_referral SET state = %s, last_action = %s, version = version + 1 WHERE id = %s"


def _put_into(state: str, cursor: Any) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("ALTER TABLE referrals_referral DISABLE TRIGGER referral_transition")
    cursor.execute("UPDATE referrals_referral SET state = %s", [state])
    cursor.execute("ALTER TABLE referrals_referral ENABLE TRIGGER referral_transition")


def test_the_database_allows_what_the_table_allows_and_nothing_else(sent: Referral) -> None:
    allowed = set()
    with as_owner(), connection.cursor() as cursor:
        for before in State.values:
            _put_into(before, cursor)
            for action, after in product(Action.values, State.values):
                cursor.execute("SAVEPOINT one")
                try:
                    cursor.execute(MOVE, [after, action, sent.pk])
                    allowed.add((before, action, after))
                except IntegrityError:
                    pass
                cursor.execute("ROLLBACK TO SAVEPOINT one")

    assert allowed == rows()


def test_the_database_knows_the_same_sides(sent: Referral) -> None:
    held = import_module("referrals.migrations.0002_row_security").TRANSITIONS
    for before, action, after in rows():
        sides = ",".join(sorted(TRANSITIONS[Action(action)].sides))
        assert f"('{before}', '{action}', '{after}', '{{{sides}}}')" in held


def test_a_version_that_is_skipped_is_refused(sent: Referral, tess: Person) -> None:
    with pytest.raises(IntegrityError, match="cannot follow"), entered(tess), connection.cursor() as cursor:
        cursor.execute(MOVE.replace("version + 1", "version + 2"), ["acknowledged", "acknowledge", sent.pk])


@pytest.mark.parametrize(
    ("who", "change", "may"),
    [
        ("tess", ("acknowledged", "acknowledge"), True),
        ("tess", ("withdrawn", "withdraw"), False),
        ("maggie", ("acknowledged", "acknowledge"), False),
        ("tariq", ("acknowledged", "acknowledge"), False),
        ("tariq", ("withdrawn", "withdraw"), True),
        ("daisy", ("withdrawn", "withdraw"), True),
    ],
)
def test_each_side_makes_its_own_changes_alone(
    who: str, change: tuple[str, str], may: bool, sent: Referral, request: pytest.FixtureRequest
) -> None:
    def move() -> None:
        with entered(request.getfixturevalue(who)), connection.cursor() as cursor:
            cursor.execute(MOVE, [*change, sent.pk])

    if may:
        move()
    else:
        with pytest.raises(IntegrityError, match="not for this side"):
            move()


def test_whoever_does_not_see_it_changes_nothing(sent: Referral, olive: Person) -> None:
    with entered(olive), connection.cursor() as cursor:
        cursor.execute(MOVE, ["withdrawn", "withdraw", sent.pk])
        assert cursor.rowcount == 0


def test_every_action_but_sending_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Action) - {Action.SUBMIT}
    assert {side for transition in TRANSITIONS.values() for side in transition.sides} == set(Side)
