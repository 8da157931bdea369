"""A child's numbers, addresses, family and services are behind the record's own lock, which a concern does not open."""

from django.db import migrations

from safeguard.common.row_security import TEAM_IDS_SQL, USER_ID_SQL

RECORD_IS_SEEN = f"""
CREATE FUNCTION cases_record_is_seen(the_child bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.child_id = the_child AND x.user_id = {USER_ID_SQL})
       AND (EXISTS (SELECT FROM cases_case c WHERE c.child_id = the_child AND cases_case_is_seen(c.id))
         OR EXISTS (SELECT FROM cases_child k
                    WHERE k.id = the_child AND k.recorded_by_team_id = ANY {TEAM_IDS_SQL}))
$$
"""
BEFORE = "EXISTS (SELECT FROM cases_child k WHERE k.id = {0}.child_id OFFSET 0)"
NOW = "cases_record_is_seen({0}.child_id)"
KNOWN_ADDRESS = f"""
    AND (NOT is_protected OR recorded_by_id = {USER_ID_SQL} OR EXISTS (
        SELECT FROM cases_address_readers r WHERE r.address_id = cases_address.id AND r.user_id = {USER_ID_SQL} OFFSET 0))"""
TABLES = {
    "cases_childidentifier": "",
    "cases_address": KNOWN_ADDRESS,
    "cases_relationship": "",
    "cases_knownservice": "",
}


class ChangedPolicy(migrations.RunSQL):
    """The policy "seen" of a table, which held ``before``, holds ``now``."""

    def __init__(self, table: str, *, before: str, now: str) -> None:
        change = f'ALTER POLICY "seen" ON "{table}" USING ({{0}}) WITH CHECK ({{0}})'
        super().__init__(change.format(now), change.format(before))


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_concern_steps")]
    operations = [
        migrations.RunSQL(RECORD_IS_SEEN, "DROP FUNCTION cases_record_is_seen(bigint)"),
        *(
            ChangedPolicy(table, before=BEFORE.format(table) + also, now=NOW.format(table) + also)
            for table, also in TABLES.items()
        ),
    ]
