"""How many open cases only certain teams lead: asked before a team closes or an agency is suspended."""

from django.db import migrations

LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
# Gives a number and nothing else, and only to who manages the people of every one of the teams.
LED_ALONE = f"""
CREATE FUNCTION cases_led_alone(the_teams bigint[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(DISTINCT g.case_id)
    FROM agencies_team t JOIN cases_casegroupgrant g ON g.group_id = t.group_id JOIN cases_case c ON c.id = g.case_id
    WHERE t.id = ANY (the_teams) AND c.status = 'open' AND g.level = 3 AND {LIVE.format("g")}
      AND NOT EXISTS (
          SELECT FROM cases_casegroupgrant o JOIN agencies_team l ON l.group_id = o.group_id
          JOIN agencies_agency a ON a.id = l.agency_id
          WHERE o.case_id = g.case_id AND o.level = 3 AND {LIVE.format("o")}
            AND l.is_active AND a.status = 'active' AND l.id <> ALL (the_teams))
      AND (SELECT bool_and(cases_may_manage(m.agency_id)) FROM agencies_team m WHERE m.id = ANY (the_teams))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_emergency_rows")]
    operations = [migrations.RunSQL(LED_ALONE, "DROP FUNCTION cases_led_alone(bigint[])")]
