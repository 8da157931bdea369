-- The large world, determined by its size alone (setting bench.cases): everything that looks random is
-- a hash of the row's number. Run as the superuser with triggers and foreign keys off
-- (session_replication_role = replica), so the mirrored keys are worked out here, all at once.

CREATE SCHEMA bench;
-- A number in [0, 1) for row i; `salt` gives each use its own.
CREATE FUNCTION bench.r(i bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(i, salt) & 9007199254740991)::float8 / 9007199254740992;
CREATE FUNCTION bench.id(kind text, i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(kind || i)::uuid;

-- 300 agencies: 1 is big (30 % of the cases), 2 has old cases only, 3 fresh ones only, 4 is national,
-- 300 is small (200 cases at every scale), the others grow smaller with their number.
CREATE TABLE bench.agency AS
SELECT a AS agency_id, sum(teams) OVER (ORDER BY a)::int - teams AS before, teams, bit
FROM (SELECT a, CASE a WHEN 1 THEN 5 WHEN 4 THEN 45 ELSE 3 END AS teams,
             CASE WHEN a = 1 THEN 0 WHEN a = 300 THEN 1 ELSE a % 6 END AS bit FROM generate_series(1, 300) a) sizes;

INSERT INTO agencies_agency (id, uuid, created_at, updated_at, name, status, out_of_hours, sector_id)
SELECT a.agency_id, bench.id('agency', a.agency_id), now(), now(), 'Agency ' || a.agency_id, 'active', '', s.id
FROM bench.agency a JOIN agencies_sector s USING (bit);

CREATE TABLE bench.team AS
SELECT before + n AS team_id, agency_id, n FROM bench.agency, generate_series(1, teams) n;
ALTER TABLE bench.team ADD PRIMARY KEY (team_id);
INSERT INTO auth_group (id, name) SELECT team_id, 'Group ' || team_id FROM bench.team;
INSERT INTO agencies_team (id, uuid, created_at, updated_at, name, kind, is_active, agency_id, group_id)
SELECT team_id, bench.id('team', team_id), now(), now(), 'Team ' || n, 'general', true, agency_id, team_id FROM bench.team;

-- 20,000 people. The first are the readers that are measured; see READERS in bench/world.py.
CREATE TABLE bench.person AS
SELECT i AS user_id, CASE
    WHEN i <= 7 THEN (ARRAY[1, 300, 2, 3, 4, 7, 5])[i]
    WHEN bench.r(i, 1) < 0.15 THEN 1
    ELSE 5 + floor(295 * power(bench.r(i, 2), 2))::int END AS agency_id
FROM generate_series(1, 20000) i;
INSERT INTO agencies_user (id, uuid, password, is_superuser, email, name, phone, is_active, date_joined)
SELECT user_id, bench.id('user', user_id), '!', false, 'person' || user_id || '@example.org', 'Person ' || user_id,
       '', true, now() FROM bench.person;
INSERT INTO agencies_membership (id, uuid, created_at, updated_at, roles, title, basis, since, clearance, agency_id, user_id)
SELECT user_id, bench.id('membership', user_id), now(), now(), '{practitioner,manager}', '', 'employee',
       now() - interval '1 year', CASE WHEN user_id <= 7 THEN 1 ELSE floor(3 * bench.r(user_id, 3)) END, agency_id, user_id
FROM bench.person;
-- The measured readers belong to every team of their agency, but for the small one's; others to one or two.
INSERT INTO agencies_membership_teams (membership_id, team_id)
SELECT user_id, t.team_id FROM bench.person p JOIN bench.team t USING (agency_id)
WHERE CASE WHEN user_id = 2 THEN n = 1 WHEN user_id <= 7 THEN true ELSE n % 3 = user_id % 3 OR bench.r(user_id, 4) < 0.1 END;
INSERT INTO agencies_user_groups (user_id, group_id) SELECT membership_id, team_id FROM agencies_membership_teams;

-- Cases: who leads, since when, which two other agencies are involved.
CREATE TABLE bench.plan AS
SELECT i, lead, now() - age AS opened_at, least(now(), now() - age + work) AS worked_until,
       i > 201 AND bench.r(i, 11) < 0.02 AS restricted, i > 201 AND bench.r(i, 12) < 0.2 AS closed,
       CASE WHEN i = 201 THEN 7 WHEN lead = 1 AND bench.r(i, 13) < 0.15 THEN 1
            ELSE 5 + floor(295 * power(bench.r(i, 14), 3))::int END AS second,
       CASE WHEN bench.r(i, 15) < 0.33 THEN 4 ELSE 5 + floor(294 * bench.r(i, 16))::int END AS third
FROM (SELECT i, lead, CASE lead WHEN 2 THEN interval '1500 days' + bench.r(i, 5) * interval '1000 days'
                                WHEN 3 THEN bench.r(i, 5) * interval '60 days'
                                ELSE power(bench.r(i, 5), 2) * interval '1500 days' END AS age,
             bench.r(i, 6) * interval '300 days' AS work
      FROM (SELECT i, CASE WHEN i <= 200 THEN 300 WHEN i = 201 OR bench.r(i, 7) < 0.30 THEN 1 WHEN bench.r(i, 7) < 0.32 THEN 2
                           WHEN bench.r(i, 7) < 0.34 THEN 3 ELSE 5 + floor(294 * power(bench.r(i, 8), 3))::int END AS lead
            FROM generate_series(1, current_setting('bench.cases')::bigint) i) leads) ages;
ALTER TABLE bench.plan ADD PRIMARY KEY (i);

INSERT INTO cases_child (id, uuid, created_at, updated_at, born_on, sex, gender, ethnicity, faith, languages,
                         needs_interpreter, disabilities, recorded_by_team_id)
SELECT i, bench.id('child', i), opened_at, opened_at, current_date - (365 * 17 * bench.r(i, 17))::int, 'U', '', 'NOBT', '', '{}',
       'not_known', '{}', a.before + 1 FROM bench.plan JOIN bench.agency a ON a.agency_id = lead;
INSERT INTO cases_childname (id, uuid, recorded_at, kind, given, surname, child_id, recorded_by_id)
SELECT i, bench.id('name', i), opened_at, 'a_current', 'Child', 'Example ' || i, i, 8 FROM bench.plan;
INSERT INTO cases_case (id, uuid, created_at, updated_at, reference, status, level_of_need, opened_at, closed_at, restricted,
                        created_xact, allocated_team_id, allocated_to_id, duty_team_id, lead_agency_id, child_id)
SELECT i, bench.id('case', i), opened_at, opened_at, lpad(i::text, 8, '0'), CASE WHEN closed THEN 'closed' ELSE 'open' END,
       1 + floor(4 * bench.r(i, 18))::int, opened_at, CASE WHEN closed THEN worked_until END, restricted, 1, a.before + 1,
       CASE WHEN bench.r(i, 19) < 0.6 THEN 8 + floor(19990 * bench.r(i, 20))::int END,
       CASE WHEN restricted THEN a.before + 1 END, lead, i FROM bench.plan JOIN bench.agency a ON a.agency_id = lead;

-- Three teams a case: of the leading, the second and the third agency. Some grants have ended, some have not begun.
CREATE TABLE bench.part AS
SELECT DISTINCT ON (i, team_id) *, row_number() OVER (ORDER BY i, k) AS part_id FROM (
    SELECT i, k, agency_id, before + 1 + floor(a.teams * CASE WHEN i <= 201 THEN 0 ELSE bench.r(i, 30 + k::int) END)::int AS team_id, bit,
           opened_at + (k - 1) * interval '1 minute' + CASE WHEN k > 1 AND bench.r(i, 40 + k::int) > 0.99 THEN interval '20 years' ELSE '0' END AS since,
           CASE WHEN k > 1 AND i > 201 AND bench.r(i, 40 + k::int) < 0.06 THEN opened_at + bench.r(i, 50 + k::int) * interval '3000 days' + interval '1 hour' END AS until
    FROM bench.plan, unnest(ARRAY[lead, second, third]) WITH ORDINALITY AS parts(agency_id, k) JOIN bench.agency a USING (agency_id)
) parts ORDER BY i, team_id, k;
ALTER TABLE bench.part ADD PRIMARY KEY (i, team_id);
INSERT INTO cases_involvement (id, uuid, created_at, updated_at, level, since, until, purpose, lawful_basis, confidential,
                               end_reason, case_id, started_by_id, team_id)
SELECT part_id, bench.id('part', part_id), since, since, CASE k WHEN 1 THEN 3 WHEN 2 THEN 2 ELSE 1 END, since, until, 'Work with the child',
       'Children Act 1989, section 47', bench.r(part_id, 60) < 0.01, '', i, 8, team_id FROM bench.part;

-- Ten entries a case on average; case 201 has 5,000, of which education sees only the oldest 50.
INSERT INTO cases_timelineentry (id, uuid, kind, occurred_at, recorded_at, audience_mask, sensitivity, has_named, title, body,
                                 significance, action_taken, author_id, author_agency_id, author_group_id, case_id)
SELECT e, bench.id('entry', e), 'note', at, at,
       CASE WHEN i = 201 THEN CASE WHEN n <= 50 THEN 2147483647 ELSE 1 END
            WHEN bench.r(e, 70) < 0.8 THEN 2147483647 WHEN bench.r(e, 70) < 0.9 THEN 5 WHEN bench.r(e, 70) < 0.95 THEN 8 ELSE 0 END,
       CASE WHEN i = 201 OR bench.r(e, 71) < 0.85 THEN 0 WHEN bench.r(e, 71) < 0.95 THEN 1 WHEN bench.r(e, 71) < 0.99 THEN 2 ELSE 3 END,
       i <> 201 AND bench.r(e, 72) < 0.02, 'What happened on the day', repeat('The family was seen at home. ', 8), '', '', 8, agency_id, team_id, i
FROM (SELECT i, n, row_number() OVER (ORDER BY i, n) AS e, opened_at + (worked_until - opened_at) * (n::float8 / many) AS at, lead
      FROM (SELECT *, CASE i WHEN 201 THEN 5000 ELSE 1 + floor(19 * bench.r(i, 73))::int END AS many FROM bench.plan) plan,
           generate_series(1, many) n) entries
JOIN LATERAL (SELECT agency_id, team_id FROM bench.part p WHERE p.i = entries.i
              ORDER BY CASE WHEN entries.i = 201 OR bench.r(e, 74) < 0.7 THEN p.k ELSE -p.k END LIMIT 1) author ON true;
INSERT INTO cases_timelineentryreader (entry_id, team_id)
SELECT e.id, (SELECT p.team_id FROM bench.part p WHERE p.i = e.case_id ORDER BY p.k DESC LIMIT 1)
FROM cases_timelineentry e WHERE e.has_named;
ANALYZE cases_timelineentry, cases_timelineentryreader;

INSERT INTO cases_casegroupgrant (id, level, since, until, restricted, last_activity_at, next_due_at, case_id, group_id, permission_id, share_id)
SELECT part_id, CASE k WHEN 1 THEN 3 WHEN 2 THEN 2 ELSE 1 END, since, until, restricted, coalesce((
           SELECT max(e.occurred_at) FROM cases_timelineentry e WHERE e.case_id = i AND (e.author_group_id = team_id OR (e.sensitivity = 0 AND (
               (e.audience_mask & (1 << bit)) <> 0 OR (e.has_named AND EXISTS (
                   SELECT FROM cases_timelineentryreader r WHERE r.entry_id = e.id AND r.team_id = part.team_id)))))), opened_at),
       CASE WHEN NOT closed AND bench.r(i, 80) < 0.5 THEN now() + (bench.r(i, 81) - 0.2) * interval '90 days' END,
       i, team_id, (SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
                    WHERE p.codename = 'view_case' AND t.app_label = 'cases'), part_id
FROM bench.part JOIN bench.plan USING (i);

-- Restricted cases name one or two people; one case in a thousand has an emergency look; one in two hundred an exclusion.
-- The measured readers have a handful of each, however many cases there are.
INSERT INTO cases_caseusergrant (uuid, kind, level, reason, since, until, last_activity_at, case_id, granted_by_id, permission_id, user_id, review_note)
SELECT bench.id(kind, i), kind, 3, 'Named on the case', opened_at, CASE kind WHEN 'emergency' THEN opened_at + bench.r(i, 90) * interval '1600 days' + interval '1 hour' END,
       opened_at, i, 8, (SELECT permission_id FROM cases_casegroupgrant LIMIT 1),
       CASE WHEN bench.r(i, 91) < 2000.0 / current_setting('bench.cases')::int THEN 1 + floor(7 * bench.r(i, 92))::int ELSE 8 + floor(19990 * bench.r(i, 93))::int END, ''
FROM bench.plan, unnest(ARRAY['named', 'emergency']) kind
WHERE i > 201 AND CASE kind WHEN 'named' THEN restricted ELSE bench.r(i, 94) < 0.001 END;
INSERT INTO cases_caseexclusion (reason, since, case_id, excluded_by_id, user_id, child_id, from_same_child)
SELECT 'A relative', opened_at, i, 8,
       CASE WHEN bench.r(i, 95) < 5000.0 / current_setting('bench.cases')::int THEN 1 + floor(7 * bench.r(i, 96))::int ELSE 8 + floor(19990 * bench.r(i, 97))::int END, i, false
FROM bench.plan WHERE i > 201 AND bench.r(i, 98) < 0.005;

-- What a list without permissions would walk: the newest cases of all.
CREATE INDEX bench_newest ON cases_case (opened_at DESC, id DESC);

DO $$ DECLARE key record; BEGIN
    FOR key IN SELECT table_name, pg_get_serial_sequence(quote_ident(table_name), 'id') AS sequence FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES' LOOP
        EXECUTE format('SELECT setval(%L, (SELECT coalesce(max(id), 0) + 1 FROM %I))', key.sequence, key.table_name);
    END LOOP;
END $$;
