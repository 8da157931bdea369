"""Row-level security: the settings that policies read, and the migration operations that make policies.

Policies read transaction-local settings (``app.user_id`` and so on). They are always local: a
session-level setting would leak to the next user of a pooled connection. No setting means no rows.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, migrations, transaction

WEB_ROLE = "app_web"
WORKER_ROLE = "app_worker"
BACKUP_ROLE = "app_backup"
OWNER_ROLE = "app_owner"


class NotInTransaction(RuntimeError):
    """Row-security settings were asked for outside a transaction, where they would not hold."""


@dataclass(frozen=True)
class RowSecurityContext:
    """What policies know of the reader: ids as text, empty for nobody."""

    user_id: int | None = None
    agency_id: int | None = None
    membership: UUID | None = None
    group_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    sector_mask: int = 0
    clearance: int = 0
    capabilities: tuple[str, ...] = ()
    history: tuple[tuple[str, str | int | None], ...] = ()

    def as_settings(self) -> Mapping[str, str]:
        """Return the setting names and values, PostgreSQL array literals for lists."""
        return {
            "app.user_id": "" if self.user_id is None else str(self.user_id),
            "app.agency_id": "" if self.agency_id is None else str(self.agency_id),
            "app.membership": str(self.membership or ""),
            "app.group_ids": "{" + ",".join(map(str, self.group_ids)) + "}",
            "app.team_ids": "{" + ",".join(map(str, self.team_ids)) + "}",
            "app.sector_mask": str(self.sector_mask),
            "app.clearance": str(self.clearance),
            # What django-pghistory's triggers keep beside each change.
            "pghistory.context_metadata": json.dumps(dict(self.history)),
            "app.capabilities": "{" + ",".join(self.capabilities) + "}",
        }


NOBODY = RowSecurityContext()


def apply(context: RowSecurityContext) -> None:
    """Set ``context`` for the rest of the current transaction, in one statement.

    Raises NotInTransaction outside a transaction.
    """
    _check_transaction()
    pairs = context.as_settings()
    calls = ", ".join(["set_config(%s, %s, true)"] * len(pairs))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in pairs.items() for part in pair])


def ask_as(context: RowSecurityContext, statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of ``statement``, asked under ``context`` and by nobody again afterwards, in one round trip.

    An error ends the transaction, or its savepoint, and ``context`` with it. Raises NotInTransaction outside one.
    """
    _check_transaction()
    values = {f"as_{number}": value for number, value in enumerate(context.as_settings().values())}
    nobody = {f"nobody_{number}": value for number, value in enumerate(NOBODY.as_settings().values())}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_calls(values)}; {statement}; SELECT {_calls(nobody)}", {**params, **values, **nobody})
        cursor.nextset()
        return list(cursor.fetchall())


def _calls(values: Mapping[str, str]) -> str:
    names = NOBODY.as_settings()
    return ", ".join(f"set_config('{name}', %({key})s, true)" for name, key in zip(names, values, strict=True))


def _check_transaction() -> None:
    if not connection.in_atomic_block:
        message = "Row-security settings hold for one transaction: open one first."
        raise NotInTransaction(message)


def clear_if_still_in_transaction() -> None:
    """Forget the reader where an outer transaction goes on, so that its settings do not outlive the request."""
    if connection.in_atomic_block and not transaction.get_connection().needs_rollback:
        apply(NOBODY)


# What policies compare with. Each is evaluated once a statement: a bare call would run once a row.
USER_ID_SQL = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
AGENCY_ID_SQL = "(SELECT nullif(current_setting('app.agency_id', true), '')::bigint)"
MEMBERSHIP_SQL = "(SELECT nullif(current_setting('app.membership', true), '')::uuid)"
# The inner cast reads the text once a statement. The outer one costs nothing: it tells ANY that it is given
# an array and not a query.
GROUP_IDS_SQL = "((SELECT nullif(current_setting('app.group_ids', true), '')::int[])::int[])"
TEAM_IDS_SQL = "((SELECT nullif(current_setting('app.team_ids', true), '')::bigint[])::bigint[])"
SECTOR_MASK_SQL = "(SELECT nullif(current_setting('app.sector_mask', true), '')::int)"
CLEARANCE_SQL = "(SELECT nullif(current_setting('app.clearance', true), '')::int)"


class EnableRowSecurity(migrations.RunSQL):
    """Switch row-level security on for ``table``: without a policy its rows are hidden from all but the owner."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        )


class Policy(migrations.RunSQL):
    """A policy named ``name`` on ``table`` for ``command`` (ALL, SELECT, …) and ``roles``."""

    def __init__(
        self,
        table: str,
        name: str,
        *,
        roles: Iterable[str],
        command: str = "ALL",
        using: str | None = None,
        check: str | None = None,
    ) -> None:
        sql = f'CREATE POLICY "{name}" ON "{table}" FOR {command} TO {", ".join(roles)}'
        sql += f" USING ({using})" if using else ""
        sql += f" WITH CHECK ({check})" if check else ""
        super().__init__(sql, f'DROP POLICY "{name}" ON "{table}"')
