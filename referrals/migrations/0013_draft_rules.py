"""Handing a draft to a colleague, and deleting one that nobody touches: each by a function that checks its caller."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE

CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
IS_WORKER = f"""nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER')"""
# As the owner: the caller's policy lets nobody write a draft that would not be their own.
HAND = f"""
CREATE FUNCTION referrals_hand_draft(the_draft uuid, the_person bigint, the_roles text[]) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE referrals_referraldraft d
    SET user_id = the_person, handed_by_id = {USER_ID_SQL}, saved_at = statement_timestamp(), warned_at = NULL
    WHERE d.uuid = the_draft AND d.user_id = {USER_ID_SQL} AND d.agency_id = {AGENCY_ID_SQL}
        AND the_person <> {USER_ID_SQL} AND 'refer' = ANY {CAPABILITIES}
        AND EXISTS (SELECT FROM agencies_membership m JOIN agencies_user u ON u.id = m.user_id
            WHERE m.user_id = the_person AND m.agency_id = d.agency_id AND u.is_active
            AND NOT EXISTS (SELECT FROM cases_caseexclusion x JOIN cases_child k ON k.id = x.child_id
                WHERE x.user_id = m.user_id AND strpos(d.content::text, k.uuid::text) > 0)
            AND m.roles::text[] && the_roles AND m.since <= statement_timestamp()
            AND (m.until IS NULL OR m.until > statement_timestamp()));
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION referrals_hand_draft(uuid, bigint, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_hand_draft(uuid, bigint, text[]) TO {WEB_ROLE}
"""
WARN = f"""
CREATE FUNCTION referrals_warn_of_drafts(the_before timestamptz, most bigint)
RETURNS TABLE (uuid uuid, user_id bigint, agency_id bigint, saved_at timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE referrals_referraldraft d SET warned_at = statement_timestamp()
    WHERE {IS_WORKER} AND d.id IN (SELECT q.id FROM referrals_referraldraft q
        WHERE q.saved_at < the_before AND (q.warned_at IS NULL OR q.warned_at < q.saved_at)
        ORDER BY q.saved_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING d.uuid, d.user_id, d.agency_id, d.saved_at
$$
"""
# Nothing goes without its warning, and nothing that was touched since.
FORGET = f"""
CREATE FUNCTION referrals_forget_drafts(the_saved timestamptz, the_warned timestamptz, most bigint) RETURNS SETOF uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM referrals_referraldraft d
    WHERE {IS_WORKER} AND d.id IN (SELECT q.id FROM referrals_referraldraft q
        WHERE q.saved_at < the_saved AND q.warned_at > q.saved_at AND q.warned_at < the_warned
        ORDER BY q.saved_at LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING d.uuid
$$
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_draft_warned")]
    operations = [
        migrations.RunSQL(HAND, "DROP FUNCTION referrals_hand_draft(uuid, bigint, text[])"),
        migrations.RunSQL(WARN, "DROP FUNCTION referrals_warn_of_drafts(timestamptz, bigint)"),
        migrations.RunSQL(FORGET, "DROP FUNCTION referrals_forget_drafts(timestamptz, timestamptz, bigint)"),
    ]
