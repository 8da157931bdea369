"""What the web and the worker may do as logins of their own: no function and no table that is not theirs."""

import os
from typing import Any

import psycopg
import pytest
from django.db import connection

from safeguard.common.row_security import BACKUP_ROLE, WEB_ROLE, WORKER_ROLE

pytestmark = pytest.mark.django_db
OURS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND p.prokind = 'f' AND has_function_privilege(%s, p.oid, 'EXECUTE')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
"""


def asked(role: str, statement: str, params: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the rows that a login of ``role`` gets, not a superuser in its clothes."""
    address = f"postgresql://{role}@/{connection.settings_dict['NAME']}?host={os.environ['TEST_POSTGRES_SOCKET']}"
    with psycopg.connect(address) as login:
        return login.execute(statement, params).fetchall()


@pytest.mark.parametrize("role", [WEB_ROLE, WORKER_ROLE])
@pytest.mark.parametrize(
    "call",
    [
        "SELECT cases_newest_activity(1, 1)",
        "SELECT cases_entry_seen_by_group(NULL::cases_timelineentry, 1)",
        "SELECT cases_same_child_exclusions(1)",
        "SELECT cases_leaders(1, 1)",
        "SELECT * FROM guardian_userobjectpermission",
        "SELECT * FROM guardian_groupobjectpermission",
        "INSERT INTO guardian_userobjectpermission DEFAULT VALUES RETURNING id",
        "SELECT * FROM pghistory_context",
    ],
)
def test_what_no_program_needs_is_closed_to_both(role: str, call: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(role, call)


@pytest.mark.parametrize("role", [WEB_ROLE, WORKER_ROLE])
def test_both_call_the_functions_of_the_cases_and_of_the_extensions(role: str) -> None:
    assert asked(role, "SELECT cases_held(1, 1), cases_led_alone('{1}'), cases_case_is_seen(1)") == [(0, 0, False)]
    assert asked(role, "SELECT unaccent('é'), similarity('a', 'a')") == [("e", 1.0)]


def test_nobody_else_calls_any_function_of_ours() -> None:
    assert asked(BACKUP_ROLE, OURS, (BACKUP_ROLE,)) == []


def test_no_trigger_function_is_open() -> None:
    functions = [name for (name,) in asked(WEB_ROLE, OURS, (WEB_ROLE,))]
    assert functions
    assert not [name for name in functions if name.startswith(("audit_", "pgtrigger_", "cases_push"))]
