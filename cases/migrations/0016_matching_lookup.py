"""The one way to look across all children: candidates for a possible match, and whether the asker may see them.

``cases_match_probe`` is the search itself and is called by nobody but ``cases_match_candidates``, which
checks the asker and records the look. ``manage.py match_list`` runs the probe's own text over lists.
"""

import csv
from pathlib import Path

from django.db import migrations

from safeguard.common.row_security import USER_ID_SQL, TEAM_IDS_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

WEIGHTS = Path(__file__).resolve().parent.parent / "matching" / "data" / "weights_1.csv"
OF_SEEN_CHILD = "EXISTS (SELECT FROM cases_child k WHERE k.id = cases_childmatch.child_id OFFSET 0)"
NOBODY = "nullif(current_setting('app.user_id', true), '') IS NULL"
# In operation only the worker's role passes: it brings rows in step and reviews the register at night.
IS_WORKER = f"({NOBODY} AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER'))"
MAY_ASK = f"""(coalesce(nullif(current_setting('app.capabilities', true), '')::text[]
    && ARRAY['work_cases', 'log_concern', 'refer'], false) OR {IS_WORKER})"""

# Each probe reads one B-tree and stops at its limit; weights say how much a hit promises. A limit that is
# reached is reported, by the probe's number. Plain text comparisons only, so that one plan serves all.
PROBES: tuple[tuple[int, int, str], ...] = (
    (20, 40, "number = w.number AND number <> '' AND w.number <> ''"),
    (20, 40, "pupil_number = w.pupil_number AND pupil_number <> '' AND w.pupil_number <> ''"),
    (3, 250, "born = w.born AND w.born <> ''"),
    (5, 250, "surname_code = ANY (w.surname_codes) AND given_code = ANY (w.given_codes)"),
    (8, 100, "surname_code = ANY (w.surname_codes) AND born = ANY (w.borns)"),
    (8, 100, "given_code = ANY (w.given_codes) AND born = ANY (w.borns)"),
    (4, 100, "day_month = w.day_month AND w.day_month <> '' AND surname_code = ANY (w.surname_codes)"),
    (4, 100, "day_month = w.day_month AND w.day_month <> '' AND given_code = ANY (w.given_codes)"),
    (4, 100, "outward = w.outward AND w.outward <> '' AND surname_code = ANY (w.surname_codes)"),
    (3, 100, "outward = w.outward AND w.outward <> '' AND given_code = ANY (w.given_codes)"),
    (4, 100, "postcode = w.postcode AND postcode <> '' AND w.postcode <> ''"),
    (4, 100, "letters = w.letters AND letters <> '' AND w.letters <> ''"),
    (4, 60, "street = w.street AND street <> '' AND w.street <> ''"),
    (6, 60, "surname_code = ANY (w.given_codes) AND given_code = ANY (w.surname_codes)"),
)


def probe_sql() -> str:
    """Return the body of the probe: the best 300 rows by the sum of the weights of the probes that hit."""
    one = "(SELECT m.id, {weight} AS weight, {n} AS probe FROM cases_childmatch m WHERE {where} LIMIT {limit})"
    streams = " UNION ALL ".join(
        one.format(weight=weight, n=n, where=where.replace("w.", "w_"), limit=limit)
        for n, (weight, limit, where) in enumerate(PROBES, 1)
    )
    limits = ", ".join(str(limit) for _weight, limit, _where in PROBES)
    return f"""
#variable_conflict use_column
DECLARE
    w_number text := q->>'number'; w_pupil_number text := q->>'pupil_number'; w_born text := q->>'born';
    w_borns text[] := ARRAY(SELECT jsonb_array_elements_text(q->'borns'));
    w_surname_codes text[] := ARRAY(SELECT jsonb_array_elements_text(q->'surname_codes'));
    w_given_codes text[] := ARRAY(SELECT jsonb_array_elements_text(q->'given_codes'));
    w_day_month text := q->>'day_month'; w_outward text := q->>'outward'; w_postcode text := q->>'postcode';
    w_letters text := q->>'letters'; w_street text := q->>'street';
BEGIN
    RETURN QUERY
    WITH hits AS MATERIALIZED ({streams}),
    full_probes AS (
        SELECT coalesce(array_agg(f.probe), '{{}}') AS probes FROM (
            SELECT h.probe FROM hits h GROUP BY h.probe HAVING count(*) >= (ARRAY[{limits}])[h.probe]) f),
    best AS (SELECT h.id, sum(h.weight) AS weight FROM hits h GROUP BY h.id ORDER BY 2 DESC, 1 LIMIT 300)
    SELECT m.child_id, m.given::text, m.surname::text, m.born::text, m.sex::text, m.postcode::text, m.street::text,
        m.town::text, m.number::text, m.pupil_number::text, f.probes
    FROM best b JOIN cases_childmatch m ON m.id = b.id CROSS JOIN full_probes f;
END
"""


