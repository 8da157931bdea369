"""Counting how soon referrals are acknowledged and decided: numbers by agency and month, and nothing of any of them."""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, WEB_ROLE

CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
# As the owner: whoever counts sees no referral. An analyst counts all, a manager what their agency sent or received.
COUNTED = f"""
CREATE FUNCTION referrals_timeliness(the_since timestamptz, the_zone text)
RETURNS TABLE (receiver text, sender text, month date, received bigint, to_acknowledge bigint, acknowledged bigint,
    to_decide bigint, decided bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.name::text, coalesce(f.name, '')::text,
        date_trunc('month', r.received_at AT TIME ZONE the_zone)::date, count(*),
        count(*) FILTER (WHERE r.acknowledge_by IS NOT NULL AND (r.acknowledged_at IS NOT NULL
            OR (r.acknowledge_by < statement_timestamp() AND r.state <> 'withdrawn'))),
        count(*) FILTER (WHERE r.acknowledged_at <= r.acknowledge_by),
        count(*) FILTER (WHERE r.decide_by IS NOT NULL AND (r.decided_at IS NOT NULL
            OR (r.decide_by < statement_timestamp() AND r.state <> 'withdrawn'))),
        count(*) FILTER (WHERE r.decided_at <= r.decide_by)
    FROM referrals_referral r JOIN agencies_agency t ON t.id = r.to_agency_id
    LEFT JOIN agencies_agency f ON f.id = r.from_agency_id
    WHERE r.received_at >= the_since AND ('analyse' = ANY {CAPABILITIES}
        OR ('manage_work' = ANY {CAPABILITIES} AND {AGENCY_ID_SQL} IN (r.to_agency_id, r.from_agency_id)
            AND r.id <> ALL ((SELECT referrals_kept_from_reader())::bigint[])))
    GROUP BY 1, 2, 3 ORDER BY 3 DESC, 1, 2
$$;
REVOKE ALL ON FUNCTION referrals_timeliness(timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_timeliness(timestamptz, text) TO {WEB_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0013_draft_rules")]
    operations = [migrations.RunSQL(COUNTED, "DROP FUNCTION referrals_timeliness(timestamptz, text)")]
