"""Whose names are held against whose, who can lead a case today, and who sees a proposed exclusion."""

from django.db import migrations

from safeguard.common.row_security import USER_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

NOBODY = "nullif(current_setting('app.user_id', true), '') IS NULL"
IS_WORKER = f"({NOBODY} AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER'))"
LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
# Roles that open no case (agencies/roles.py); whoever holds another one works with cases.
WITHOUT_CASES = "ARRAY['information_governance_lead', 'analyst', 'administrator']::varchar[]"
WORKS = f"{LIVE.format('m')} AND NOT m.roles <@ {WITHOUT_CASES} AND a.status = 'active'"
# An account that was closed, a membership that ended, a role that opens no case: none of them leads anything.
LEADERS = f"""
CREATE FUNCTION cases_leaders(the_case bigint, the_agency bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT u.id::bigint FROM agencies_membership m
    JOIN agencies_user u ON u.id = m.user_id AND u.is_active
    JOIN agencies_agency a ON a.id = m.agency_id
    WHERE {WORKS} AND (the_agency IS NULL OR m.agency_id = the_agency)
    AND (m.id IN (SELECT o.membership_id FROM cases_casegroupgrant g
            JOIN agencies_team t ON t.group_id = g.group_id AND t.is_active
            JOIN agencies_membership_teams o ON o.team_id = t.id
            WHERE g.case_id = the_case AND g.level = 3 AND NOT g.restricted AND {LIVE.format("g")})
        OR u.id IN (SELECT g.user_id FROM cases_caseusergrant g
            WHERE g.case_id = the_case AND g.level = 3 AND {LIVE.format("g")}))
    AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = the_case AND x.user_id = u.id)
$$;
REVOKE EXECUTE ON FUNCTION cases_leaders(bigint, bigint) FROM PUBLIC
"""
# The row is locked until the change is committed, also where it was there: what is taken meanwhile is due again.
NOTE = """
CREATE FUNCTION cases_conflict_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'agencies_membership' THEN
        INSERT INTO cases_conflictdue (user_id) VALUES (NEW.user_id)
        ON CONFLICT (user_id) DO UPDATE SET since = excluded.since;
    ELSIF TG_TABLE_NAME = 'agencies_user' THEN
        INSERT INTO cases_conflictdue (user_id) VALUES (NEW.id)
        ON CONFLICT (user_id) DO UPDATE SET since = excluded.since;
    ELSIF TG_TABLE_NAME = 'cases_involvement' THEN
        INSERT INTO cases_conflictdue (case_id) VALUES (NEW.case_id)
        ON CONFLICT (case_id) DO UPDATE SET since = excluded.since;
    ELSIF TG_TABLE_NAME = 'cases_person' THEN
        INSERT INTO cases_conflictdue (case_id)
        SELECT c.id FROM cases_case c WHERE c.status = 'open' AND c.child_id IN (
            SELECT cases_records_of(r.child_id, false) FROM cases_relationship r WHERE r.person_id = NEW.id)
        ORDER BY c.id ON CONFLICT (case_id) DO UPDATE SET since = excluded.since;
    ELSE
        INSERT INTO cases_conflictdue (case_id)
        SELECT c.id FROM cases_case c WHERE c.status = 'open' AND c.child_id IN (SELECT cases_records_of(
            CASE WHEN TG_TABLE_NAME = 'cases_samechild' THEN (to_jsonb(NEW)->>'kept_id')::bigint
                 ELSE (to_jsonb(NEW)->>'child_id')::bigint END, false))
        ORDER BY c.id ON CONFLICT (case_id) DO UPDATE SET since = excluded.since;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER conflict_due AFTER INSERT OR UPDATE OF agency_id, user_id, since, until, roles ON agencies_membership
FOR EACH ROW EXECUTE FUNCTION cases_conflict_note();
CREATE TRIGGER conflict_due AFTER UPDATE OF name, is_active ON agencies_user
FOR EACH ROW WHEN (OLD.name <> NEW.name OR OLD.is_active <> NEW.is_active) EXECUTE FUNCTION cases_conflict_note();
CREATE TRIGGER conflict_due AFTER INSERT OR UPDATE OF until ON cases_involvement
FOR EACH ROW EXECUTE FUNCTION cases_conflict_note();
CREATE TRIGGER conflict_due AFTER UPDATE OF name, born_on ON cases_person
FOR EACH ROW EXECUTE FUNCTION cases_conflict_note();
CREATE TRIGGER conflict_due AFTER INSERT OR UPDATE OF until ON cases_relationship
FOR EACH ROW EXECUTE FUNCTION cases_conflict_note();
CREATE TRIGGER conflict_due AFTER INSERT ON cases_samechild
FOR EACH ROW EXECUTE FUNCTION cases_conflict_note()
"""
# Taken off the list with the transaction that goes through them: what fails is due again.
DUE = f"""
CREATE FUNCTION cases_conflict_due(most int) RETURNS TABLE (case_id bigint, user_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT {IS_WORKER} THEN RETURN; END IF;
    RETURN QUERY WITH l AS MATERIALIZED (
        SELECT id FROM cases_conflictdue ORDER BY since, id LIMIT most FOR UPDATE SKIP LOCKED)
    DELETE FROM cases_conflictdue d USING l WHERE d.id = l.id RETURNING d.case_id::bigint, d.user_id::bigint;
END $$
"""
# Names that share most of their letters; which of them are one name, Python says (cases/matching/people.py). Of a
# person's parts in a case the open one stands for all: who may not know of a confidential part sees no proposal of it.
SAME_NAME = "lower(p.name) % lower(u.name)"
PLACES = f"""
    JOIN cases_involvement i ON i.case_id = c.id AND (i.until IS NULL OR i.until > statement_timestamp())
    JOIN agencies_team t ON t.id = i.team_id
    JOIN agencies_agency a ON a.id = t.agency_id
    JOIN agencies_membership m ON m.agency_id = t.agency_id AND {WORKS}"""
