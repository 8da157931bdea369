"""Live timelines: what tells the web that something changed, and who of those who wait may know.

Notifications carry ids only. They come with the commit, and once however often a transaction makes them.
"""

from django.db import migrations

LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"

# What is brought in by the thousand is no news: nobody is told of a statement that writes more than this.
MOST_ENTRIES = 50
NEW_ENTRIES = f"""
CREATE FUNCTION cases_tell_of_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT {MOST_ENTRIES + 1}) few) <= {MOST_ENTRIES} THEN
        PERFORM pg_notify('safeguard_live', 'entry ' || n.case_id || ' ' || n.id) FROM new_rows n;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION cases_tell_of_readers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT {MOST_ENTRIES + 1}) few) <= {MOST_ENTRIES} THEN
        PERFORM pg_notify('safeguard_live', 'entry ' || e.case_id || ' ' || e.id)
        FROM (SELECT DISTINCT entry_id FROM new_rows) n JOIN cases_timelineentry e ON e.id = n.entry_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_of_entries AFTER INSERT ON cases_timelineentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cases_tell_of_entries();
CREATE TRIGGER tell_of_audiences AFTER UPDATE ON cases_timelineentry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cases_tell_of_entries();
CREATE TRIGGER tell_of_readers AFTER INSERT ON cases_timelineentryreader
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cases_tell_of_readers()
"""

# Whatever may have taken a right away has everybody who waits checked again.
LOSSES = {
    "cases_casegroupgrant": "UPDATE OF since, until, restricted OR DELETE",
    "cases_caseusergrant": "UPDATE OF since, until OR DELETE",
    "cases_caseexclusion": "INSERT",
    "agencies_membership": "UPDATE",
    "agencies_membership_teams": "DELETE",
    "agencies_team": "UPDATE OF is_active",
    "agencies_agency": "UPDATE OF status",
    "agencies_user": "UPDATE OF is_active",
    "django_session": "DELETE",
}
LOST_RIGHTS = """
CREATE FUNCTION cases_tell_of_losses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('safeguard_live', 'check');
    RETURN NULL;
END $$;
""" + ";\n".join(
    f"CREATE TRIGGER tell_of_losses AFTER {events} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION cases_tell_of_losses()"
    for table, events in LOSSES.items()
)

# One statement for all who wait. Each element of `waiting` is an open stream: its number, its case, the
# membership it was opened under, its session's key and, once, the time from which it may have missed something.
# Everything else is looked up anew, so that nothing is believed of a stream that has ceased to hold.
# One row for each stream that still holds, with the entry that it may know of; a stream without a row ends.
# It runs as the owner, since the policies know of one reader at a time. It gives public keys, no content.
HINTS = f"""
CREATE FUNCTION cases_live_hints(
    waiting jsonb, the_entries bigint[], working_roles text[], idle interval, longest interval)
RETURNS TABLE (stream bigint, entry uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH open_streams AS MATERIALIZED (
        SELECT w.stream, w.case_id, w.since, m.user_id, m.agency_id, m.clearance, 1 << s.bit AS mask,
               array_agg(t.id) FILTER (WHERE t.is_active) AS teams,
               array_agg(t.group_id) FILTER (WHERE t.is_active) AS groups
        FROM jsonb_to_recordset(waiting)
            AS w(stream bigint, case_id bigint, membership uuid, session text, since timestamptz)
        JOIN django_session d ON d.session_key = w.session AND d.expire_date > statement_timestamp()
        JOIN agencies_membership m ON m.uuid = w.membership AND {LIVE.format("m")}
            AND m.roles::text[] && working_roles
        JOIN agencies_user u ON u.id = m.user_id AND u.is_active
        JOIN agencies_agency a ON a.id = m.agency_id AND a.status = 'active'
        JOIN agencies_sector s ON s.id = a.sector_id
        LEFT JOIN agencies_membership_teams mt ON mt.membership_id = m.id
        LEFT JOIN agencies_team t ON t.id = mt.team_id
        WHERE NOT EXISTS (
            SELECT FROM usersessions_usersession p WHERE p.session_key = w.session
            AND (p.last_seen_at < statement_timestamp() - idle OR p.created_at < statement_timestamp() - longest))
        GROUP BY w.stream, w.case_id, w.since, m.user_id, m.agency_id, m.clearance, s.bit
    ), seeing AS MATERIALIZED (
        SELECT o.* FROM open_streams o
        WHERE NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = o.case_id AND x.user_id = o.user_id)
          AND (EXISTS (SELECT FROM cases_casegroupgrant g WHERE g.case_id = o.case_id AND g.group_id = ANY (o.groups)
                       AND NOT g.restricted AND {LIVE.format("g")})
            OR EXISTS (SELECT FROM cases_caseusergrant u WHERE u.case_id = o.case_id AND u.user_id = o.user_id
                       AND {LIVE.format("u")}))
    )
    SELECT o.stream, e.uuid FROM seeing o
    LEFT JOIN cases_timelineentry e ON e.case_id = o.case_id
        AND (e.id = ANY (the_entries) OR (e.recorded_at > o.since AND e.author_id IS DISTINCT FROM o.user_id))
        AND (e.author_group_id = ANY (o.groups) OR (e.sensitivity <= o.clearance AND (
            (e.audience_mask & o.mask) <> 0 OR (e.has_named AND EXISTS (
                SELECT FROM cases_timelineentryreader r WHERE r.entry_id = e.id
                AND (r.user_id = o.user_id OR r.team_id = ANY (o.teams) OR r.agency_id = o.agency_id))))))
$$
"""
DROP = """
DROP FUNCTION cases_live_hints(jsonb, bigint[], text[], interval, interval);
DROP FUNCTION cases_tell_of_losses() CASCADE;
DROP FUNCTION cases_tell_of_readers() CASCADE;
DROP FUNCTION cases_tell_of_entries() CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_timeline_page"),
        ("agencies", "0009_form_submission_by_address"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]
    operations = [migrations.RunSQL([NEW_ENTRIES, LOST_RIGHTS, HINTS], DROP)]
