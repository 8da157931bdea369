"""The worker knows which team answers for a restricted case out of hours."""

from django.db import migrations

# The worker without a reader: in operation only its role passes (see 0006).
IS_WORKER = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
DUE = f"""
CREATE FUNCTION cases_due(the_deadline uuid)
RETURNS TABLE (uuid uuid, case_uuid uuid, reference varchar, case_is_open boolean, is_running boolean,
    due_at timestamptz, urgent boolean, agency_id bigint, team_id bigint, person_id bigint, lead_agency_id bigint,
    profile_id bigint, excluded bigint[], duty_team_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.uuid, c.uuid, c.reference, c.status = 'open',
        d.met_at IS NULL AND d.superseded_at IS NULL AND d.waived_at IS NULL,
        d.due_at, d.urgent, d.agency_id, d.team_id, d.person_id, c.lead_agency_id, c.profile_id,
        ARRAY(SELECT x.user_id FROM cases_caseexclusion x WHERE x.case_id = c.id),
        CASE WHEN c.restricted THEN c.duty_team_id END
    FROM cases_deadline d JOIN cases_case c ON c.id = d.case_id
    WHERE d.uuid = the_deadline AND {IS_WORKER}
$$
"""
BEFORE = f"""
CREATE FUNCTION cases_due(the_deadline uuid)
RETURNS TABLE (uuid uuid, case_uuid uuid, reference varchar, case_is_open boolean, is_running boolean,
    due_at timestamptz, urgent boolean, agency_id bigint, team_id bigint, person_id bigint, lead_agency_id bigint,
    profile_id bigint, excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.uuid, c.uuid, c.reference, c.status = 'open',
        d.met_at IS NULL AND d.superseded_at IS NULL AND d.waived_at IS NULL,
        d.due_at, d.urgent, d.agency_id, d.team_id, d.person_id, c.lead_agency_id, c.profile_id,
        ARRAY(SELECT x.user_id FROM cases_caseexclusion x WHERE x.case_id = c.id)
    FROM cases_deadline d JOIN cases_case c ON c.id = d.case_id
    WHERE d.uuid = the_deadline AND {IS_WORKER}
$$
"""
DROP = "DROP FUNCTION cases_due(uuid)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_same_child_rules")]
    operations = [migrations.RunSQL([DROP, DUE], [DROP, BEFORE])]
