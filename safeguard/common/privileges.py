"""What each database role may do to each table: declared beside the model, granted after every migration.

A model narrows its privileges with the class attribute ``database_privileges``; without one, the web
and the worker may read and write its rows. History tables (django-pghistory) are closed to both.
"""

from collections.abc import Iterable, Mapping

import pghistory.models
from django.apps import apps
from django.db import connections, models
from guardian.models import GroupObjectPermission, UserObjectPermission

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

READ_WRITE: Mapping[str, str] = {
    WEB_ROLE: "SELECT, INSERT, UPDATE, DELETE",
    WORKER_ROLE: "SELECT, INSERT, UPDATE, DELETE",
}
CLOSED: Mapping[str, str] = {}
# guardian's own tables: grants live in tables of ours, and a row here would be a second door.
GUARDIANS = (UserObjectPermission, GroupObjectPermission)
# Called by triggers and by our own functions, which run as the owner: never by a program itself.
INTERNAL_FUNCTIONS = (
    "cases_newest_activity",
    "cases_entry_seen_by_group",
    "cases_match_probe",
    "cases_next_due",
    "cases_next_due_for_all",
    "cases_renew_next_due",
    "cases_same_child_exclusions",
    "cases_leaders",
    "cases_request_key",
    "cases_requests",
)


def privileges_of(model: type[models.Model]) -> Mapping[str, str]:
    """Return the privileges of ``model``'s table by role."""
    if issubclass(model, (pghistory.models.Event, pghistory.models.Context, *GUARDIANS)):
        return CLOSED
    declared: Mapping[str, str] = getattr(model, "database_privileges", READ_WRITE)
    return declared


def grant_statements() -> Iterable[str]:
    """Yield the SQL that brings every table's privileges to what its model declares."""
    roles = f"{WEB_ROLE}, {WORKER_ROLE}"
    yield f"GRANT USAGE ON SCHEMA public TO {roles}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {roles}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles}"
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for role, privileges in privileges_of(model).items():
            yield f'GRANT {privileges} ON "{model._meta.db_table}" TO {role}'


# Triggers write history as the owner, who alone may; and no role can silence them: django-pgtrigger's
# own switch, a setting that any session may set, always says "do not ignore".
HARDEN_TRIGGERS = r"""
DO $$
DECLARE trigger_function regprocedure;
BEGIN
    FOR trigger_function IN
        SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.proname LIKE 'pgtrigger\_%' AND p.prorettype = 'trigger'::regtype
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', trigger_function);
    END LOOP;
    IF to_regprocedure('public._pgtrigger_should_ignore(name)') IS NOT NULL THEN
        CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
        LANGUAGE sql IMMUTABLE AS 'SELECT false';
    END IF;
END $$
"""


# PostgreSQL lets everybody call every function. Here the web and the worker may call those of the extensions,
# and ours except triggers, which run whoever may call them, and internal ones.
GRANT_FUNCTIONS = """
DO $$
DECLARE the_function record;
BEGIN
    FOR the_function IN
        SELECT p.oid::regprocedure AS name, NOT extension AND (p.prorettype = 'trigger'::regtype OR p.proname = ANY (
                   string_to_array({internal}, ','))) AS closed
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid
            AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e') AS extension) e
        WHERE n.nspname = 'public' AND pg_has_role(current_user, p.proowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, {roles}', the_function.name);
        IF NOT the_function.closed THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {roles}', the_function.name);
        END IF;
    END LOOP;
END $$
"""


def function_statement() -> str:
    """Return the SQL that closes every function that its runner owns, and opens those that programs call."""
    roles = f"{WEB_ROLE}, {WORKER_ROLE}"
    return GRANT_FUNCTIONS.format(internal=f"'{','.join(INTERNAL_FUNCTIONS)}'", roles=roles)


def grant(using: str = "default") -> None:
    """Apply every table's privileges, and harden the triggers, through ``using``, which must own the tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in grant_statements():
            cursor.execute(statement)
        cursor.execute(HARDEN_TRIGGERS)
        cursor.execute(function_statement())
