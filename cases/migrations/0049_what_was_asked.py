"""What the worker may know of what was asked in order to remind people: no name, no text, and nobody else may ask."""

from django.db import migrations

# The worker without a reader: in operation only its role passes (see 0006).
IS_WORKER = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
HOLDS = "i.since <= statement_timestamp() AND (i.until IS NULL OR i.until > statement_timestamp())"
# Under which key the reminders of a request are kept: see cases/asking.py.
KEY = """
CREATE FUNCTION cases_request_key(the_kind text, the_pk bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$ SELECT md5(the_kind || ':' || the_pk::text)::uuid $$
"""
# To confirm that an entry was read, to answer in a discussion, and to contribute to a meeting: whose it is, by
# which day it is wanted (a receipt has none), and whether it still is. A team whose part is confidential cannot
# answer in another's discussion, where everybody would learn of it: it is not reminded of what it cannot do.
# Runs with the rights of whoever calls it.
REQUESTS = f"""
CREATE FUNCTION cases_requests()
RETURNS TABLE (kind text, pk bigint, about uuid, case_id bigint, agency_id bigint, team_ids bigint[],
    asked_at timestamptz, due_on date, is_wanted boolean)
LANGUAGE sql STABLE AS $$
    SELECT 'receipt'::text, r.id, e.uuid, e.case_id, r.agency_id,
        ARRAY(SELECT i.team_id FROM cases_involvement i JOIN agencies_team t ON t.id = i.team_id
              WHERE i.case_id = e.case_id AND t.agency_id = r.agency_id AND {HOLDS}),
        r.asked_at, NULL::date, r.confirmed_by_id IS NULL
    FROM cases_entryreceipt r JOIN cases_timelineentry e ON e.id = r.entry_id
    UNION ALL
    SELECT 'answer', a.id, h.uuid, h.case_id, t.agency_id, ARRAY[i.team_id], e.recorded_at, h.answer_by,
        {HOLDS} AND (NOT i.confidential OR e.author_group_id = t.group_id) AND NOT EXISTS (
            SELECT FROM cases_threadmessage m WHERE m.thread_id = h.id AND m.author_team_id = i.team_id)
    FROM cases_threadasked a JOIN cases_thread h ON h.id = a.thread_id
    JOIN cases_timelineentry e ON e.id = h.entry_id
    JOIN cases_involvement i ON i.id = a.involvement_id JOIN agencies_team t ON t.id = i.team_id
    WHERE h.answer_by IS NOT NULL
    UNION ALL
    SELECT 'contribution', s.id, m.uuid, m.case_id, t.agency_id, ARRAY[i.team_id], e.recorded_at, m.contributions_by,
        {HOLDS} AND m.state = 'planned' AND m.planned_for > statement_timestamp() AND NOT EXISTS (
            SELECT FROM cases_meetingcontribution c WHERE c.meeting_id = m.id AND c.involvement_id = i.id)
    FROM cases_meetingseat s JOIN cases_meeting m ON m.id = s.meeting_id
    JOIN cases_timelineentry e ON e.id = m.entry_id
    JOIN cases_involvement i ON i.id = s.involvement_id JOIN agencies_team t ON t.id = i.team_id
    WHERE s.asked AND m.contributions_by IS NOT NULL
$$
"""
ASKED = f"""
CREATE FUNCTION cases_asked(the_kind text, the_pk bigint)
RETURNS TABLE (pk bigint, about uuid, case_uuid uuid, reference varchar, is_wanted boolean, agency_id bigint,
    team_ids bigint[], asked_at timestamptz, due_on date, lead_agency_id bigint, profile_id bigint, excluded bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.pk, a.about, c.uuid, c.reference, a.is_wanted AND c.status = 'open', a.agency_id, a.team_ids,
        a.asked_at, a.due_on, c.lead_agency_id, c.profile_id,
        ARRAY(SELECT x.user_id FROM cases_caseexclusion x WHERE x.case_id = c.id)
    FROM cases_requests() a JOIN cases_case c ON c.id = a.case_id
    WHERE a.kind = the_kind AND a.pk = the_pk AND {IS_WORKER}
$$
"""
UNPLANNED = f"""
CREATE FUNCTION cases_unplanned_requests(the_kind text, most bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.pk FROM cases_requests() a JOIN cases_case c ON c.id = a.case_id
    WHERE a.kind = the_kind AND a.is_wanted AND c.status = 'open' AND {IS_WORKER} AND NOT EXISTS (
        SELECT FROM notifications_reminderstage s
        WHERE s.subject = cases_request_key(the_kind, a.pk) AND s.kind = the_kind AND s.occasion = a.pk::text)
    ORDER BY a.asked_at, a.pk LIMIT most
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0048_match_queue_rules"), ("notifications", "0006_told_as_and_texts")]
    operations = [
        migrations.RunSQL(KEY, "DROP FUNCTION cases_request_key(text, bigint)"),
        migrations.RunSQL(REQUESTS, "DROP FUNCTION cases_requests()"),
        migrations.RunSQL(ASKED, "DROP FUNCTION cases_asked(text, bigint)"),
        migrations.RunSQL(UNPLANNED, "DROP FUNCTION cases_unplanned_requests(text, bigint)"),
    ]
