"""The second lock: what the web's and the worker's roles may see and write, row by row."""

from django.db import migrations

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    CLEARANCE_SQL,
    GROUP_IDS_SQL,
    SECTOR_MASK_SQL,
    TEAM_IDS_SQL,
    USER_ID_SQL,
    WEB_ROLE,
    WORKER_ROLE,
    EnableRowSecurity,
    Policy,
)

ROLES = (WEB_ROLE, WORKER_ROLE)
LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
# OFFSET 0 is no noise: without it the planner works out each EXISTS twice, correlated and hashed, and does
# so at every level of nesting, which costs more than running the statement. What is the reader's own and
# few goes into an array, once a statement.
LIVE_GRANT = f"""EXISTS (SELECT FROM cases_casegroupgrant g
    WHERE g.case_id = cases_case.id AND g.group_id = ANY {GROUP_IDS_SQL} AND NOT g.restricted AND {LIVE.format("g")} OFFSET 0)"""
# Groups are empty for roles that do not work with cases; a personal grant must ask for itself.
WORKS_WITH_CASES = "(SELECT 'work_cases' = ANY (nullif(current_setting('app.capabilities', true), '')::text[]))"
LIVE_PERSONAL_GRANT = f"""cases_case.id = ANY (ARRAY(SELECT u.case_id FROM cases_caseusergrant u
    WHERE u.user_id = {USER_ID_SQL} AND {LIVE.format("u")} AND {WORKS_WITH_CASES}))"""
EXCLUDED = (
    f"""cases_case.id = ANY (ARRAY(SELECT x.case_id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL}))"""
)
# Only inside the creating transaction, or it would outlive an exclusion.
BEING_CREATED = "cases_case.created_xact = pg_current_xact_id_if_assigned()::text::bigint"
CASE_SEEN = f"(({LIVE_GRANT} OR {LIVE_PERSONAL_GRANT}) AND NOT {EXCLUDED}) OR {BEING_CREATED}"

# The policies of other tables ask the case's own policy: once a statement for the case that the reader
# has open, row by row for others. The setting says only where to look first, never what may be seen.
OPEN_CASE = "(SELECT cases_open_case())"
OF_SEEN_CASE = f"""({{0}}.case_id = {OPEN_CASE}
    OR EXISTS (SELECT FROM cases_case c WHERE c.id = {{0}}.case_id OFFSET 0))"""
CHILD_SEEN = f"""EXISTS (SELECT FROM cases_case c WHERE c.child_id = cases_child.id OFFSET 0)
    OR (cases_child.recorded_by_team_id = ANY {TEAM_IDS_SQL} AND cases_child.id <> ALL (ARRAY(
        SELECT x.child_id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL})))"""
OF_SEEN_CHILD = "EXISTS (SELECT FROM cases_child k WHERE k.id = {0}.child_id OFFSET 0)"
ADDRESS_SEEN = f"""EXISTS (SELECT FROM cases_child k WHERE k.id = cases_address.child_id OFFSET 0)
    AND (NOT is_protected OR recorded_by_id = {USER_ID_SQL} OR EXISTS (
        SELECT FROM cases_address_readers r WHERE r.address_id = cases_address.id AND r.user_id = {USER_ID_SQL} OFFSET 0))"""
INVOLVEMENT_SEEN = f"""{OF_SEEN_CASE.format("cases_involvement")}
    AND (NOT confidential OR team_id = ANY {TEAM_IDS_SQL} OR started_by_id = {USER_ID_SQL} OR EXISTS (
        SELECT FROM cases_involvement_readers r
        WHERE r.involvement_id = cases_involvement.id AND r.user_id = {USER_ID_SQL} OFFSET 0))"""
IN_AUDIENCE = f"""author_group_id = ANY {GROUP_IDS_SQL} OR (sensitivity <= {CLEARANCE_SQL} AND (
    (audience_mask & {SECTOR_MASK_SQL}) <> 0 OR (has_named AND EXISTS (
        SELECT FROM cases_timelineentryreader r WHERE r.entry_id = cases_timelineentry.id OFFSET 0))))"""
ENTRY_SEEN = f"({IN_AUDIENCE}) AND {OF_SEEN_CASE.format('cases_timelineentry')}"
READER_SEEN = f"user_id = {USER_ID_SQL} OR team_id = ANY {TEAM_IDS_SQL} OR agency_id = {AGENCY_ID_SQL}"
OWN = f"user_id = {USER_ID_SQL}"
# Everybody who sees a case may ask who else does. The function runs as the owner, because the case's
# policy reads the grants and could not be asked from theirs; it is the second, dearer alternative.
OWN_GROUPS_OR_SEEN = f"group_id = ANY {GROUP_IDS_SQL} OR cases_grant_is_seen(case_id, share_id)"
OWN_OR_SEEN = f"{OWN} OR cases_case_is_seen(case_id)"
PERSON_SEEN = f"""EXISTS (SELECT FROM cases_relationship r WHERE r.person_id = cases_person.id OFFSET 0)
    OR recorded_by_team_id = ANY {TEAM_IDS_SQL}"""
