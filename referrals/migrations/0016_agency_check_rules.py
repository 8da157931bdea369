"""Who reads, asks and answers agencies' checks; what the worker may know of them in order to remind people."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
RECEIVES = f"(SELECT {CAPABILITIES} && ARRAY['triage', 'manage_work'])"
TRIAGES = f"(SELECT 'triage' = ANY {CAPABILITIES})"
ANSWERS = f"(SELECT {CAPABILITIES} && ARRAY['lead_safeguarding', 'manage_work'])"
OF_RECEIVED = f"""EXISTS (SELECT FROM referrals_referral r
    WHERE r.id = referrals_agencycheck.referral_id AND r.to_agency_id = {AGENCY_ID_SQL} OFFSET 0)"""
# Whoever is asked does not see the referral: who is kept from it is looked up by its key.
ASKED = f"""({ANSWERS} AND agency_id = {AGENCY_ID_SQL}
    AND referral_id <> ALL ((SELECT referrals_kept_from_reader())::bigint[]))"""
MADE = f"""{TRIAGES} AND asked_by_id = {USER_ID_SQL} AND asked_for_id = {AGENCY_ID_SQL} AND agency_id <> {AGENCY_ID_SQL}
    AND answer = '' AND {OF_RECEIVED}"""
# The worker without a reader: in operation only its role passes.
IS_WORKER = f"""nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER')"""
CHECK = f"""
CREATE FUNCTION referrals_asked_check(the_pk bigint)
RETURNS TABLE (pk bigint, uuid uuid, agency_id bigint, asked_for text, answer_by timestamptz, is_wanted boolean,
    excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.uuid, c.agency_id, a.name::text, c.answer_by, c.answered_at IS NULL
            AND r.state IN ('submitted', 'acknowledged', 'in_triage', 'asked', 'proposed'),
        ARRAY(SELECT o.user_id FROM referrals_referral_kept_from o WHERE o.referral_id = r.id
            UNION SELECT x.user_id FROM referrals_acceptance t JOIN cases_caseexclusion x ON x.child_id = t.child_id
            WHERE t.referral_id = r.id
            UNION SELECT h.person_id FROM referrals_referralhold h WHERE h.referral_id = r.id
            AND h.choice <> 'not_same' AND NOT referrals_hold_is_lifted(h.referral_id, h.child_id))
    FROM referrals_agencycheck c JOIN referrals_referral r ON r.id = c.referral_id
    JOIN agencies_agency a ON a.id = c.asked_for_id
    WHERE c.id = the_pk AND {IS_WORKER}
$$
"""
# To whom an answer is told: asked by whoever answered, who sees neither the referral nor who works on it.
TOLD = f"""
CREATE FUNCTION referrals_check_told(the_check bigint)
RETURNS TABLE (referral uuid, reference text, agency_id bigint, asked_by_id bigint, held_by_id bigint, excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.uuid, r.reference::text, r.to_agency_id, c.asked_by_id, r.held_by_id,
        ARRAY(SELECT o.user_id FROM referrals_referral_kept_from o WHERE o.referral_id = r.id
            UNION SELECT x.user_id FROM referrals_acceptance t JOIN cases_caseexclusion x ON x.child_id = t.child_id
            WHERE t.referral_id = r.id
            UNION SELECT h.person_id FROM referrals_referralhold h WHERE h.referral_id = r.id
            AND h.choice <> 'not_same' AND NOT referrals_hold_is_lifted(h.referral_id, h.child_id))
    FROM referrals_agencycheck c JOIN referrals_referral r ON r.id = c.referral_id
    WHERE c.id = the_check AND c.agency_id = {AGENCY_ID_SQL} AND c.answered_by_id = {USER_ID_SQL} AND {ANSWERS}
$$;
REVOKE ALL ON FUNCTION referrals_check_told(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_check_told(bigint) TO {WEB_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0015_agency_check"), ("notifications", "0006_told_as_and_texts")]

    operations = [
        EnableRowSecurity("referrals_agencycheck"),
        Policy(
            "referrals_agencycheck",
            "seen",
            roles=ROLES,
            command="SELECT",
            using=f"({RECEIVES} AND {OF_RECEIVED}) OR {ASKED}",
        ),
        Policy("referrals_agencycheck", "made", roles=ROLES, command="INSERT", check=MADE),
        Policy(
            "referrals_agencycheck",
            "answered",
            roles=ROLES,
            command="UPDATE",
            using=f"{ASKED} AND answer = ''",
            check=f"{ASKED} AND answered_by_id = {USER_ID_SQL}",
        ),
        migrations.RunSQL(CHECK, "DROP FUNCTION referrals_asked_check(bigint)"),
        migrations.RunSQL(TOLD, "DROP FUNCTION referrals_check_told(bigint)"),
    ]
