"""Keeping somebody out of a referral that was received; who is kept out of one; steps that stay with triage."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
RECEIVES = f"(SELECT {CAPABILITIES} && ARRAY['triage', 'manage_work'])"
MANAGES = f"(SELECT 'manage_work' = ANY {CAPABILITIES})"
# A manager keeps anybody out of what their agency received; whoever works on it keeps themselves out.
KEPT_BY_RECEIVER = f"""({MANAGES} OR ({RECEIVES} AND user_id = {USER_ID_SQL}))
    AND EXISTS (SELECT FROM referrals_referral r
        WHERE r.id = referrals_referral_kept_from.referral_id AND r.to_agency_id = {AGENCY_ID_SQL} OFFSET 0)"""
# As the owner: whoever tells the other side of a step may see neither the case nor who is kept out of it. It gives
# keys of people, to the two agencies of the referral.
KEPT_OUT = f"""
CREATE FUNCTION referrals_kept_out(the_referral bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.user_id FROM referrals_referral r JOIN referrals_referral_kept_from k ON k.referral_id = r.id
    WHERE r.id = the_referral AND {AGENCY_ID_SQL} IN (r.from_agency_id, r.to_agency_id)
    UNION
    SELECT x.user_id FROM referrals_referral r JOIN referrals_acceptance a ON a.referral_id = r.id
    JOIN cases_caseexclusion x ON x.child_id = a.child_id
    WHERE r.id = the_referral AND {AGENCY_ID_SQL} IN (r.from_agency_id, r.to_agency_id)
$$;
REVOKE ALL ON FUNCTION referrals_kept_out(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_kept_out(bigint) TO {WEB_ROLE}, {WORKER_ROLE}
"""
OF_SEEN = "EXISTS (SELECT FROM referrals_referral r WHERE r.id = referrals_referralstep.referral_id{received} OFFSET 0)"
STEP_SEEN = f"""({OF_SEEN.format(received="")} AND action <> ALL ('{{propose,send_back}}'::text[]))
    OR ({RECEIVES} AND {OF_SEEN.format(received=f" AND r.to_agency_id = {AGENCY_ID_SQL}")})"""
OLD_STEP_SEEN = OF_SEEN.format(received="")

SHOWN = 'ALTER POLICY "seen" ON referrals_referralstep USING ({})'


DECIDED_LAST = "UPDATE referrals_referral SET priority = 9 WHERE state IN ('decided', 'fed_back', 'closed')"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_public_reports"), ("cases", "0025_chronology")]

    operations = [
        Policy(
            "referrals_referral_kept_from", "kept_by_receiver", roles=ROLES, command="INSERT", check=KEPT_BY_RECEIVER
        ),
        migrations.RunSQL(KEPT_OUT, "DROP FUNCTION referrals_kept_out(bigint)"),
        migrations.RunSQL(DECIDED_LAST, migrations.RunSQL.noop),
        migrations.RunSQL(SHOWN.format(STEP_SEEN), SHOWN.format(OLD_STEP_SEEN)),
    ]
