"""A team that was asked to look at a concern keeps sight of it, and is reminded; logs tell nobody of a case
that they are kept out of."""

from importlib import import_module

from django.db import migrations

from safeguard.common.row_security import TEAM_IDS_SQL, USER_ID_SQL

_rules = import_module("cases.migrations.0018_concern_row_security")
_before = import_module("cases.migrations.0028_concern_findings")

# A restriction of the case, or the end of the team's part in it, hides the entry and not what they were asked.
OF_TEAM = f"""((entry_id IS NULL OR look_due_at IS NOT NULL)
    AND (team_id = ANY {TEAM_IDS_SQL} OR also_id = ANY {TEAM_IDS_SQL}))"""
CONCERN_SEEN = f"({_rules.OWN} OR {OF_TEAM} OR {_rules.BY_ENTRY}) AND {_rules.NOT_KEPT} AND {_rules.NOT_EXCLUDED}"
CHANGES = (
    ("seen", "USING ({0})"),
    ("linked", "USING ({0}) WITH CHECK ({0})"),
)
HOLDS_BEFORE = "CASE WHEN c.entry_id IS NULL THEN c.team_id = ANY (held.teams) OR c.also_id = ANY (held.teams)"
HOLDS = """CASE WHEN (c.entry_id IS NULL OR c.look_due_at IS NOT NULL)
            AND (c.team_id = ANY (held.teams) OR c.also_id = ANY (held.teams)) THEN true
          WHEN c.entry_id IS NULL THEN false"""
# As before (migration 0028), and all else that hangs on a case, as far as the audit names it.
KEPT_FROM_AUDIT = f"""
CREATE OR REPLACE FUNCTION cases_kept_from_reader() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH children AS MATERIALIZED (
        SELECT DISTINCT x.child_id AS id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL}
    ), cases AS MATERIALIZED (
        SELECT c.id, c.uuid FROM cases_case c JOIN children k ON k.id = c.child_id
    ), concerns AS MATERIALIZED (
        SELECT n.id, n.uuid FROM cases_concern n JOIN children k ON k.id = n.child_id
        UNION SELECT n.id, n.uuid FROM cases_concern n WHERE n.id = ANY (cases_concerns_kept_from_reader())
    )
    SELECT ARRAY(
        SELECT k.uuid FROM cases_child k JOIN children USING (id)
        UNION SELECT uuid FROM cases
        UNION SELECT uuid FROM concerns
        UNION SELECT e.uuid FROM cases_exclusionproposal e WHERE e.user_id = {USER_ID_SQL}
        UNION SELECT i.uuid FROM cases_involvement i JOIN cases c ON c.id = i.case_id
        UNION SELECT e.uuid FROM cases_timelineentry e JOIN cases c ON c.id = e.case_id
        UNION SELECT f.uuid FROM cases_attachment f JOIN cases_timelineentry e ON e.id = f.entry_id
                                JOIN cases c ON c.id = e.case_id
        UNION SELECT f.uuid FROM cases_attachment f JOIN concerns n ON n.id = f.concern_id
        UNION SELECT d.uuid FROM cases_chronology d JOIN cases c ON c.id = d.case_id
        UNION SELECT p.uuid FROM cases_caseusergrant p JOIN cases c ON c.id = p.case_id
        UNION SELECT d.uuid FROM cases_deadline d JOIN cases c ON c.id = d.case_id
        UNION SELECT m.uuid FROM cases_meeting m JOIN cases c ON c.id = m.case_id
        UNION SELECT t.uuid FROM cases_thread t JOIN cases c ON c.id = t.case_id
        UNION SELECT p.uuid FROM cases_plan p JOIN cases c ON c.id = p.case_id
        UNION SELECT a.uuid FROM cases_planaction a JOIN cases_timelineentry e ON e.id = a.entry_id
                                JOIN cases c ON c.id = e.case_id
    )
$$
"""


# What the worker may know in order to remind people: no name, no text, and nobody else may ask (see 0006).
IS_WORKER = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
IS_LOOKED_AT = "EXISTS (SELECT FROM cases_concernstep s WHERE s.concern_id = n.id)"
WAITING = f"""
CREATE FUNCTION cases_waiting_concern(the_concern uuid)
RETURNS TABLE (pk bigint, team_ids bigint[], agency_id bigint, due_at timestamptz, is_waiting boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.id, array_remove(ARRAY[n.team_id, n.also_id], NULL), t.agency_id, n.look_due_at, NOT {IS_LOOKED_AT}
    FROM cases_concern n JOIN agencies_team t ON t.id = n.team_id
    WHERE n.uuid = the_concern AND n.look_due_at IS NOT NULL AND {IS_WORKER}
$$
"""
UNPLANNED = f"""
CREATE FUNCTION cases_unplanned_looks(most bigint)
RETURNS TABLE (uuid uuid, recorded_at timestamptz, look_due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.uuid, n.recorded_at, n.look_due_at FROM cases_concern n
    WHERE n.look_due_at IS NOT NULL AND NOT {IS_LOOKED_AT} AND {IS_WORKER} AND NOT EXISTS (
        SELECT FROM notifications_reminderstage s WHERE s.subject = n.uuid AND s.kind = 'concern_look')
    ORDER BY n.look_due_at LIMIT most
$$
"""


def changed(rule: str) -> list[str]:
    """Return the statements with which the policies of cases_concern hold ``rule``."""
    return [f'ALTER POLICY "{name}" ON cases_concern {what.format(rule)}' for name, what in CHANGES]


def replaced(function: str) -> str:
    """Return a function's text that replaces the one of its name."""
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("cases", "0055_names_together")]
    operations = [
        migrations.RunSQL(changed(CONCERN_SEEN), changed(_rules.CONCERN_SEEN)),
        migrations.RunSQL(
            replaced(_before.MAY_HEAR.replace(HOLDS_BEFORE, HOLDS)),
            replaced(_before.MAY_HEAR),
        ),
        migrations.RunSQL(KEPT_FROM_AUDIT, replaced(_before.KEPT_FROM_AUDIT)),
        migrations.RunSQL(WAITING, "DROP FUNCTION cases_waiting_concern(uuid)"),
        migrations.RunSQL(UNPLANNED, "DROP FUNCTION cases_unplanned_looks(bigint)"),
    ]
