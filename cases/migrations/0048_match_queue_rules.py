"""Who is due for review, who sees a pair, and whom to ask where a reader sees one of the two alone."""

from django.db import migrations

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

NOBODY = "nullif(current_setting('app.user_id', true), '') IS NULL"
IS_WORKER = f"({NOBODY} AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER'))"
DECIDES = """coalesce(nullif(current_setting('app.capabilities', true), '')::text[]
    && ARRAY['lead_safeguarding', 'triage', 'manage_work'], false)"""
SEEN = "cases_record_is_seen(one_id) AND cases_record_is_seen(other_id)"
# The row is locked until the change is committed, also where it was there: a review that skips it sees the change later.
NOTE_DUE = """
CREATE FUNCTION cases_match_note_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO cases_childreviewdue (child_id) SELECT DISTINCT child_id FROM made ORDER BY child_id
    ON CONFLICT (child_id) DO UPDATE SET since = excluded.since;
    RETURN NULL;
END $$;
CREATE TRIGGER match_note_review AFTER INSERT ON cases_childmatch
REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION cases_match_note_review()
"""
# Taken off the list with the transaction that goes through them: what fails is due again.
DUE = f"""
CREATE FUNCTION cases_match_review_due(most int) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT {IS_WORKER} THEN RETURN; END IF;
    RETURN QUERY WITH l AS MATERIALIZED (
        SELECT child_id FROM cases_childreviewdue ORDER BY since, child_id LIMIT most FOR UPDATE SKIP LOCKED)
    DELETE FROM cases_childreviewdue d USING l WHERE d.child_id = l.child_id RETURNING d.child_id;
END $$
"""
# Nobody who decided is asked again: two children, or records that are merged or linked.
SETTLED = """
CREATE FUNCTION cases_match_is_settled(the_one bigint, the_other bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_matchdecision d WHERE d.choice = 'not_same'
            AND ((d.found_id = the_one AND d.made_id = the_other) OR (d.found_id = the_other AND d.made_id = the_one)))
        OR the_other IN (SELECT cases_records_of(the_one, false))
$$
"""
HIDDEN = f"""
CREATE FUNCTION cases_match_hidden_pairs(most int) RETURNS TABLE (child_id bigint, other_uuid uuid, desk bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.sees_one THEN p.one_id ELSE p.other_id END, k.child_uuid, k.desk
    FROM (SELECT q.*, cases_record_is_seen(q.one_id) AS sees_one, cases_record_is_seen(q.other_id) AS sees_other
          FROM cases_matchpair q WHERE {DECIDES}) p
    CROSS JOIN LATERAL cases_match_known_to(
        ARRAY[CASE WHEN p.sees_one THEN p.other_id ELSE p.one_id END]) k
    WHERE p.sees_one <> p.sees_other AND NOT k.seen AND NOT k.excluded AND NOT cases_match_is_settled(p.one_id, p.other_id)
    ORDER BY p.p_same DESC, p.id LIMIT most
$$
"""
DROP = """
DROP FUNCTION cases_match_hidden_pairs(int);
DROP FUNCTION cases_match_is_settled(bigint, bigint);
DROP FUNCTION cases_match_review_due(int);
DROP FUNCTION cases_match_note_review() CASCADE
"""
EVERYBODY_IS_DUE = "INSERT INTO cases_childreviewdue (child_id) SELECT DISTINCT child_id FROM cases_childmatch"


class Migration(migrations.Migration):
    dependencies = [("cases", "0047_match_queue")]
    operations = [
        migrations.RunSQL([NOTE_DUE, DUE, SETTLED, HIDDEN], DROP),
        migrations.RunSQL(EVERYBODY_IS_DUE, migrations.RunSQL.noop),
        EnableRowSecurity("cases_childreviewdue"),
        EnableRowSecurity("cases_matchpair"),
        Policy("cases_matchpair", "seen", roles=(WEB_ROLE, WORKER_ROLE), command="SELECT", using=SEEN),
        Policy("cases_matchpair", "kept", roles=(WORKER_ROLE,), using=NOBODY, check=NOBODY),
    ]
