"""Who of those whom a concern would be told to may hear of it; what of the audit its reader is kept from."""

from django.db import migrations

from safeguard.common.row_security import TEAM_IDS_SQL, USER_ID_SQL

LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
# The author of a concern, and the team that answers it, may not know who is kept out of the child's case. As the
# owner, and for these alone, it gives those of the people asked about who see the concern when they act for the
# agency that stands beside them: the rule of cases_concern's policy for other readers than the one who asks.
MAY_HEAR = f"""
CREATE FUNCTION cases_concern_may_hear(
    the_concern bigint, the_users bigint[], the_agencies bigint[], working_roles text[])
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT m.user_id
    FROM cases_concern c
    CROSS JOIN unnest(the_users, the_agencies) AS asked(user_id, agency_id)
    JOIN agencies_membership m ON m.user_id = asked.user_id AND m.agency_id = asked.agency_id
        AND {LIVE.format("m")} AND m.roles::text[] && working_roles
    JOIN agencies_user u ON u.id = m.user_id AND u.is_active
    JOIN agencies_agency a ON a.id = m.agency_id AND a.status = 'active'
    JOIN agencies_sector s ON s.id = a.sector_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(t.id), '{{}}') AS teams, coalesce(array_agg(t.group_id), '{{}}') AS groups
        FROM agencies_membership_teams mt JOIN agencies_team t ON t.id = mt.team_id AND t.is_active
        WHERE mt.membership_id = m.id
    ) held
    LEFT JOIN cases_timelineentry e ON e.id = c.entry_id
    WHERE c.id = the_concern AND (c.author_id = {USER_ID_SQL} OR c.team_id = ANY {TEAM_IDS_SQL})
      AND NOT EXISTS (SELECT FROM cases_concern_implicated i WHERE i.concern_id = c.id AND i.user_id = m.user_id)
      AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.child_id = c.child_id AND x.user_id = m.user_id)
      AND (m.user_id = c.author_id OR NOT EXISTS (
          SELECT FROM agencies_membership w
          WHERE w.agency_id = c.workplace_id AND w.user_id = m.user_id AND {LIVE.format("w")}))
      AND ((m.user_id = c.author_id AND m.agency_id = c.author_agency_id) OR CASE WHEN c.entry_id IS NULL THEN c.team_id = ANY (held.teams) OR c.also_id = ANY (held.teams)
          ELSE (EXISTS (SELECT FROM cases_casegroupgrant g WHERE g.case_id = c.case_id
                        AND g.group_id = ANY (held.groups) AND NOT g.restricted AND {LIVE.format("g")})
             OR EXISTS (SELECT FROM cases_caseusergrant p WHERE p.case_id = c.case_id AND p.user_id = m.user_id
                        AND {LIVE.format("p")}))
            AND (e.author_group_id = ANY (held.groups) OR (e.sensitivity <= m.clearance AND (
                (e.audience_mask & (1 << s.bit)) <> 0 OR (e.has_named AND EXISTS (
                    SELECT FROM cases_timelineentryreader r WHERE r.entry_id = e.id AND (r.user_id = m.user_id
                        OR r.team_id = ANY (held.teams) OR r.agency_id = m.agency_id))))))
          END)
$$
"""
# Whoever is kept out of a child's case reads of it in no log either. As the owner, and of the asker's own alone.
KEPT_FROM_AUDIT = f"""
CREATE FUNCTION cases_kept_from_reader() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH children AS MATERIALIZED (
        SELECT DISTINCT x.child_id AS id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL}
    ), cases AS MATERIALIZED (
        SELECT c.id, c.uuid FROM cases_case c JOIN children k ON k.id = c.child_id
    )
    SELECT ARRAY(
        SELECT k.uuid FROM cases_child k JOIN children USING (id)
        UNION SELECT uuid FROM cases
        UNION SELECT i.uuid FROM cases_involvement i JOIN cases c ON c.id = i.case_id
        UNION SELECT e.uuid FROM cases_timelineentry e JOIN cases c ON c.id = e.case_id
        UNION SELECT f.uuid FROM cases_attachment f JOIN cases_timelineentry e ON e.id = f.entry_id
                                JOIN cases c ON c.id = e.case_id
        UNION SELECT d.uuid FROM cases_chronology d JOIN cases c ON c.id = d.case_id
        UNION SELECT p.uuid FROM cases_caseusergrant p JOIN cases c ON c.id = p.case_id
        UNION SELECT n.uuid FROM cases_concern n JOIN children k ON k.id = n.child_id
        UNION SELECT n.uuid FROM cases_concern n WHERE n.id = ANY (cases_concerns_kept_from_reader())
    )
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0027_search"), ("agencies", "0012_timeline_scopes")]
    operations = [
        migrations.RunSQL(MAY_HEAR, "DROP FUNCTION cases_concern_may_hear(bigint, bigint[], bigint[], text[])"),
        migrations.RunSQL(KEPT_FROM_AUDIT, "DROP FUNCTION cases_kept_from_reader()"),
    ]