FOUND = """TABLE (child_id bigint, given text, surname text, born text, sex text, postcode text, street text,
    town text, number text, pupil_number text, full_probes int[])"""
PROBE = f"""
CREATE FUNCTION cases_match_probe(q jsonb) RETURNS {FOUND}
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {probe_sql()} $$
"""
CANDIDATES = f"""
CREATE FUNCTION cases_match_candidates(q jsonb) RETURNS {FOUND}
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE known jsonb := coalesce(nullif(current_setting('pghistory.context_metadata', true), ''), '{{}}')::jsonb;
BEGIN
    IF NOT {MAY_ASK} THEN RETURN; END IF;
    IF NOT {IS_WORKER} THEN
        INSERT INTO audit_auditrow (kind, action, user_id, agency_id, job, target, target_uuids, reason, detail,
            channel, request_id)
        VALUES ('read', 'match.ask', {USER_ID_SQL}, nullif(current_setting('app.agency_id', true), '')::bigint, '',
            'cases.ChildMatch', '{{}}', '', '{{}}', coalesce(known->>'channel', 'web'),
            coalesce(known->>'request', ''));
    END IF;
    RETURN QUERY SELECT * FROM cases_match_probe(q);
END $$
"""
# Whether the asker sees the children found, is excluded from them, and whose duty desk to ask: nothing else.
# Nobody is named whose name would tell where a child is: a refuge, say, or a confidential part.
KNOWN_TO = f"""
CREATE FUNCTION cases_match_known_to(the_children bigint[])
RETURNS TABLE (child_id bigint, child_uuid uuid, seen boolean, excluded boolean, desk bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.uuid,
        EXISTS (SELECT FROM cases_case c WHERE c.child_id = k.id AND cases_case_is_seen(c.id))
            OR (k.recorded_by_team_id = ANY {TEAM_IDS_SQL} AND NOT x.excluded),
        x.excluded,
        (SELECT a.id FROM agencies_agency a JOIN agencies_sector s ON s.id = a.sector_id
         WHERE a.id = coalesce(o.desk, t.agency_id) AND s.code NOT IN ('voluntary', 'other') AND NOT coalesce(o.hidden, false))
    FROM cases_child k
    JOIN agencies_team t ON t.id = k.recorded_by_team_id
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM cases_caseexclusion e WHERE e.child_id = k.id AND e.user_id = {USER_ID_SQL}) AS excluded) x
    LEFT JOIN LATERAL (
        SELECT CASE WHEN c.restricted THEN d.agency_id ELSE c.lead_agency_id END AS desk,
            NOT c.restricted AND EXISTS (
                SELECT FROM cases_involvement i JOIN agencies_team l ON l.id = i.team_id
                WHERE i.case_id = c.id AND i.confidential AND l.agency_id = c.lead_agency_id) AS hidden
        FROM cases_case c LEFT JOIN agencies_team d ON d.id = c.duty_team_id
        WHERE c.child_id = k.id ORDER BY c.status = 'open' DESC, c.id DESC LIMIT 1) o ON true
    WHERE k.id = ANY (the_children) AND {MAY_ASK}
$$
"""
SOURCES = """
    SELECT k.id, n.id, a.id, coalesce(n.given, '')::text, coalesce(n.surname, '')::text, k.born_on, k.sex::text,
        coalesce(a.lines, '')::text, coalesce(a.postcode, '')::text,
        coalesce((SELECT i.value FROM cases_childidentifier i WHERE i.child_id = k.id AND i.kind = 'nhs'
                  ORDER BY i.until IS NULL DESC, i.verified DESC, i.id DESC LIMIT 1), '')::text,
        coalesce((SELECT i.value FROM cases_childidentifier i WHERE i.child_id = k.id AND i.kind = 'upn'
                  ORDER BY i.until IS NULL DESC, i.verified DESC, i.id DESC LIMIT 1), '')::text
    FROM cases_child k
    LEFT JOIN cases_childname n ON n.child_id = k.id
    LEFT JOIN cases_address a ON a.child_id = k.id AND NOT a.is_protected
"""
DUE = f"""
CREATE FUNCTION cases_match_due(most int)
RETURNS TABLE (child_id bigint, name_id bigint, address_id bigint, given text, surname text, born_on date, sex text,
    lines text, postcode text, number text, pupil_number text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE children bigint[];
BEGIN
    IF NOT {IS_WORKER} THEN RETURN; END IF;
    SELECT array_agg(l.id) INTO children FROM (
        SELECT k.id FROM cases_childmatchdue d JOIN cases_child k ON k.id = d.child_id
        ORDER BY d.since LIMIT most FOR NO KEY UPDATE OF k SKIP LOCKED) l;
    RETURN QUERY {SOURCES} WHERE k.id = ANY (children) ORDER BY k.id;
END $$
"""
NOTE_DUE = """
CREATE FUNCTION cases_match_note_due() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases_child' THEN
        INSERT INTO cases_childmatchdue (child_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO cases_childmatchdue (child_id) VALUES (NEW.child_id) ON CONFLICT DO NOTHING;
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.child_id IS DISTINCT FROM NEW.child_id) THEN
        INSERT INTO cases_childmatchdue (child_id) SELECT id FROM cases_child WHERE id = OLD.child_id
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER match_due AFTER INSERT OR UPDATE OF given, surname, child_id OR DELETE ON cases_childname
FOR EACH ROW EXECUTE FUNCTION cases_match_note_due();
CREATE TRIGGER match_due AFTER INSERT OR UPDATE OF kind, value, until, verified, child_id OR DELETE
ON cases_childidentifier FOR EACH ROW EXECUTE FUNCTION cases_match_note_due();
CREATE TRIGGER match_due AFTER INSERT OR UPDATE OF lines, postcode, is_protected, child_id OR DELETE ON cases_address
FOR EACH ROW EXECUTE FUNCTION cases_match_note_due();
CREATE TRIGGER match_due AFTER UPDATE OF born_on, sex ON cases_child
FOR EACH ROW EXECUTE FUNCTION cases_match_note_due()
"""
# At once and not by the next sweep: an address that becomes protected is compared no more.
FORGET_PROTECTED = """
CREATE FUNCTION cases_match_forget_protected() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_childmatch SET postcode = '', outward = '', street = '', town = '', address_id = NULL
    WHERE address_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER match_forget_protected AFTER UPDATE OF is_protected ON cases_address
FOR EACH ROW WHEN (NEW.is_protected) EXECUTE FUNCTION cases_match_forget_protected()
"""
IN_STEP = """
CREATE FUNCTION cases_match_in_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM cases_childmatchdue d USING (SELECT DISTINCT child_id FROM made) m WHERE d.child_id = m.child_id;
    RETURN NULL;
END $$;
CREATE TRIGGER match_in_step AFTER INSERT ON cases_childmatch
REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION cases_match_in_step()
"""
COUNT_NAMES = f"""
CREATE FUNCTION cases_match_count_names(at_least int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE register bigint;
BEGIN
    IF NOT {IS_WORKER} THEN RETURN NULL; END IF;
    SELECT count(DISTINCT child_id) INTO register FROM cases_childmatch;
    DELETE FROM cases_matchname;
    INSERT INTO cases_matchname (kind, name, children)
    SELECT 'given', given, count(DISTINCT child_id) FROM cases_childmatch WHERE given <> ''
    GROUP BY given HAVING count(DISTINCT child_id) >= at_least
    UNION ALL
    SELECT 'surname', surname, count(DISTINCT child_id) FROM cases_childmatch WHERE surname <> ''
    GROUP BY surname HAVING count(DISTINCT child_id) >= at_least
    UNION ALL SELECT 'all', '', register;
    RETURN register;
END $$
"""
IMMUTABLE = """
CREATE FUNCTION cases_match_weights_stay() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'cases_matchmodel' THEN
        IF OLD.signed_off_on IS NULL AND (NEW.version, NEW.note, NEW.made_at) = (OLD.version, OLD.note, OLD.made_at)
        THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'A version of the matching weights never changes: make a new one.';
END $$;
CREATE TRIGGER weights_stay BEFORE UPDATE OR DELETE ON cases_matchmodel
FOR EACH ROW EXECUTE FUNCTION cases_match_weights_stay();
CREATE TRIGGER weights_stay BEFORE UPDATE OR DELETE ON cases_matchweight
FOR EACH ROW EXECUTE FUNCTION cases_match_weights_stay()
"""
DROP = """
DROP FUNCTION cases_match_weights_stay() CASCADE;
DROP FUNCTION cases_match_count_names(int);
DROP FUNCTION cases_match_in_step() CASCADE;
DROP FUNCTION cases_match_forget_protected() CASCADE;
DROP FUNCTION cases_match_note_due() CASCADE;
DROP FUNCTION cases_match_due(int);
DROP FUNCTION cases_match_known_to(bigint[]);
DROP FUNCTION cases_match_candidates(jsonb);
DROP FUNCTION cases_match_probe(jsonb)
"""
EVERYBODY_IS_DUE = "INSERT INTO cases_childmatchdue (child_id) SELECT id FROM cases_child ON CONFLICT DO NOTHING"


