"""Who sees and takes the steps of a challenge; what the worker may know of clocks in order to remind people."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
SEEN = "EXISTS (SELECT FROM referrals_referral r WHERE r.id = referrals_challengestep.referral_id{0} OFFSET 0)"
SENT = SEEN.format(f" AND r.from_agency_id = {AGENCY_ID_SQL} AND r.state IN ('fed_back', 'closed')")
RECEIVED = SEEN.format(f" AND r.to_agency_id = {AGENCY_ID_SQL} AND r.state IN ('fed_back', 'closed')")
# Which side a step is of; from the second stage on managers answer. See referrals/challenge.py.
MADE = f"""made_by_id = {USER_ID_SQL} AND made_for_id = {AGENCY_ID_SQL} AND CASE kind
    WHEN 'answer' THEN (SELECT 'manage_work' = ANY {CAPABILITIES} OR ('triage' = ANY {CAPABILITIES} AND stage = 1))
        AND {RECEIVED}
    ELSE (SELECT 'refer' = ANY {CAPABILITIES}) AND {SENT} END"""

# The worker without a reader: in operation only its role passes.
IS_WORKER = f"""nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER')"""
# No name and no text. The clocks that run, each from or to a moment; the occasion is new where the moment or the ladder is another. See
# referrals/reminding.py, which makes the same of a referral in hand.
RUNNING = """
    SELECT k.kind, k.pk, k.moment, k.standing, r.priority = 1 AS urgent,
        k.pk || ':' || (extract(epoch FROM k.moment) * 1000000)::bigint || ':'
            || CASE WHEN r.priority = 1 THEN 'urgent' ELSE 'ordinary' END AS occasion
    FROM (
        SELECT c.kind, u.id AS pk, c.moment, u.state::text AS standing
        FROM referrals_referral u CROSS JOIN LATERAL (VALUES
            ('referral_acknowledge'::text, CASE WHEN u.state = 'submitted' THEN u.acknowledge_by END),
            ('referral_decide', u.decide_by),
            ('referral_answer', CASE WHEN u.state = 'asked' THEN (SELECT max(s.made_at) FROM referrals_referralstep s
                WHERE s.referral_id = u.id AND s.action = 'ask') END)) AS c (kind, moment)
        WHERE u.state IN ('submitted', 'acknowledged', 'in_triage', 'asked', 'proposed')
        UNION ALL
        SELECT v.kind, t.referral_id, t.answer_by, 'challenge_' || t.stage
        FROM referrals_challengestep t JOIN referrals_referral d ON d.id = t.referral_id
        CROSS JOIN (VALUES ('referral_challenge'::text), ('referral_unanswered')) AS v (kind)
        WHERE t.kind = 'raise' AND d.state IN ('fed_back', 'closed') AND NOT EXISTS (
            SELECT FROM referrals_challengestep n WHERE n.referral_id = t.referral_id AND n.number > t.number)
    ) k JOIN referrals_referral r ON r.id = k.pk
    WHERE k.moment IS NOT NULL
"""
CLOCK = f"""
CREATE FUNCTION referrals_clock(the_kind text, the_pk bigint)
RETURNS TABLE (pk bigint, uuid uuid, reference varchar, standing text, urgent boolean, moment timestamptz,
    occasion text, since timestamptz, to_agency_id bigint, from_agency_id bigint, from_team_id bigint,
    submitted_by_id bigint, held_by_id bigint, excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.uuid, r.reference, k.standing, k.urgent, k.moment, k.occasion,
        greatest((SELECT max(s.made_at) FROM referrals_referralstep s WHERE s.referral_id = r.id),
            (SELECT max(c.made_at) FROM referrals_challengestep c WHERE c.referral_id = r.id)),
        r.to_agency_id, r.from_agency_id, r.from_team_id, r.submitted_by_id, r.held_by_id,
        ARRAY(SELECT o.user_id FROM referrals_referral_kept_from o WHERE o.referral_id = r.id
            UNION SELECT x.user_id FROM referrals_acceptance a JOIN cases_caseexclusion x ON x.child_id = a.child_id
            WHERE a.referral_id = r.id
            UNION SELECT h.person_id FROM referrals_referralhold h WHERE h.referral_id = r.id
            AND h.choice <> 'not_same' AND NOT referrals_hold_is_lifted(h.referral_id, h.child_id))
    FROM ({RUNNING} AND k.pk = the_pk) k JOIN referrals_referral r ON r.id = k.pk
    WHERE k.kind = the_kind AND {IS_WORKER}
$$
"""
UNPLANNED = f"""
CREATE FUNCTION referrals_unplanned_clocks(the_kind text, most bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.pk FROM ({RUNNING}) k
    WHERE k.kind = the_kind AND {IS_WORKER} AND NOT EXISTS (SELECT FROM notifications_reminderstage s
        WHERE s.subject = md5(the_kind || ':' || k.pk)::uuid AND s.kind = the_kind AND s.occasion = k.occasion)
    ORDER BY k.moment, k.pk LIMIT most
$$
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_challenge"), ("notifications", "0006_told_as_and_texts")]
    operations = [
        EnableRowSecurity("referrals_challengestep"),
        Policy("referrals_challengestep", "seen", roles=ROLES, command="SELECT", using=SEEN.format("")),
        Policy("referrals_challengestep", "made", roles=ROLES, command="INSERT", check=MADE),
        migrations.RunSQL(CLOCK, "DROP FUNCTION referrals_clock(text, bigint)"),
        migrations.RunSQL(UNPLANNED, "DROP FUNCTION referrals_unplanned_clocks(text, bigint)"),
    ]
