"""The second lock of records, for their migrations: a row is there for whom its timeline entry is there."""

from django.db import migrations

from safeguard.common.row_security import GROUP_IDS_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
# The entry's own policy is asked. OFFSET 0: see migration 0003.
SEEN = "EXISTS (SELECT FROM cases_timelineentry e WHERE e.id = {table}.entry_id OFFSET 0)"
OWN = f"""EXISTS (SELECT FROM cases_timelineentry e
    WHERE e.id = {{table}}.entry_id AND e.author_group_id = ANY {GROUP_IDS_SQL} OFFSET 0)"""


def lock_record(table: str) -> list[migrations.RunSQL]:
    """Return the operations that show a record where its entry is seen, and let it be written with one's own entry."""
    return [
        EnableRowSecurity(table),
        Policy(table, "seen", roles=ROLES, command="SELECT", using=SEEN.format(table=table)),
        Policy(table, "made", roles=ROLES, command="INSERT", check=OWN.format(table=table)),
    ]


def lock_ongoing_record(table: str) -> list[migrations.RunSQL]:
    """Return the operations of ``lock_record`` for a record that goes on: who sees it may say what became of it."""
    seen = SEEN.format(table=table)
    return [*lock_record(table), Policy(table, "changed", roles=ROLES, command="UPDATE", using=seen, check=seen)]