def first_weights(apps, schema_editor):
    """Write the weights that come with the program as version 1."""
    model = apps.get_model("cases", "MatchModel").objects.create(
        version=1,
        note="Set by hand from the levels of FEBRL 1 and 2 and of made-up British households; see docs/performance.md",
        signed_off_by="Safeguard’s maintainers, until the authority signs off a version of its own",
        signed_off_on="2026-11-25",
    )
    weight = apps.get_model("cases", "MatchWeight")
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        weight.objects.bulk_create(weight(model=model, **row) for row in csv.DictReader(file))


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_matching")]
    operations = [
        migrations.RunPython(first_weights, migrations.RunPython.noop),
        migrations.RunSQL(
            [PROBE, CANDIDATES, KNOWN_TO, DUE, NOTE_DUE, FORGET_PROTECTED, IN_STEP, COUNT_NAMES, IMMUTABLE], DROP
        ),
        migrations.RunSQL(EVERYBODY_IS_DUE, migrations.RunSQL.noop),
        EnableRowSecurity("cases_childmatch"),
        Policy("cases_childmatch", "seen", roles=(WEB_ROLE, WORKER_ROLE), using=OF_SEEN_CHILD, check=OF_SEEN_CHILD),
        Policy("cases_childmatch", "kept", roles=(WORKER_ROLE,), using=NOBODY, check=NOBODY),
        EnableRowSecurity("cases_childmatchdue"),
    ]
