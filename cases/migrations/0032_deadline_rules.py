"""Who sees a deadline, when a grant's next_due_at moves, and how a leaver's deadlines pass to the team."""

from django.db import migrations

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
TABLE = "cases_deadline"
# The policies of the case and of the entry answer for themselves; see 0003 for OFFSET 0 and the open case.
SEEN = """(cases_deadline.case_id = (SELECT cases_open_case())
        OR EXISTS (SELECT FROM cases_case c WHERE c.id = cases_deadline.case_id OFFSET 0))
    AND (cases_deadline.entry_id IS NULL
        OR EXISTS (SELECT FROM cases_timelineentry e WHERE e.id = cases_deadline.entry_id OFFSET 0))"""
RUNNING = "d.met_at IS NULL AND d.superseded_at IS NULL AND d.waived_at IS NULL"
# A group's date moves only for deadlines that each of its members may see; a person's, who may act for
# several agencies, only for those that everybody who sees the case may see.
NEXT_DUE = f"""
CREATE FUNCTION cases_next_due(the_case bigint, the_group int) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(d.due_at) FROM cases_deadline d LEFT JOIN cases_timelineentry e ON e.id = d.entry_id
    WHERE d.case_id = the_case AND {RUNNING}
      AND (d.entry_id IS NULL OR cases_entry_seen_by_group(e, the_group))
$$;
CREATE FUNCTION cases_next_due_for_all(the_case bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(d.due_at) FROM cases_deadline d LEFT JOIN cases_timelineentry e ON e.id = d.entry_id
    WHERE d.case_id = the_case AND {RUNNING}
      AND (d.entry_id IS NULL OR (e.audience_mask = 2147483647 AND e.sensitivity = 0))
$$;
CREATE FUNCTION cases_renew_next_due(the_case bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE cases_casegroupgrant g SET next_due_at = n.at
    FROM (SELECT o.id, cases_next_due(o.case_id, o.group_id) AS at FROM cases_casegroupgrant o
          WHERE o.case_id = the_case) n
    WHERE n.id = g.id AND g.next_due_at IS DISTINCT FROM n.at;
    UPDATE cases_caseusergrant u SET next_due_at = n.at FROM (SELECT cases_next_due_for_all(the_case) AS at) n
    WHERE u.case_id = the_case AND u.next_due_at IS DISTINCT FROM n.at
$$
"""
NEXT_DUE_DROP = """
DROP FUNCTION cases_renew_next_due(bigint);
DROP FUNCTION cases_next_due_for_all(bigint);
DROP FUNCTION cases_next_due(bigint, int)
"""
TRIGGERS = """
CREATE FUNCTION cases_deadline_moves_dates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM cases_renew_next_due(coalesce(NEW.case_id, OLD.case_id));
    RETURN NULL;
END $$;
CREATE TRIGGER deadline_moves_dates
AFTER INSERT OR DELETE OR UPDATE OF due_at, met_at, superseded_at, waived_at ON cases_deadline
FOR EACH ROW EXECUTE FUNCTION cases_deadline_moves_dates();
CREATE FUNCTION cases_audience_moves_due() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE the_case bigint;
BEGIN
    IF TG_TABLE_NAME = 'cases_timelineentry' THEN
        IF NOT EXISTS (SELECT FROM cases_deadline d WHERE d.entry_id = NEW.id) THEN RETURN NULL; END IF;
        the_case := NEW.case_id;
    ELSE
        SELECT d.case_id INTO the_case FROM cases_deadline d
        WHERE d.entry_id = coalesce(NEW.entry_id, OLD.entry_id) LIMIT 1;
        IF the_case IS NULL THEN RETURN NULL; END IF;
    END IF;
    PERFORM cases_renew_next_due(the_case);
    RETURN NULL;
END $$;
CREATE TRIGGER audience_moves_due
AFTER UPDATE OF audience_mask, sensitivity, has_named ON cases_timelineentry
FOR EACH ROW EXECUTE FUNCTION cases_audience_moves_due();
CREATE TRIGGER readers_move_due AFTER INSERT OR DELETE ON cases_timelineentryreader
FOR EACH ROW EXECUTE FUNCTION cases_audience_moves_due();
CREATE FUNCTION cases_grant_takes_due() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases_casegroupgrant' THEN
        NEW.next_due_at := cases_next_due(NEW.case_id, NEW.group_id);
    ELSE
        NEW.next_due_at := cases_next_due_for_all(NEW.case_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_takes_due BEFORE INSERT ON cases_casegroupgrant
FOR EACH ROW EXECUTE FUNCTION cases_grant_takes_due();
CREATE TRIGGER grant_takes_due BEFORE INSERT ON cases_caseusergrant
FOR EACH ROW EXECUTE FUNCTION cases_grant_takes_due()
"""
TRIGGERS_DROP = """
DROP FUNCTION cases_grant_takes_due() CASCADE;
DROP FUNCTION cases_audience_moves_due() CASCADE;
DROP FUNCTION cases_deadline_moves_dates() CASCADE
"""
DRIFT = """
CREATE FUNCTION cases_next_due_drift()
RETURNS TABLE (grant_id bigint, case_id bigint, mirrored_key text, held text, rule text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.id, g.case_id, 'next_due_at', g.next_due_at::text, due.at::text
    FROM cases_casegroupgrant g CROSS JOIN LATERAL (SELECT cases_next_due(g.case_id, g.group_id) AS at) due
    WHERE g.next_due_at IS DISTINCT FROM due.at
$$
"""
# Counts for the manager who asks, and passes on in the transaction that ends the membership: see 0006.
LEAVING = f"""
CREATE FUNCTION cases_deadlines_held(the_user bigint, the_agency bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM cases_deadline d
    WHERE d.person_id = the_user AND d.agency_id = the_agency AND {RUNNING} AND cases_may_manage(the_agency)
$$;
CREATE FUNCTION cases_pass_deadlines_on(the_user bigint, the_agency bigint) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT cases_may_manage(the_agency) THEN RETURN; END IF;
    RETURN QUERY UPDATE cases_deadline d SET person_id = NULL
    WHERE d.person_id = the_user AND d.agency_id = the_agency AND {RUNNING} RETURNING d.uuid;
END $$
"""
LEAVING_DROP = """
DROP FUNCTION cases_pass_deadlines_on(bigint, bigint);
DROP FUNCTION cases_deadlines_held(bigint, bigint)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0031_deadlines")]
    operations = [
        migrations.RunSQL(NEXT_DUE, NEXT_DUE_DROP),
        migrations.RunSQL(TRIGGERS, TRIGGERS_DROP),
        migrations.RunSQL(DRIFT, "DROP FUNCTION cases_next_due_drift()"),
        migrations.RunSQL(LEAVING, LEAVING_DROP),
        EnableRowSecurity(TABLE),
        Policy(TABLE, "seen", roles=ROLES, using=SEEN, check=SEEN),
    ]
