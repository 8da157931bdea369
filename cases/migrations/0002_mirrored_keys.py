"""The grants' mirrored list keys, kept by triggers so that no code path can forget them.

The functions belong to the owner and run as the owner (SECURITY DEFINER): the web's role may not see
the grants of other groups, and must not need to.
"""

from django.db import migrations

# An entry moves a group's date only where every member of the group may see it: the author's own
# group, or an ordinary entry whose audience has the group's sector, its team or its agency.
SEEN = """({entry}.author_group_id = {group} OR ({entry}.sensitivity = 0 AND (
        ({entry}.audience_mask & (1 << {bit})) <> 0
        OR ({entry}.has_named AND EXISTS (
            SELECT FROM cases_timelineentryreader r
            WHERE r.entry_id = {entry}.id AND (r.team_id = {team} OR r.agency_id = {agency}) OFFSET 0)))))"""
WHOSE = """agencies_team t JOIN agencies_agency a ON a.id = t.agency_id JOIN agencies_sector s ON s.id = a.sector_id"""
OF_TEAM = {"bit": "s.bit", "team": "t.id", "agency": "a.id"}
SEEN_BY_WHOLE_GROUP = f"""
CREATE FUNCTION cases_entry_seen_by_group(entry cases_timelineentry, the_group int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT entry.author_group_id = the_group OR EXISTS (
        SELECT FROM {WHOSE} WHERE t.group_id = the_group AND {SEEN.format(entry="entry", group="the_group", **OF_TEAM)})
$$
"""
# Never before the case's opening, whether entries or grant came first: an entry only moves a date forward.
# The team is looked up once, not once an entry: a new group may have to go through thousands.
ONE = {column: f"(SELECT {value} FROM {WHOSE} WHERE t.group_id = the_group)" for column, value in OF_TEAM.items()}
NEWEST_FOR_GROUP = f"""
CREATE FUNCTION cases_newest_activity(the_case bigint, the_group int) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT greatest(
        (SELECT e.occurred_at FROM cases_timelineentry e
         WHERE e.case_id = the_case AND {SEEN.format(entry="e", group="the_group", **ONE)}
         ORDER BY e.occurred_at DESC LIMIT 1),
        (SELECT c.opened_at FROM cases_case c WHERE c.id = the_case))
$$
"""
# For the nightly check: every grant whose keys are not what the rule says. It gives ids and dates only.
DRIFT = f"""
CREATE FUNCTION cases_mirrored_key_drift()
RETURNS TABLE (grant_id bigint, case_id bigint, mirrored_key text, held text, rule text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.id, g.case_id, 'restricted', g.restricted::text, c.restricted::text
    FROM cases_casegroupgrant g JOIN cases_case c ON c.id = g.case_id WHERE g.restricted <> c.restricted
    UNION ALL
    SELECT g.id, g.case_id, 'last_activity_at', g.last_activity_at::text, newest.at::text
    FROM cases_casegroupgrant g JOIN cases_case c ON c.id = g.case_id
    LEFT JOIN ({WHOSE}) ON t.group_id = g.group_id
    CROSS JOIN LATERAL (SELECT greatest((
        SELECT e.occurred_at FROM cases_timelineentry e
        WHERE e.case_id = g.case_id AND {SEEN.format(entry="e", group="g.group_id", **OF_TEAM)}
        ORDER BY e.occurred_at DESC LIMIT 1), c.opened_at) AS at) newest
    WHERE g.last_activity_at <> newest.at
$$
"""
NEW_GRANT = """
CREATE FUNCTION cases_grant_takes_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.restricted INTO NEW.restricted FROM cases_case c WHERE c.id = NEW.case_id;
    NEW.last_activity_at := cases_newest_activity(NEW.case_id, NEW.group_id);
    RETURN NEW;
END $$;
CREATE TRIGGER grant_takes_keys BEFORE INSERT ON cases_casegroupgrant
FOR EACH ROW EXECUTE FUNCTION cases_grant_takes_keys()
"""
RESTRICTION = """
CREATE FUNCTION cases_push_restriction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_casegroupgrant SET restricted = NEW.restricted WHERE case_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER push_restriction AFTER UPDATE OF restricted ON cases_case
FOR EACH ROW WHEN (OLD.restricted IS DISTINCT FROM NEW.restricted) EXECUTE FUNCTION cases_push_restriction()
"""
NEW_ENTRY = """
CREATE FUNCTION cases_entry_moves_dates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cases_casegroupgrant g SET last_activity_at = NEW.occurred_at
    WHERE g.case_id = NEW.case_id AND g.last_activity_at < NEW.occurred_at
      AND cases_entry_seen_by_group(NEW, g.group_id);
    RETURN NULL;
END $$;
CREATE TRIGGER entry_moves_dates AFTER INSERT ON cases_timelineentry
FOR EACH ROW EXECUTE FUNCTION cases_entry_moves_dates()
"""
# A changed audience can take the newest entry away from a group: its date is worked out anew.
CHANGED_AUDIENCE = """
CREATE FUNCTION cases_audience_moves_dates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE the_case bigint;
BEGIN
    IF TG_TABLE_NAME = 'cases_timelineentry' THEN
        the_case := NEW.case_id;
    ELSE
        SELECT e.case_id INTO the_case FROM cases_timelineentry e WHERE e.id = coalesce(NEW.entry_id, OLD.entry_id);
    END IF;
    UPDATE cases_casegroupgrant g SET last_activity_at = cases_newest_activity(g.case_id, g.group_id)
    WHERE g.case_id = the_case;
    RETURN NULL;
END $$;
CREATE TRIGGER audience_moves_dates
AFTER UPDATE OF audience_mask, sensitivity, has_named, occurred_at ON cases_timelineentry
FOR EACH ROW EXECUTE FUNCTION cases_audience_moves_dates();
CREATE TRIGGER readers_move_dates AFTER INSERT OR DELETE ON cases_timelineentryreader
FOR EACH ROW EXECUTE FUNCTION cases_audience_moves_dates()
"""
DROP = """
DROP FUNCTION cases_audience_moves_dates() CASCADE;
DROP FUNCTION cases_entry_moves_dates() CASCADE;
DROP FUNCTION cases_push_restriction() CASCADE;
DROP FUNCTION cases_grant_takes_keys() CASCADE;
DROP FUNCTION cases_mirrored_key_drift();
DROP FUNCTION cases_newest_activity(bigint, int) CASCADE;
DROP FUNCTION cases_entry_seen_by_group(cases_timelineentry, int) CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [SEEN_BY_WHOLE_GROUP, NEWEST_FOR_GROUP, DRIFT, NEW_GRANT, RESTRICTION, NEW_ENTRY, CHANGED_AUDIENCE],
            DROP,
        )
    ]
