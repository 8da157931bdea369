"""What is settled is asked again once it looks likelier; what two records of one child hold counts only who works.

* Two records that were said to be two children come up again when they are more alike than when that was said.
* Who can lead a case is asked of accounts, memberships and roles as they are today.
* An exclusion from one record closes the other record's case too: whoever makes it learns nothing of that case,
  and the agency that leads it is told when nobody of its own can act any more.
"""

from django.db import migrations

from safeguard.common.row_security import USER_ID_SQL

DECIDES = """coalesce(nullif(current_setting('app.capabilities', true), '')::text[]
    && ARRAY['lead_safeguarding', 'triage', 'manage_work'], false)"""
BANDS = "ARRAY['none', 'household', 'possible', 'likely']"
SETTLED = f"""
CREATE FUNCTION cases_match_is_settled(the_one bigint, the_other bigint, the_band text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_matchdecision d WHERE d.choice = 'not_same'
            AND array_position({BANDS}, d.band::text) >= array_position({BANDS}, the_band)
            AND ((d.found_id = the_one AND d.made_id = the_other) OR (d.found_id = the_other AND d.made_id = the_one)))
        OR the_other IN (SELECT cases_records_of(the_one, false))
$$
"""
HIDDEN = f"""
CREATE OR REPLACE FUNCTION cases_match_hidden_pairs(most int)
RETURNS TABLE (child_id bigint, other_uuid uuid, desk bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN p.sees_one THEN p.one_id ELSE p.other_id END, k.child_uuid, k.desk
    FROM (SELECT q.*, cases_record_is_seen(q.one_id) AS sees_one, cases_record_is_seen(q.other_id) AS sees_other
          FROM cases_matchpair q WHERE {DECIDES}) p
    CROSS JOIN LATERAL cases_match_known_to(
        ARRAY[CASE WHEN p.sees_one THEN p.other_id ELSE p.one_id END]) k
    WHERE p.sees_one <> p.sees_other AND NOT k.seen AND NOT k.excluded
        AND NOT cases_match_is_settled(p.one_id, p.other_id, p.band::text)
    ORDER BY p.p_same DESC, p.id LIMIT most
$$;
DROP FUNCTION cases_match_is_settled(bigint, bigint)
"""
FOLLOWS = """
CREATE OR REPLACE FUNCTION cases_same_child_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_same_child_exclusions(NEW.kept_id);
    PERFORM cases_same_child_exclusions(NEW.other_id);
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM cases_case c WHERE c.status = 'open' AND c.child_id IN (SELECT cases_records_of(NEW.kept_id, false))
        AND EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.from_same_child)
        AND NOT EXISTS (SELECT cases_leaders(c.id, NULL))) THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_somebody_leads',
            MESSAGE = 'samechild_somebody_leads: nobody would be left who can lead the open case.';
    END IF;
    RETURN NULL;
END $$
"""
# For whoever has just excluded somebody from the child: open cases of the child's other records that nobody of the
# leading agency can lead any more, and who is kept out of them. For a note to that agency, never to be shown.
LEFT_ALONE = f"""
CREATE FUNCTION cases_left_alone(the_child bigint)
RETURNS TABLE (case_uuid uuid, agency_id bigint, kept_out bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.uuid, c.lead_agency_id, ARRAY(SELECT x.user_id::bigint FROM cases_caseexclusion x WHERE x.case_id = c.id)
    FROM cases_case c
    WHERE c.status = 'open' AND c.child_id <> the_child AND c.child_id IN (SELECT cases_records_of(the_child, false))
        AND EXISTS (SELECT FROM cases_caseexclusion x
            WHERE x.child_id = the_child AND NOT x.from_same_child AND x.excluded_by_id = {USER_ID_SQL})
        AND EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.from_same_child)
        AND NOT EXISTS (SELECT cases_leaders(c.id, c.lead_agency_id))
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0053_conflict_rules")]
    operations = [migrations.RunSQL([SETTLED, HIDDEN, FOLLOWS, LEFT_ALONE])]
