"""One function finds what a reader may see by words: children, the people around them, and timeline entries.

Trigram and full-text operators lose their indexes under a policy, so the function runs as the owner and asks
itself what the reader may see, row by row until there are enough: never a count, never a row too many.
Two shapes: a reader of few cases looks through their own, a reader of many looks through the index first.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    CLEARANCE_SQL,
    GROUP_IDS_SQL,
    SECTOR_MASK_SQL,
    TEAM_IDS_SQL,
    USER_ID_SQL,
)

FEW = 2_000  # cases and children that are looked through one by one
LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
MAY_ASK = "coalesce('work_cases' = ANY (nullif(current_setting('app.capabilities', true), '')::text[]), false)"
MINE = f"""
    SELECT g.case_id FROM cases_casegroupgrant g
    WHERE g.group_id = ANY {GROUP_IDS_SQL} AND NOT g.restricted AND {LIVE.format("g")}"""
NAMED = f"SELECT u.case_id FROM cases_caseusergrant u WHERE u.user_id = {USER_ID_SQL} AND {LIVE.format('u')}"
RECORDED = f"SELECT k.id FROM cases_child k WHERE k.recorded_by_team_id = ANY {TEAM_IDS_SQL}"
# A superset of what is seen, by which rows are left out early; the whole rule is asked of what remains.
CHILD_NEAR = f"""(EXISTS (
        SELECT FROM cases_case c WHERE c.child_id = {{0}} AND (c.id = ANY (named) OR EXISTS ({MINE} AND g.case_id = c.id)))
    OR EXISTS ({RECORDED} AND k.id = {{0}}))"""
CASE_NEAR = f"({{0}} = ANY (named) OR EXISTS ({MINE} AND g.case_id = {{0}}))"
FULL = "((m.given::text || ' '::text) || m.surname::text)"
# Two words or more must both be a name's, in either order; one may be either name.
SOUNDS = """(CASE WHEN q_several THEN m.surname_code = ANY (q_codes) AND m.given_code = ANY (q_codes)
    ELSE m.surname_code = ANY (q_codes) OR m.given_code = ANY (q_codes) END)"""
NAME_MATCHES = f"(q_name = '' OR q_name <% {FULL} OR {SOUNDS}) AND (q_born = '' OR m.born = q_born)"
CHILDREN = f"""
    SELECT 'child'::text, h.child_id FROM (
        SELECT m.child_id, max(word_similarity(q_name, {FULL}) + CASE WHEN {SOUNDS} THEN 0.3 ELSE 0 END) AS likeness
        FROM cases_childmatch m WHERE {NAME_MATCHES} AND {{near}} GROUP BY m.child_id
        ORDER BY 2 DESC, 1 DESC) h
    WHERE cases_record_is_seen(h.child_id) LIMIT most"""
PEOPLE = """
    SELECT 'person'::text, h.id FROM (
        SELECT r.id, r.child_id, word_similarity(q_name, lower(p.name)) AS likeness
        FROM cases_person p JOIN cases_relationship r ON r.person_id = p.id
        WHERE q_name <% lower(p.name) AND {near}
        ORDER BY 3 DESC, 1 DESC) h
    WHERE cases_record_is_seen(h.child_id) LIMIT most"""
ENTRY_SEEN = f"""(h.author_group_id = ANY {GROUP_IDS_SQL} OR (h.sensitivity <= {CLEARANCE_SQL} AND (
    (h.audience_mask & {SECTOR_MASK_SQL}) <> 0 OR EXISTS (
        SELECT FROM cases_timelineentryreader n WHERE n.entry_id = h.id AND (
            n.user_id = {USER_ID_SQL} OR n.team_id = ANY {TEAM_IDS_SQL} OR n.agency_id = {AGENCY_ID_SQL})))))"""
ENTRIES = f"""
    SELECT 'entry'::text, h.id FROM (
        SELECT e.id, e.case_id, e.author_group_id, e.audience_mask, e.sensitivity FROM cases_timelineentry e
        WHERE e.search @@ words AND {{near}}
        ORDER BY e.occurred_at DESC, e.id DESC) h
    WHERE {ENTRY_SEEN} AND cases_case_is_seen(h.case_id) LIMIT most"""


def queries(child_near: str, case_near: str) -> str:
    """Return the three questions of one shape; the two say how a child's and a case's key is known to be near."""
    return f"""
    IF q_name <> '' OR q_born <> '' THEN
        RETURN QUERY {CHILDREN.format(near=child_near.format("m.child_id"))};
    END IF;
    IF q_name <> '' AND q_born = '' THEN
        RETURN QUERY {PEOPLE.format(near=child_near.format("r.child_id"))};
    END IF;
    IF numnode(words) > 0 THEN
        RETURN QUERY {ENTRIES.format(near=case_near.format("e.case_id"))};
    END IF;"""


SEARCH = f"""
CREATE FUNCTION cases_search(q jsonb, most int) RETURNS TABLE (kind text, id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    known jsonb := coalesce(nullif(current_setting('pghistory.context_metadata', true), ''), '{{}}')::jsonb;
    q_name text := q->>'name'; q_born text := q->>'born'; q_several boolean := q->>'several';
    q_codes text[] := ARRAY(SELECT jsonb_array_elements_text(q->'codes'));
    words tsquery := websearch_to_tsquery('english', q->>'words');
    named bigint[]; my_cases bigint[]; my_children bigint[]; few boolean;
BEGIN
    IF NOT {MAY_ASK} THEN RETURN; END IF;
    INSERT INTO audit_auditrow (kind, action, user_id, agency_id, job, target, target_uuids, reason, detail, channel,
        request_id)
    VALUES ('read', 'search.ask', {USER_ID_SQL}, {AGENCY_ID_SQL}, '', '', '{{}}', '', '{{}}',
        coalesce(known->>'channel', 'web'), coalesce(known->>'request', ''));
    named := ARRAY({NAMED});
    my_cases := ARRAY(SELECT s.case_id FROM ({MINE} LIMIT {FEW} + 1) s UNION SELECT unnest(named));
    my_children := ARRAY(SELECT c.child_id FROM cases_case c WHERE c.id = ANY (my_cases)
        UNION SELECT s.id FROM ({RECORDED} LIMIT {FEW} + 1) s);
    few := cardinality(my_cases) <= {FEW} AND cardinality(my_children) <= {FEW};
    IF few THEN {queries("{0} = ANY (my_children)", "{0} = ANY (my_cases)")}
    ELSE {queries(CHILD_NEAR, CASE_NEAR)}
    END IF;
END $$
"""
ENTRY_INDEX = "CREATE INDEX timelineentry_search ON cases_timelineentry USING gin (search)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0026_records")]
    operations = [
        migrations.AddIndex(
            model_name="childmatch",
            index=GinIndex(
                OpClass(Concat(Concat(F("given"), Value(" ")), F("surname")), name="gin_trgm_ops"),
                name="childmatch_full_name",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="person_name"),
        ),
        migrations.RunSQL(ENTRY_INDEX, "DROP INDEX timelineentry_search"),
        migrations.RunSQL(SEARCH, "DROP FUNCTION cases_search(jsonb, int)"),
    ]
