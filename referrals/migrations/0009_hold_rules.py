"""Who is kept out of a referral for now, and when that ends; an outcome is released after a call back."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
RECEIVES = f"(SELECT {CAPABILITIES} && ARRAY['triage', 'manage_work'])"
OF_RECEIVED = f"""{RECEIVES} AND EXISTS (SELECT FROM referrals_referral r
    WHERE r.id = {{0}}.referral_id AND r.to_agency_id = {AGENCY_ID_SQL} OFFSET 0)"""
HOLD, REPORTER = (OF_RECEIVED.format(f"referrals_{table}") for table in ("referralhold", "publicreporter"))
OF_OTHERS = f"{HOLD} AND person_id <> {USER_ID_SQL}"
# Only somebody who sees the other child decides whether it is the one.
DECIDED = f"""{OF_OTHERS} AND decided_by_id = {USER_ID_SQL}
    AND EXISTS (SELECT FROM cases_child c WHERE c.id = referrals_referralhold.child_id OFFSET 0)"""

# As the owner: asked for whoever is kept out, who sees neither the case nor what was decided about its child.
LIFTED = f"""
CREATE FUNCTION referrals_hold_is_lifted(the_referral bigint, the_child bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM referrals_acceptance a JOIN cases_matchdecision d
        ON (d.found_id, d.made_id) IN ((the_child, a.child_id), (a.child_id, the_child))
        WHERE a.referral_id = the_referral AND d.choice = 'not_same')
