"""Every change of a tracked row leaves its history, whatever code made it; nobody silences it or reads it."""

import json
import os

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from agencies.models import Membership
from cases.actions.children import NewChild, record_child
from cases.models import Case, Child, ChildName
from safeguard.common.row_security import WEB_ROLE
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner


def history(table: str, pk: int) -> list[tuple[str, dict[str, object] | None]]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pgh_label, pgh_context FROM {table} WHERE pgh_obj_id = %s ORDER BY pgh_id", [pk])
        return [(label, json.loads(context) if context else None) for label, context in cursor.fetchall()]


def test_insert_update_and_delete_are_kept_with_who_and_which_request(alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        child = record_child(NewChild(given="Robin"), team=social_care.team, by=by)
        Child.objects.filter(pk=child.pk).update(faith="None said")
        name = ChildName.objects.get(child=child)
        name_pk = name.pk
        name.delete()

    assert [label for label, _who in history("cases_childevent", child.pk)] == ["insert", "update"]
    kept = history("cases_childnameevent", name_pk)
    assert [label for label, _who in kept] == ["insert", "delete"]
    assert all(who and who["user"] == alice.user.pk and who["channel"] == "test" for _label, who in kept)


def test_pgtriggers_own_switch_silences_nothing(alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pgtrigger.ignore', '{cases_child:insert_insert}', true)")
        child = record_child(NewChild(given="Robin"), team=social_care.team, by=by)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT _pgtrigger_should_ignore('anything')")
        assert cursor.fetchone() == (False,)

    assert [label for label, _who in history("cases_childevent", child.pk)] == ["insert"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM cases_childevent",
        "INSERT INTO cases_childevent (pgh_label) VALUES ('insert')",
        "UPDATE cases_childevent SET pgh_label = 'x'",
        "DELETE FROM cases_childevent",
        "TRUNCATE cases_childevent",
        "ALTER TABLE cases_child DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS bool LANGUAGE sql RETURN true",
    ],
)
def test_the_webs_role_cannot_read_write_or_silence_history(statement: str, db: None) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_even_the_owner_cannot_change_history(alice: Person, social_care: Place) -> None:
    with entered(alice) as by:
        record_child(NewChild(given="Robin"), team=social_care.team, by=by)

    for statement in ("UPDATE cases_childevent SET pgh_label = 'x'", "DELETE FROM cases_childevent"):
        with pytest.raises(Exception, match="append_only"), as_owner(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_entry_moves_the_lists_without_filling_the_grants_history(case: Case) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_casegroupgrantevent WHERE case_id = %s", [case.pk])
        assert cursor.fetchone() == (1,)


def test_a_membership_keeps_its_history_too(alice: Person) -> None:
    with as_owner():
        Membership.objects.filter(pk=alice.membership.pk).update(title="Senior social worker")

    assert [label for label, _who in history("agencies_membershipevent", alice.membership.pk)] == ["insert", "update"]


def test_a_real_login_of_the_web_is_refused_the_same(db: None) -> None:
    address = f"postgresql://{WEB_ROLE}@/{connection.settings_dict['NAME']}?host={os.environ['TEST_POSTGRES_SOCKET']}"
    with psycopg.connect(address) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("SELECT count(*) FROM cases_caseevent")
