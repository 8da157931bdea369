"""What the database holds of two records of one child (docs/adr/0011-merging.md).

* A record is merged into one other at most, which is itself not merged away: no circle can come about.
* Merged records have at most one open case, and their cases are all restricted or none is, when they are merged.
* Whoever is excluded from one record is excluded from the others: rows that are made and ended here.

Locks: one advisory lock for the whole structure, shared by what only reads it (a new case, an exclusion) and
taken alone by what changes it, then one for the records that are merged together. Cases are locked before.
"""

from django.db import migrations

from safeguard.common.row_security import TEAM_IDS_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
# A pair is for whoever may read both records: a concern about the child opens neither.
SEEN = "cases_record_is_seen(kept_id) AND cases_record_is_seen(other_id)"
# As the caller: a reader walks over those pairs alone of which they see both records.
RECORDS_OF = """
CREATE FUNCTION cases_records_of(the_child bigint, only_merged boolean) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH RECURSIVE found(id) AS (
        SELECT the_child
        UNION
        SELECT CASE WHEN s.kept_id = f.id THEN s.other_id ELSE s.kept_id END
        FROM found f JOIN cases_samechild s ON (s.kept_id = f.id OR s.other_id = f.id)
            AND s.ended_at IS NULL AND (s.merged OR NOT only_merged)
    ) SELECT id FROM found
$$
"""
# An exclusion names a case; a record without one is closed by a row that names the case it comes from.
SYNC = """
CREATE FUNCTION cases_same_child_exclusions(the_child bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE records bigint[] := ARRAY(SELECT cases_records_of(the_child, false));
BEGIN
    DELETE FROM cases_caseexclusion d WHERE d.from_same_child AND d.child_id = ANY (records) AND NOT EXISTS (
        SELECT FROM cases_caseexclusion x WHERE NOT x.from_same_child AND x.user_id = d.user_id
            AND x.child_id = ANY (records) AND x.child_id <> d.child_id
            AND (d.case_id = x.case_id OR EXISTS (
                SELECT FROM cases_case c WHERE c.id = d.case_id AND c.child_id = d.child_id)));
    INSERT INTO cases_caseexclusion (case_id, child_id, user_id, reason, since, excluded_by_id, from_same_child)
    SELECT DISTINCT ON (coalesce(c.id, x.case_id), r.id, x.user_id) coalesce(c.id, x.case_id), r.id, x.user_id,
        'Excluded from another record of the same child', x.since, x.excluded_by_id, true
    FROM cases_caseexclusion x
    CROSS JOIN unnest(records) r(id)
    LEFT JOIN cases_case c ON c.child_id = r.id
    WHERE NOT x.from_same_child AND x.child_id = ANY (records) AND r.id <> x.child_id
    ORDER BY coalesce(c.id, x.case_id), r.id, x.user_id, x.id
    ON CONFLICT DO NOTHING;
END $$;
REVOKE EXECUTE ON FUNCTION cases_same_child_exclusions(bigint) FROM PUBLIC
"""
LOCK = "pg_advisory_xact_lock{}(hashtext('cases_samechild'))"
BEFORE_SAID = f"""
CREATE FUNCTION cases_same_child_said() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    records bigint[]; cases record;
BEGIN
    PERFORM {LOCK.format("")};
    IF TG_OP = 'UPDATE' OR NOT NEW.merged THEN RETURN NEW; END IF;
    IF EXISTS (SELECT FROM cases_samechild s WHERE s.other_id = NEW.kept_id AND s.merged AND s.ended_at IS NULL)
        OR NEW.other_id IN (SELECT cases_records_of(NEW.kept_id, true)) THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_kept_is_not_merged',
            MESSAGE = 'samechild_kept_is_not_merged: the record to keep is merged itself.';
    END IF;
    records := ARRAY(SELECT cases_records_of(NEW.kept_id, true) UNION SELECT cases_records_of(NEW.other_id, true));
    SELECT count(*) FILTER (WHERE status = 'open') AS opened, count(*) FILTER (WHERE restricted) AS restricted,
        count(*) AS "all" INTO cases FROM cases_case WHERE child_id = ANY (records);
    IF cases.opened > 1 THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_one_open_case',
            MESSAGE = 'samechild_one_open_case: both records have an open case.';
    END IF;
    IF cases.restricted NOT IN (0, cases."all") THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_restricted_alike',
            MESSAGE = 'samechild_restricted_alike: one record has a restricted case, the other one that is not.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER same_child_said BEFORE INSERT OR UPDATE ON cases_samechild
FOR EACH ROW EXECUTE FUNCTION cases_same_child_said()
"""
# A case that is open must keep somebody who can lead it: an exclusion that comes with the other record is
# held to what an exclusion by hand is held to.
AFTER_SAID = """
CREATE FUNCTION cases_same_child_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_same_child_exclusions(NEW.kept_id);
    PERFORM cases_same_child_exclusions(NEW.other_id);
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM cases_case c WHERE c.status = 'open' AND c.child_id IN (SELECT cases_records_of(NEW.kept_id, false))
        AND EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.from_same_child)
        AND NOT EXISTS (
            SELECT FROM cases_casegroupgrant g JOIN agencies_user_groups m ON m.group_id = g.group_id
            JOIN agencies_user u ON u.id = m.user_id AND u.is_active
            WHERE g.case_id = c.id AND g.level = 3 AND NOT g.restricted AND g.since <= statement_timestamp()
                AND (g.until IS NULL OR g.until > statement_timestamp())
                AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.user_id = m.user_id))
        AND NOT EXISTS (
            SELECT FROM cases_caseusergrant g WHERE g.case_id = c.id AND g.level = 3 AND g.since <= statement_timestamp()
                AND (g.until IS NULL OR g.until > statement_timestamp())
                AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = c.id AND x.user_id = g.user_id))) THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_somebody_leads',
            MESSAGE = 'samechild_somebody_leads: nobody would be left who can lead the open case.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER same_child_follows AFTER INSERT OR UPDATE ON cases_samechild
FOR EACH ROW EXECUTE FUNCTION cases_same_child_follows()
"""
# The name of the rule that a second open case of one record breaks, so that it is answered in the same words.
CASES = f"""
CREATE FUNCTION cases_same_child_one_open_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE records bigint[];
BEGIN
    PERFORM {LOCK.format("_shared")};
    records := ARRAY(SELECT cases_records_of(NEW.child_id, true) ORDER BY 1);
    IF cardinality(records) > 1 THEN
        PERFORM pg_advisory_xact_lock(hashtext('cases_samechild records'), records[1]::int);
        IF NEW.status = 'open' AND EXISTS (SELECT FROM cases_case c
            WHERE c.child_id = ANY (records) AND c.status = 'open' AND c.id <> NEW.id) THEN
            RAISE unique_violation USING CONSTRAINT = 'case_one_open_per_child',
                MESSAGE = 'case_one_open_per_child: another record of the child has an open case.';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER same_child_one_open_case BEFORE INSERT OR UPDATE OF status, child_id ON cases_case
FOR EACH ROW WHEN (NEW.status = 'open') EXECUTE FUNCTION cases_same_child_one_open_case();
CREATE FUNCTION cases_same_child_keeps_out() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE the_child bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.child_id ELSE NEW.child_id END;
BEGIN
    PERFORM {LOCK.format("_shared")};
    IF EXISTS (SELECT FROM cases_samechild s
        WHERE (s.kept_id = the_child OR s.other_id = the_child) AND s.ended_at IS NULL) THEN
        PERFORM pg_advisory_xact_lock(hashtext('cases_samechild records'),
            (SELECT min(r) FROM cases_records_of(the_child, false) r)::int);
        PERFORM cases_same_child_exclusions(the_child);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER same_child_keeps_out AFTER INSERT ON cases_case
FOR EACH ROW EXECUTE FUNCTION cases_same_child_keeps_out();
CREATE TRIGGER same_child_keeps_out_too AFTER INSERT ON cases_caseexclusion
FOR EACH ROW WHEN (NOT NEW.from_same_child) EXECUTE FUNCTION cases_same_child_keeps_out();
CREATE TRIGGER same_child_lets_in AFTER DELETE ON cases_caseexclusion
FOR EACH ROW WHEN (NOT OLD.from_same_child) EXECUTE FUNCTION cases_same_child_keeps_out()
"""
# Of a case that the asker may not see: which duty desk to ask, named as matching names it (migration 0016).
HIDDEN = f"""
CREATE FUNCTION cases_same_child_hidden(the_children bigint[]) RETURNS TABLE (desk bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT (
        SELECT a.id FROM agencies_agency a JOIN agencies_sector s ON s.id = a.sector_id
        WHERE a.id = CASE WHEN c.restricted THEN d.agency_id ELSE c.lead_agency_id END
            AND s.code NOT IN ('voluntary', 'other') AND NOT (NOT c.restricted AND EXISTS (
                SELECT FROM cases_involvement i JOIN agencies_team l ON l.id = i.team_id
                WHERE i.case_id = c.id AND i.confidential AND l.agency_id = c.lead_agency_id)))
    FROM cases_case c JOIN cases_child k ON k.id = c.child_id LEFT JOIN agencies_team d ON d.id = c.duty_team_id
    WHERE c.child_id = ANY (the_children) AND NOT cases_case_is_seen(c.id)
        AND (k.recorded_by_team_id = ANY {TEAM_IDS_SQL}
            OR EXISTS (SELECT FROM cases_case o WHERE o.child_id = k.id AND cases_case_is_seen(o.id)))
        AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.child_id = k.id AND x.user_id = {USER_ID_SQL})
$$
"""
DROP = """
DROP FUNCTION cases_same_child_hidden(bigint[]);
DROP FUNCTION cases_same_child_keeps_out() CASCADE;
DROP FUNCTION cases_same_child_one_open_case() CASCADE;
DROP FUNCTION cases_same_child_follows() CASCADE;
DROP FUNCTION cases_same_child_said() CASCADE;
DROP FUNCTION cases_same_child_exclusions(bigint);
DROP FUNCTION cases_records_of(bigint, boolean)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0039_same_child")]
    operations = [
        migrations.RunSQL([RECORDS_OF, SYNC, BEFORE_SAID, AFTER_SAID, CASES, HIDDEN], DROP),
        EnableRowSecurity("cases_samechild"),
        Policy("cases_samechild", "seen", roles=ROLES, using=SEEN, check=SEEN),
    ]