CASE_IS_SEEN = f"""
CREATE FUNCTION cases_case_is_seen(the_case bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_case WHERE id = the_case AND ({CASE_SEEN}))
$$
"""
# What a change of grants and exclusions asks: the lead level, or the transaction that makes the case.
CASE_IS_LED = f"""
CREATE FUNCTION cases_case_is_led(the_case bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_case WHERE id = the_case AND ({BEING_CREATED} OR (NOT {EXCLUDED} AND (
        EXISTS (SELECT FROM cases_casegroupgrant g WHERE g.case_id = the_case AND g.level = 3
            AND g.group_id = ANY {GROUP_IDS_SQL} AND NOT g.restricted AND {LIVE.format("g")})
        OR EXISTS (SELECT FROM cases_caseusergrant u WHERE u.case_id = the_case AND u.level = 3
            AND u.user_id = {USER_ID_SQL} AND {LIVE.format("u")} AND {WORKS_WITH_CASES})))))
$$
"""
# The grant of a confidential part is known to whom the part is known.
GRANT_IS_SEEN = f"""
CREATE FUNCTION cases_grant_is_seen(the_case bigint, the_share bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT cases_case_is_seen(the_case) AND EXISTS (SELECT FROM cases_involvement i WHERE i.id = the_share
        AND (NOT i.confidential OR i.team_id = ANY {TEAM_IDS_SQL} OR i.started_by_id = {USER_ID_SQL}
            OR EXISTS (SELECT FROM cases_involvement_readers r
                       WHERE r.involvement_id = i.id AND r.user_id = {USER_ID_SQL})))
$$
"""
CASE_IS_OPEN = f"""
CREATE FUNCTION cases_open_case() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM cases_case
    WHERE id = nullif(current_setting('app.case_id', true), '')::bigint AND ({CASE_SEEN})
$$
"""


# Who may name readers: the author's team, the person who recorded the address, the person who brought
# the team in. As functions of the owner for the same reason as above.
NAMING = f"""
CREATE FUNCTION cases_may_name_entry_readers(the_entry bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_timelineentry WHERE id = the_entry
        AND author_group_id = ANY {GROUP_IDS_SQL} AND cases_case_is_seen(case_id))
$$;
CREATE FUNCTION cases_may_name_address_readers(the_address bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_address WHERE id = the_address AND recorded_by_id = {USER_ID_SQL})
$$;
CREATE FUNCTION cases_may_name_involvement_readers(the_involvement bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 1000 SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM cases_involvement WHERE id = the_involvement
        AND started_by_id = {USER_ID_SQL} AND cases_case_is_seen(case_id))
$$
"""
NAMING_DROP = """
DROP FUNCTION cases_may_name_entry_readers(bigint);
DROP FUNCTION cases_may_name_address_readers(bigint);
DROP FUNCTION cases_may_name_involvement_readers(bigint)
"""


def lock(table: str, seen: str) -> list[migrations.RunSQL]:
    """Return the operations that let a table's rows be read and written only where ``seen`` holds."""
    return [EnableRowSecurity(table), Policy(table, "seen", roles=ROLES, using=seen, check=seen)]


def lock_made_for_others(table: str, seen: str, writable: str) -> list[migrations.RunSQL]:
    """Return the operations for a table whose rows are made for others: ``seen`` to read, ``writable`` to write."""
    return [
        EnableRowSecurity(table),
        Policy(table, "seen", roles=ROLES, command="SELECT", using=seen),
        Policy(table, "made", roles=ROLES, command="INSERT", check=writable),
        Policy(table, "changed", roles=ROLES, command="UPDATE", using=writable, check=writable),
        Policy(table, "ended", roles=ROLES, command="DELETE", using=writable),
    ]


def lock_named(table: str, names: str) -> list[migrations.RunSQL]:
    """Return the operations for the people that a row names: seen by themselves and by those who name them."""
    return lock_made_for_others(table, f"{OWN} OR {names}", names)


# The author's team sees whom it named; without that it could not even write the row and read back its key.
NAMES_READERS = "cases_may_name_entry_readers(entry_id)"
READER_SEEN_OR_NAMED = f"{READER_SEEN} OR {NAMES_READERS}"
WRITABLE = "cases_case_is_led(case_id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_mirrored_keys")]
    operations = [
        migrations.RunSQL(CASE_IS_SEEN, "DROP FUNCTION cases_case_is_seen(bigint)"),
        migrations.RunSQL(CASE_IS_LED, "DROP FUNCTION cases_case_is_led(bigint)"),
        migrations.RunSQL(GRANT_IS_SEEN, "DROP FUNCTION cases_grant_is_seen(bigint, bigint)"),
        migrations.RunSQL(CASE_IS_OPEN, "DROP FUNCTION cases_open_case()"),
        migrations.RunSQL(NAMING, NAMING_DROP),
        *lock("cases_case", CASE_SEEN),
        *lock("cases_child", CHILD_SEEN),
        *lock("cases_childname", OF_SEEN_CHILD.format("cases_childname")),
        *lock("cases_childidentifier", OF_SEEN_CHILD.format("cases_childidentifier")),
        *lock("cases_address", ADDRESS_SEEN),
        *lock_named("cases_address_readers", "cases_may_name_address_readers(address_id)"),
        *lock("cases_involvement", INVOLVEMENT_SEEN),
        *lock_named("cases_involvement_readers", "cases_may_name_involvement_readers(involvement_id)"),
        *lock("cases_notneeded", OF_SEEN_CASE.format("cases_notneeded")),
        *lock("cases_person", PERSON_SEEN),
        *lock("cases_relationship", OF_SEEN_CHILD.format("cases_relationship")),
        *lock("cases_timelineentry", ENTRY_SEEN),
        *lock_made_for_others("cases_timelineentryreader", READER_SEEN_OR_NAMED, NAMES_READERS),
        *lock_made_for_others("cases_casegroupgrant", OWN_GROUPS_OR_SEEN, WRITABLE),
        *lock_made_for_others("cases_caseusergrant", OWN_OR_SEEN, WRITABLE),
        *lock_made_for_others("cases_caseexclusion", OWN_OR_SEEN, WRITABLE),
    ]
