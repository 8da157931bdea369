"""What a leaver held of referrals passes on: what they triaged to the queue, what they had begun to write to a lead."""

from django.db import migrations

# Counts for the manager who asks, and passes on in the transaction that ends the membership: see cases 0006.
HELD = """
CREATE FUNCTION referrals_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM referrals_referral r
    WHERE r.held_by_id = the_user AND r.to_agency_id = the_agency AND cases_may_manage(the_agency)
$$;
CREATE FUNCTION referrals_pass_on(the_user bigint, the_agency bigint) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cases_may_manage(the_agency) THEN RETURN; END IF;
    RETURN QUERY UPDATE referrals_referral r SET held_by_id = NULL
    WHERE r.held_by_id = the_user AND r.to_agency_id = the_agency RETURNING r.uuid;
END $$
"""
# Never to somebody whom the draft names, such as one who is to be kept from it, nor to one who is kept out of the
# case of a child that it names.
DRAFTS = """
CREATE FUNCTION referrals_drafts_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM referrals_referraldraft d
    WHERE d.user_id = the_user AND d.agency_id = the_agency AND cases_may_manage(the_agency)
$$;
CREATE FUNCTION referrals_pass_drafts_on(the_user bigint, the_agency bigint, the_teams bigint[])
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
                AND strpos(d.content::text, u.uuid::text) = 0
                AND NOT EXISTS (SELECT FROM cases_caseexclusion x JOIN cases_child k ON k.id = x.child_id
                    WHERE x.user_id = m.user_id AND strpos(d.content::text, k.uuid::text) > 0)
            ORDER BY 'safeguarding_lead' = ANY (m.roles::text[]) DESC, m.id LIMIT 1) AS next_id
        FROM referrals_referraldraft d
        WHERE d.user_id = the_user AND d.agency_id = the_agency ORDER BY d.id FOR NO KEY UPDATE OF d
    )
    UPDATE referrals_referraldraft d
    SET user_id = h.next_id, handed_by_id = the_user, saved_at = statement_timestamp(), warned_at = NULL
    FROM held h WHERE d.id = h.id AND h.next_id IS NOT NULL RETURNING d.uuid, d.user_id;
END $$
"""
# Whoever is kept out of a referral reads of it in no log either. As the owner, and of the asker's own alone.
KEPT_FROM_AUDIT = """
CREATE FUNCTION referrals_kept_from_audit() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH kept AS MATERIALIZED (
        SELECT r.id, r.uuid, r.bundle FROM referrals_referral r WHERE r.id = ANY (referrals_kept_from_reader())
    )
    SELECT uuid FROM kept UNION SELECT bundle FROM kept
    UNION SELECT c.uuid FROM referrals_agencycheck c JOIN kept ON kept.id = c.referral_id
    UNION SELECT p.uuid FROM referrals_publicreporter p JOIN kept ON kept.id = p.referral_id
$$
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0016_agency_check_rules"), ("cases", "0057_leavers")]
    operations = [
        migrations.RunSQL(
            HELD, "DROP FUNCTION referrals_pass_on(bigint, bigint); DROP FUNCTION referrals_held(bigint, bigint)"
        ),
        migrations.RunSQL(
            DRAFTS,
            "DROP FUNCTION referrals_pass_drafts_on(bigint, bigint, bigint[]);"
            "DROP FUNCTION referrals_drafts_held(bigint, bigint)",
        ),
        migrations.RunSQL(KEPT_FROM_AUDIT, "DROP FUNCTION referrals_kept_from_audit()"),
    ]
