"""The second lock on concerns, and a child's record seen through a concern that one sees."""

from django.db import migrations

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    TEAM_IDS_SQL,
    USER_ID_SQL,
    WEB_ROLE,
    WORKER_ROLE,
    EnableRowSecurity,
    Policy,
)

ROLES = (WEB_ROLE, WORKER_ROLE)
WORKS_WITH_CASES = "(SELECT 'work_cases' = ANY (nullif(current_setting('app.capabilities', true), '')::text[]))"
# As the owner: whoever is kept from a concern must not read that they are. It gives the reader's own only.
KEPT_FROM_READER = f"""
CREATE FUNCTION cases_concerns_kept_from_reader() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT i.concern_id FROM cases_concern_implicated i WHERE i.user_id = {USER_ID_SQL}
        UNION ALL
        SELECT c.id FROM agencies_membership m JOIN cases_concern c ON c.workplace_id = m.agency_id
        WHERE m.user_id = {USER_ID_SQL} AND c.author_id <> m.user_id
          AND m.since <= statement_timestamp() AND (m.until IS NULL OR m.until > statement_timestamp()))
$$
"""
NOT_KEPT = "cases_concern.id <> ALL ((SELECT cases_concerns_kept_from_reader())::bigint[])"
NOT_EXCLUDED = f"""(child_id IS NULL OR child_id <> ALL (ARRAY(
    SELECT x.child_id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL})))"""
OWN = f"(author_id = {USER_ID_SQL} AND author_agency_id = {AGENCY_ID_SQL} AND {WORKS_WITH_CASES})"
OF_TEAM = f"(entry_id IS NULL AND (team_id = ANY {TEAM_IDS_SQL} OR also_id = ANY {TEAM_IDS_SQL}))"
BY_ENTRY = """(entry_id IS NOT NULL AND EXISTS (
    SELECT FROM cases_timelineentry e WHERE e.id = cases_concern.entry_id OFFSET 0))"""
CONCERN_SEEN = f"({OWN} OR {OF_TEAM} OR {BY_ENTRY}) AND {NOT_KEPT} AND {NOT_EXCLUDED}"
OF_SEEN_CONCERN = "EXISTS (SELECT FROM cases_concern c WHERE c.id = {0}.concern_id OFFSET 0)"
OF_OWN_CONCERN = f"""EXISTS (SELECT FROM cases_concern c
    WHERE c.id = {{0}}.concern_id AND c.author_id = {USER_ID_SQL} OFFSET 0)"""

CHILD_SEEN_BEFORE = f"""EXISTS (SELECT FROM cases_case c WHERE c.child_id = cases_child.id OFFSET 0)
    OR (cases_child.recorded_by_team_id = ANY {TEAM_IDS_SQL} AND cases_child.id <> ALL (ARRAY(
        SELECT x.child_id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL})))"""
CHILD_SEEN = f"""{CHILD_SEEN_BEFORE}
    OR EXISTS (SELECT FROM cases_concern n WHERE n.child_id = cases_child.id OFFSET 0)"""


class ChangedPolicy(migrations.RunSQL):
    """The policy "seen" of a table, which held ``before``, holds ``now``."""

    def __init__(self, table: str, *, before: str, now: str) -> None:
        change = f'ALTER POLICY "seen" ON "{table}" USING ({{0}}) WITH CHECK ({{0}})'
        super().__init__(change.format(now), change.format(before))


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_concerns")]
    operations = [
        migrations.RunSQL(KEPT_FROM_READER, "DROP FUNCTION cases_concerns_kept_from_reader()"),
        EnableRowSecurity("cases_concern"),
        Policy("cases_concern", "seen", roles=ROLES, command="SELECT", using=CONCERN_SEEN),
        Policy("cases_concern", "made", roles=ROLES, command="INSERT", check=OWN),
        Policy("cases_concern", "linked", roles=ROLES, command="UPDATE", using=CONCERN_SEEN, check=CONCERN_SEEN),
        EnableRowSecurity("cases_concern_implicated"),
        Policy(
            "cases_concern_implicated",
            "seen",
            roles=ROLES,
            command="SELECT",
            using=OF_SEEN_CONCERN.format("cases_concern_implicated"),
        ),
        Policy(
            "cases_concern_implicated",
            "made",
            roles=ROLES,
            command="INSERT",
            check=OF_OWN_CONCERN.format("cases_concern_implicated"),
        ),
        ChangedPolicy("cases_child", before=CHILD_SEEN_BEFORE, now=CHILD_SEEN),
    ]
