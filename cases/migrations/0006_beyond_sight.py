"""What must reach cases that its caller may not see: emergency access, and work that passes to the team.

Each function runs as the owner, checks its caller by the row-security settings, does one thing, and
returns the least that its action needs. The actions in cases/actions/ are their only callers.
"""

from django.db import migrations

# In operation only the worker's role passes the second alternative: it runs the clock's own work.
MAY_MANAGE = """
CREATE FUNCTION cases_may_manage(the_agency bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce('manage_people' = ANY (nullif(current_setting('app.capabilities', true), '')::text[])
        AND (nullif(current_setting('app.agency_id', true), '')::bigint = the_agency
            OR 'configure' = ANY (nullif(current_setting('app.capabilities', true), '')::text[])), false)
    OR (nullif(current_setting('app.user_id', true), '') IS NULL AND pg_has_role(session_user, 'app_worker', 'MEMBER'))
$$
"""
HELD = """
CREATE FUNCTION cases_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_case c JOIN agencies_team t ON t.id = c.allocated_team_id
    WHERE c.allocated_to_id = the_user AND t.agency_id = the_agency AND c.status = 'open'
      AND cases_may_manage(the_agency)
$$
"""
HAND_OVER = """
CREATE FUNCTION cases_pass_to_team(the_user bigint, the_agency bigint, the_title text) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cases_may_manage(the_agency) THEN RETURN; END IF;
    RETURN QUERY
    WITH held AS (
        SELECT c.id FROM cases_case c JOIN agencies_team t ON t.id = c.allocated_team_id
        WHERE c.allocated_to_id = the_user AND t.agency_id = the_agency AND c.status = 'open'
        ORDER BY c.id FOR NO KEY UPDATE OF c
    ), passed AS (
        UPDATE cases_case c SET allocated_to_id = NULL, updated_at = statement_timestamp()
        FROM held WHERE c.id = held.id RETURNING c.id, c.uuid, c.allocated_team_id
    ), told AS (
        INSERT INTO cases_timelineentry (uuid, case_id, kind, occurred_at, recorded_at, author_agency_id,
            author_group_id, audience_mask, sensitivity, has_named, title, body, significance, action_taken)
        SELECT gen_random_uuid(), p.id, 'allocated', statement_timestamp(), statement_timestamp(), t.agency_id,
            t.group_id, 0, 0, false, the_title, '', '', ''
        FROM passed p JOIN agencies_team t ON t.id = p.allocated_team_id
    ), unnamed AS (
        -- The safe side: who named them knew them by a membership that has ended.
        UPDATE cases_caseusergrant g SET until = greatest(statement_timestamp(), g.since)
        WHERE g.user_id = the_user AND g.kind = 'named' AND (g.until IS NULL OR g.until > statement_timestamp())
    )
    SELECT p.uuid FROM passed p;
END $$
"""
# An excluded person, a closed case and an unknown reference get the same: no row.
EMERGENCY = """
CREATE FUNCTION cases_take_emergency_access(the_reference text, the_reason text, lasts interval)
RETURNS TABLE (case_uuid uuid, lead_agency bigint, lead_group int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    the_user bigint := nullif(current_setting('app.user_id', true), '')::bigint;
    the_case cases_case%ROWTYPE;
BEGIN
    IF the_user IS NULL OR NOT coalesce(
        'work_cases' = ANY (nullif(current_setting('app.capabilities', true), '')::text[]), false) THEN RETURN; END IF;
    SELECT c.* INTO the_case FROM cases_case c WHERE c.reference = the_reference AND c.status = 'open'
        AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.user_id = the_user)
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    INSERT INTO cases_caseusergrant (uuid, kind, level, reason, since, until, last_activity_at, review_note,
        case_id, granted_by_id, permission_id, user_id)
    SELECT gen_random_uuid(), 'emergency', 2, the_reason, statement_timestamp(), statement_timestamp() + lasts,
        the_case.opened_at, '', the_case.id, the_user, p.id, the_user
    FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
    WHERE p.codename = 'view_case' AND t.app_label = 'cases';
    RETURN QUERY SELECT the_case.uuid, the_case.lead_agency_id, t.group_id
        FROM agencies_team t WHERE t.id = the_case.allocated_team_id;
END $$
"""

MAY_REVIEW = """
CREATE FUNCTION cases_may_review(the_user bigint, the_case bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce('govern_information' = ANY (nullif(current_setting('app.capabilities', true), '')::text[]), false)
    AND the_user <> nullif(current_setting('app.user_id', true), '')::bigint
    AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = the_case
                    AND x.user_id = nullif(current_setting('app.user_id', true), '')::bigint)
    AND (EXISTS (SELECT FROM cases_case c WHERE c.id = the_case
                 AND c.lead_agency_id = nullif(current_setting('app.agency_id', true), '')::bigint)
        OR EXISTS (SELECT FROM agencies_membership m WHERE m.user_id = the_user
                   AND m.agency_id = nullif(current_setting('app.agency_id', true), '')::bigint))
$$
"""
REVIEWS = """
CREATE FUNCTION cases_emergency_reviews()
RETURNS TABLE (grant_uuid uuid, person text, reference text, reason text, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.uuid, u.name, c.reference, g.reason, g.since, g.until
    FROM cases_caseusergrant g JOIN agencies_user u ON u.id = g.user_id JOIN cases_case c ON c.id = g.case_id
    WHERE g.kind = 'emergency' AND g.reviewed_at IS NULL AND cases_may_review(g.user_id, g.case_id)
    ORDER BY g.since, g.id LIMIT 200
$$
"""
REVIEW = """
CREATE FUNCTION cases_review_emergency(the_grant uuid, the_note text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_caseusergrant g SET reviewed_at = statement_timestamp(), review_note = the_note,
        reviewed_by_id = nullif(current_setting('app.user_id', true), '')::bigint
    WHERE g.uuid = the_grant AND g.kind = 'emergency' AND g.reviewed_at IS NULL
      AND cases_may_review(g.user_id, g.case_id);
    RETURN FOUND;
END $$
"""
DROP = """
DROP FUNCTION cases_review_emergency(uuid, text);
DROP FUNCTION cases_emergency_reviews();
DROP FUNCTION cases_may_review(bigint, bigint);
DROP FUNCTION cases_take_emergency_access(text, text, interval);
DROP FUNCTION cases_pass_to_team(bigint, bigint, text);
DROP FUNCTION cases_held(bigint, bigint);
DROP FUNCTION cases_may_manage(bigint)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_system_entries")]
    operations = [
        migrations.RunSQL([MAY_MANAGE, HELD, HAND_OVER, EMERGENCY, MAY_REVIEW, REVIEWS, REVIEW], DROP),
    ]