$$;
REVOKE ALL ON FUNCTION referrals_hold_is_lifted(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_hold_is_lifted(bigint, bigint) TO {WEB_ROLE}, {WORKER_ROLE}
"""
# Of some children, those of whom somebody decided that the referral is not about them.
SETTLED = f"""
CREATE FUNCTION referrals_not_about(the_referral bigint, the_children bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c FROM unnest(the_children) AS c
    WHERE referrals_hold_is_lifted(the_referral, c) OR EXISTS (SELECT FROM referrals_referralhold h
        WHERE h.referral_id = the_referral AND h.child_id = c AND h.choice = 'not_same')
$$;
REVOKE ALL ON FUNCTION referrals_not_about(bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_not_about(bigint, bigint[]) TO {WEB_ROLE}
"""
HELD = "h.choice <> 'not_same' AND NOT referrals_hold_is_lifted(h.referral_id, h.child_id)"
KEPT_FROM_READER = f"""
CREATE OR REPLACE FUNCTION referrals_kept_from_reader() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT k.referral_id FROM referrals_referral_kept_from k WHERE k.user_id = {USER_ID_SQL}
        UNION ALL SELECT a.referral_id FROM referrals_acceptance a
        JOIN cases_caseexclusion x ON x.child_id = a.child_id WHERE x.user_id = {USER_ID_SQL}
        {{held}})
$$
"""
HELD_READER = (
    f"UNION ALL SELECT h.referral_id FROM referrals_referralhold h WHERE h.person_id = {USER_ID_SQL} AND {HELD}"
)
KEPT_OUT = f"""
CREATE OR REPLACE FUNCTION referrals_kept_out(the_referral bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.user_id FROM referrals_referral r JOIN referrals_referral_kept_from k ON k.referral_id = r.id
    WHERE r.id = the_referral AND {AGENCY_ID_SQL} IN (r.from_agency_id, r.to_agency_id)
    UNION
    SELECT x.user_id FROM referrals_referral r JOIN referrals_acceptance a ON a.referral_id = r.id
    JOIN cases_caseexclusion x ON x.child_id = a.child_id
    WHERE r.id = the_referral AND {AGENCY_ID_SQL} IN (r.from_agency_id, r.to_agency_id)
    {{held}}
$$
"""
HELD_PEOPLE = f"""UNION
    SELECT h.person_id FROM referrals_referral r JOIN referrals_referralhold h ON h.referral_id = r.id
    WHERE r.id = the_referral AND {AGENCY_ID_SQL} IN (r.from_agency_id, r.to_agency_id) AND {HELD}"""
# The outcome is for a professional whose address works and who was called back, and only as it was told.
STATUS = """
CREATE OR REPLACE FUNCTION referrals_public_status(the_reference text, the_hash text)
RETURNS TABLE (received_at timestamptz, acknowledge_by timestamptz, acknowledged_at timestamptz, agency text,
    outcome text, reasons text, told_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.received_at, r.acknowledge_by, r.acknowledged_at, a.name::text,
        coalesce(told.outcome, ''), coalesce(told.text, ''), told.made_at
    FROM referrals_referral r
    JOIN referrals_publicreporter p ON p.referral_id = r.id
    JOIN agencies_agency a ON a.id = r.to_agency_id
    LEFT JOIN LATERAL (
        SELECT s.* FROM referrals_referralstep s
        WHERE s.referral_id = r.id AND s.action IN ('feed_back', 'reopen')
        ORDER BY s.made_at DESC, s.id DESC LIMIT 1
    ) told ON told.action = 'feed_back' AND r.source = 'professional' AND p.email_confirmed_at IS NOT NULL
        {called_back}
    WHERE r.reference = the_reference AND p.secret_hash = the_hash
$$
"""
# Whether the case of an acceptance that the caller knows of is open, also where they do not see the case.
CASE_OPEN = f"""
CREATE FUNCTION referrals_case_is_open(the_acceptance bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT {RECEIVES} AND EXISTS (SELECT FROM referrals_acceptance a
        JOIN cases_case c ON c.id = a.case_id JOIN referrals_referral r ON r.id = a.referral_id
        WHERE a.id = the_acceptance AND c.status = 'open' AND r.to_agency_id = {AGENCY_ID_SQL})
$$;
REVOKE ALL ON FUNCTION referrals_case_is_open(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_case_is_open(bigint) TO {WEB_ROLE}
"""
# Acceptances before this one stand for the decision that had been made.
STANDS_FOR = """
UPDATE referrals_acceptance a SET note_id = (SELECT max(n.id) FROM referrals_triagenote n
    WHERE n.referral_id = a.referral_id AND n.kind = 'decided' AND n.made_at <= a.made_at)
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0008_holds_and_call_back"), ("cases", "0051_match_kept_out")]

    operations = [
        migrations.RunSQL(STANDS_FOR, migrations.RunSQL.noop),
        migrations.RunSQL(LIFTED, "DROP FUNCTION referrals_hold_is_lifted(bigint, bigint)"),
        migrations.RunSQL(SETTLED, "DROP FUNCTION referrals_not_about(bigint, bigint[])"),
        migrations.RunSQL(KEPT_FROM_READER.format(held=HELD_READER), KEPT_FROM_READER.format(held="")),
        migrations.RunSQL(KEPT_OUT.format(held=HELD_PEOPLE), KEPT_OUT.format(held="")),
        migrations.RunSQL(CASE_OPEN, "DROP FUNCTION referrals_case_is_open(bigint)"),
        migrations.RunSQL(STATUS.format(called_back="AND p.called_back_at IS NOT NULL"), STATUS.format(called_back="")),
        EnableRowSecurity("referrals_referralhold"),
        Policy(
            "referrals_referralhold",
            "seen",
            roles=ROLES,
            command="SELECT",
            using=f"{HOLD} AND (person_id <> {USER_ID_SQL} OR choice = 'not_same')",
        ),
        Policy(
            "referrals_referralhold",
            "made",
            roles=ROLES,
            command="INSERT",
            check=f"person_id = {USER_ID_SQL} AND choice = '' AND {HOLD}",
        ),
        Policy("referrals_referralhold", "decided", roles=ROLES, command="UPDATE", using=OF_OTHERS, check=DECIDED),
        Policy(
            "referrals_publicreporter",
            "called_back",
            roles=ROLES,
            command="UPDATE",
            using=REPORTER,
            check=f"{REPORTER} AND called_back_by_id = {USER_ID_SQL}",
        ),
    ]