ADULT = (
    "r.until IS NULL AND p.child_id IS NULL AND (p.born_on IS NULL OR p.born_on <= current_date - interval '18 years')"
)
FOUND = "c.id, c.uuid, c.lead_agency_id, r.id, p.name::text, u.id, u.name::text, i.id, i.confidential, i.started_by_id"
ALIKE = f"""
CREATE FUNCTION cases_conflict_alike(the_cases bigint[], the_users bigint[]) RETURNS TABLE (case_id bigint,
    case_uuid uuid, lead_agency_id bigint, relationship_id bigint, adult text, user_id bigint, person text,
    involvement_id bigint, confidential boolean, started_by_id bigint, leaders bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT {IS_WORKER} THEN RETURN; END IF;
    RETURN QUERY
    SELECT DISTINCT ON (f.c, f.r, f.u) f.c::bigint, f.cu, f.la::bigint, f.r::bigint, f.pn, f.u::bigint, f.un, f.i::bigint,
        f.co, f.sb::bigint, ARRAY(SELECT cases_leaders(f.c::bigint, f.la::bigint))
    FROM (
        SELECT {FOUND} FROM cases_case c
        JOIN cases_relationship r ON r.child_id IN (SELECT cases_records_of(c.child_id, false))
        JOIN cases_person p ON p.id = r.person_id AND {ADULT}
        {PLACES}
        JOIN agencies_user u ON u.id = m.user_id AND u.is_active AND {SAME_NAME}
        WHERE c.id = ANY (the_cases) AND c.status = 'open'
        UNION
        SELECT {FOUND} FROM agencies_user u
        JOIN cases_person p ON {SAME_NAME}
        JOIN cases_relationship r ON r.person_id = p.id AND {ADULT}
        JOIN cases_case c ON c.status = 'open' AND c.child_id IN (SELECT cases_records_of(r.child_id, false))
        {PLACES} AND m.user_id = u.id
        WHERE u.id = ANY (the_users) AND u.is_active
    ) f(c, cu, la, r, pn, u, un, i, co, sb)
    WHERE NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = f.c AND x.user_id = f.u)
        AND NOT EXISTS (SELECT FROM cases_exclusionproposal e
            WHERE e.case_id = f.c AND e.user_id = f.u AND e.relationship_id = f.r)
    ORDER BY f.c, f.r, f.u, f.co, f.i;
END $$
"""
DROP = """
DROP FUNCTION cases_conflict_alike(bigint[], bigint[]);
DROP FUNCTION cases_conflict_due(int);
DROP FUNCTION cases_conflict_note() CASCADE;
DROP FUNCTION cases_leaders(bigint, bigint)
"""
# What is there already is looked through as well.
EVERYTHING_IS_DUE = """
INSERT INTO cases_conflictdue (case_id) SELECT c.id FROM cases_case c WHERE c.status = 'open'
    AND EXISTS (SELECT FROM cases_relationship r WHERE r.child_id = c.child_id)
"""
# The part and the relationship are asked as the reader, by their own policies.
SEEN = f"""user_id <> {USER_ID_SQL} AND cases_case_is_led(case_id)
    AND EXISTS (SELECT FROM cases_involvement i WHERE i.id = cases_exclusionproposal.involvement_id OFFSET 0)
    AND EXISTS (SELECT FROM cases_relationship r WHERE r.id = cases_exclusionproposal.relationship_id OFFSET 0)"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0052_conflicts"), ("agencies", "0017_submission_digest")]
    operations = [
        migrations.RunSQL([LEADERS, NOTE, DUE, ALIKE], DROP),
        migrations.RunSQL(EVERYTHING_IS_DUE, migrations.RunSQL.noop),
        EnableRowSecurity("cases_conflictdue"),
        EnableRowSecurity("cases_exclusionproposal"),
        Policy("cases_exclusionproposal", "seen", roles=(WEB_ROLE, WORKER_ROLE), command="SELECT", using=SEEN),
        Policy("cases_exclusionproposal", "decided", roles=(WEB_ROLE,), command="UPDATE", using=SEEN, check=SEEN),
        Policy("cases_exclusionproposal", "kept", roles=(WORKER_ROLE,), using=NOBODY, check=NOBODY),
    ]
