"""What the worker may know of a meeting in order to invite people to it: no name, no text, and nobody else may ask."""

from django.db import migrations

# The worker without a reader: in operation only its role passes (see 0006).
IS_WORKER = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
HOLDS = "i.since <= statement_timestamp() AND (i.until IS NULL OR i.until > statement_timestamp())"
SEATS = f"""SELECT {{}} FROM cases_meetingseat s JOIN cases_involvement i ON i.id = s.involvement_id
        JOIN agencies_team t ON t.id = i.team_id WHERE s.meeting_id = m.id AND {HOLDS}"""
CALL = f"""
CREATE FUNCTION cases_call(the_meeting uuid)
RETURNS TABLE (uuid uuid, case_uuid uuid, reference varchar, case_is_open boolean, is_called_off boolean,
    planned_for timestamptz, team_ids bigint[], people bigint[], agency_ids bigint[], excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.uuid, c.uuid, c.reference, c.status = 'open', m.state = 'called_off', m.planned_for,
        ARRAY({SEATS.format("i.team_id")} AND s.person_id IS NULL),
        ARRAY({SEATS.format("s.person_id")} AND s.person_id IS NOT NULL),
        ARRAY({SEATS.format("DISTINCT t.agency_id")} AND s.person_id IS NOT NULL),
        ARRAY(SELECT x.user_id FROM cases_caseexclusion x WHERE x.case_id = c.id)
    FROM cases_meeting m JOIN cases_case c ON c.id = m.case_id
    WHERE m.uuid = the_meeting AND {IS_WORKER}
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0049_what_was_asked")]
    operations = [migrations.RunSQL(CALL, "DROP FUNCTION cases_call(uuid)")]
