"""What else a leaver held passes to their team: actions, and concerns that they had begun to write."""

from django.db import migrations

# Counts for the manager who asks, and passes on in the transaction that ends the membership: see 0006.
# An action goes to the team of the agency that works on the case, one of the leaver's own first; never to one whose
# part is confidential, which its owner's name would tell. Without one it stays as it is, counted for the manager.
ACTIONS = """
CREATE FUNCTION cases_actions_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_planaction a
    WHERE a.owner_user_id = the_user AND a.agency_id = the_agency AND a.state = 'open' AND cases_may_manage(the_agency)
$$;
CREATE FUNCTION cases_pass_actions_on(the_user bigint, the_agency bigint, the_teams bigint[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cases_may_manage(the_agency) THEN RETURN; END IF;
    RETURN QUERY
    WITH held AS (
        SELECT a.id, (
            SELECT t.id FROM cases_timelineentry e JOIN cases_involvement i ON i.case_id = e.case_id
                AND NOT i.confidential AND i.since <= statement_timestamp() AND (i.until IS NULL OR i.until > statement_timestamp())
            JOIN agencies_team t ON t.id = i.team_id AND t.agency_id = the_agency AND t.is_active
            WHERE e.id = a.entry_id ORDER BY t.id = ANY (the_teams) DESC, i.level DESC, t.id LIMIT 1) AS team_id
        FROM cases_planaction a
        WHERE a.owner_user_id = the_user AND a.agency_id = the_agency AND a.state = 'open'
        ORDER BY a.id FOR NO KEY UPDATE OF a
    )
    UPDATE cases_planaction a SET owner_user_id = NULL, owner_team_id = t.id, owner_name = left(g.name || ': ' || t.name, 200)
    FROM held h JOIN agencies_team t ON t.id = h.team_id JOIN agencies_agency g ON g.id = t.agency_id
    WHERE a.id = h.id RETURNING a.uuid;
END $$
"""
# A draft goes to a safeguarding lead, or else a manager, of the leaver's teams, and never to somebody whom it is
# kept from: one that goes past them, that names them, or about a child from whose case they are kept out.
DRAFTS = """
CREATE FUNCTION cases_drafts_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_concerndraft d
    WHERE d.user_id = the_user AND d.agency_id = the_agency AND cases_may_manage(the_agency)
$$;
CREATE FUNCTION cases_pass_drafts_on(the_user bigint, the_agency bigint, the_teams bigint[])
RETURNS TABLE (draft uuid, passed_to bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cases_may_manage(the_agency) THEN RETURN; END IF;
    RETURN QUERY
    WITH held AS (
        SELECT d.id, (
            SELECT m.user_id FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id AND u.is_active
            WHERE m.agency_id = the_agency AND m.user_id <> the_user
                AND m.since <= statement_timestamp() AND (m.until IS NULL OR m.until > statement_timestamp())
                AND m.roles::text[] && ARRAY['safeguarding_lead', 'manager']
                AND EXISTS (SELECT FROM agencies_membership_teams x
                    WHERE x.membership_id = m.id AND x.team_id = ANY (the_teams))
                AND NOT coalesce(d.content->'implicated' ? u.uuid::text, false)
                AND NOT EXISTS (SELECT FROM cases_caseexclusion x JOIN cases_child k ON k.id = x.child_id
                    WHERE x.user_id = m.user_id AND d.content->'child' ? k.uuid::text)
            ORDER BY 'safeguarding_lead' = ANY (m.roles::text[]) DESC, m.id LIMIT 1) AS next_id
        FROM cases_concerndraft d
        WHERE d.user_id = the_user AND d.agency_id = the_agency
            AND coalesce(d.content->'route'->>0, '') IN ('', 'usual', 'unreachable')
        ORDER BY d.id FOR NO KEY UPDATE OF d
    )
    UPDATE cases_concerndraft d SET user_id = h.next_id FROM held h
    WHERE d.id = h.id AND h.next_id IS NOT NULL RETURNING d.uuid, d.user_id;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0056_brought_concerns_stay")]
    operations = [
        migrations.RunSQL(
            ACTIONS,
            "DROP FUNCTION cases_pass_actions_on(bigint, bigint, bigint[]);"
            "DROP FUNCTION cases_actions_held(bigint, bigint)",
        ),
        migrations.RunSQL(
            DRAFTS,
            "DROP FUNCTION cases_pass_drafts_on(bigint, bigint, bigint[]);"
            "DROP FUNCTION cases_drafts_held(bigint, bigint)",
        ),
    ]
