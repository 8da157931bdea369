"""The hot questions of access, each one SQL statement of a measured shape.

Why raw: every ORM form that was tried (OR of EXISTS, ``IN`` of a union, guardian's
``get_objects_for_user``) was between 20 and 10,000 times slower for *some* reader, because the
planner must guess how many cases a group has. One ordered index stream per group needs no guess.

The database's clock decides what is live. Row-level security applies to these as to any statement.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from agencies.acting import Acting

Params = dict[str, Any]

LIVE = "{0}.since <= statement_timestamp() AND ({0}.until IS NULL OR {0}.until > statement_timestamp())"
MINE = f"g2.group_id = ANY(%(groups)s::int[]) AND NOT g2.restricted AND {LIVE.format('g2')}"
# A person's exclusions are few: read once a statement, not looked up once a row.
NOT_EXCLUDED = """g.case_id <> ALL (ARRAY(
    SELECT x.case_id FROM cases_caseexclusion x WHERE x.user_id = %(user)s))"""


@dataclass(frozen=True)
class Order:
    """An order of a reader's cases: the mirrored key, its direction, and whether rows without it are left out."""

    key: str
    descending: bool

    @property
    def direction(self) -> str:
        """Return ASC or DESC."""
        return "DESC" if self.descending else "ASC"

    @property
    def best(self) -> str:
        """Return the aggregate that picks the key by which a case comes first."""
        return "max" if self.descending else "min"

    def after(self, key: str, word: str) -> str:
        """Return the condition that continues a page: a row comparison that an index scan can start from."""
        sign = "<" if self.descending else ">"
        return f"{word} ({key}, g.case_id) {sign} (%(after_key)s::timestamptz, %(after_case)s::bigint)"


BY_ACTIVITY = Order("last_activity_at", descending=True)
BY_DUE = Order("next_due_at", descending=False)

# What is due is a grant's own date: one that its group may not know of is not there.
DUE = "{0}.next_due_at < statement_timestamp() + %(due_within_days)s * interval '1 day'"

# A case that is held through two groups belongs where its best key puts it. On the first page the better
# row is always there too, so the streams are simply grouped by case. On later pages it may lie before the
# page, so each stream leaves out the cases that another group holds with a better key; that probe costs
# more than the stream. Personal grants come in only where no group holds the case.
_GROUPS = """
    SELECT s.case_id, s.key FROM unnest(%(groups)s::int[]) AS mine(group_id)
    CROSS JOIN LATERAL (
        SELECT g.case_id, g.{key} AS key FROM cases_casegroupgrant g {join}
        WHERE g.group_id = mine.group_id AND NOT g.restricted AND g.{key} IS NOT NULL AND {live}
          AND {not_excluded} {once} {filters} {after}
        ORDER BY g.{key} {direction}, g.case_id {direction} LIMIT %(limit)s
    ) s"""
_PERSONAL = """
    (SELECT g.case_id, {best}(g.{key}) AS key FROM cases_caseusergrant g {join}
     WHERE g.user_id = %(user)s AND g.{key} IS NOT NULL AND {live} AND {not_excluded}
       AND NOT EXISTS (SELECT FROM cases_casegroupgrant g2 WHERE g2.case_id = g.case_id AND {mine} {listed}) {filters}
     GROUP BY g.case_id {after_best})"""
_ONCE = """AND NOT EXISTS (
            SELECT FROM cases_casegroupgrant g2 WHERE g2.case_id = g.case_id AND {mine} {listed}
            AND (g2.{key}, g2.group_id) {better} (g.{key}, g.group_id))"""
_JOIN = "JOIN cases_case c ON c.id = g.case_id"
# As a filter it lists children through their cases, each once: by the newest of the cases that the reader sees.
LATEST_OF_CHILD = f"""NOT EXISTS (
    SELECT FROM cases_case c2 WHERE c2.child_id = c.child_id AND c2.id > c.id AND (
        EXISTS (SELECT FROM cases_casegroupgrant g2 WHERE g2.case_id = c2.id AND {MINE})
        OR EXISTS (SELECT FROM cases_caseusergrant u3
                   WHERE u3.case_id = c2.id AND u3.user_id = %(user)s AND {LIVE.format("u3")}))
    AND NOT EXISTS (SELECT FROM cases_caseexclusion x2 WHERE x2.case_id = c2.id AND x2.user_id = %(user)s))"""


def _parts(order: Order, filters: str) -> dict[str, str]:
    also_due = f"AND {DUE.format('g2')}" if DUE.format("g") in filters else ""
    return {
        "key": order.key,
        "best": order.best,
        "join": _JOIN if filters else "",
        "live": LIVE.format("g"),
        "not_excluded": NOT_EXCLUDED,
        "mine": MINE,
        # Another grant stands for this one only where it would itself be listed.
        "listed": f"AND g2.{order.key} IS NOT NULL {also_due}",
        "also_due": also_due,
        "filters": f"AND {filters}" if filters else "",
    }


def my_cases(order: Order, *, groups: int, filters: str = "", continued: bool = False) -> str:
    """Return the statement for one page of a reader's cases: rows of (case_id, key).

    Parameters: user, groups, limit; after_key and after_case when ``continued``; those of ``filters``,
    which is a condition on the case ``c`` written in this package, never a reader's text.
    """
    parts = _parts(order, filters) | {
        "direction": order.direction,
        "after": order.after(f"g.{order.key}", "AND") if continued else "",
        "after_best": order.after(f"{order.best}(g.{order.key})", "HAVING") if continued else "",
    }
    better = ">" if order.descending else "<"
    once = (
        _ONCE.format(mine=MINE, key=order.key, better=better, listed=parts["also_due"])
        if continued and groups > 1
        else ""
    )
    streams = f"{_GROUPS.format(**parts, once=once)} UNION ALL {_PERSONAL.format(**parts)}"
    if groups > 1 and not continued:
        streams = f"SELECT case_id, {order.best}(key) AS key FROM ({streams}) streams GROUP BY case_id"
    return (
        f"SELECT case_id, key FROM ({streams}) pages "
        f"ORDER BY key {order.direction}, case_id {order.direction} LIMIT %(limit)s"
    )


# To be counted, cases need no order, and repetitions are left out by whoever counts.
_GRANTS = """
    SELECT s.case_id FROM unnest(%(groups)s::int[]) AS mine(group_id)
    CROSS JOIN LATERAL (
        SELECT g.case_id FROM cases_casegroupgrant g {join}
        WHERE g.group_id = mine.group_id AND NOT g.restricted AND {live} AND {not_excluded} {filters}
        LIMIT %(limit)s
    ) s
    UNION ALL
    SELECT g.case_id FROM cases_caseusergrant g {join}
    WHERE g.user_id = %(user)s AND {live} AND {not_excluded} {filters}"""


def first_grants(*, filters: str = "") -> str:
    """Return the statement that reads a reader's first ``limit`` grants: one row (grants, distinct cases)."""
    grants = _GRANTS.format(**_parts(BY_ACTIVITY, filters))
    return f"SELECT count(*), count(DISTINCT case_id) FROM (SELECT case_id FROM ({grants}) s LIMIT %(limit)s) counted"


def count_my_cases(*, filters: str = "") -> str:
    """Return the statement that counts a reader's cases up to ``limit``, each once.

    A stream that is cut at ``limit`` alone holds as many cases, so the answer is exact below it.
    """
    grants = _GRANTS.format(**_parts(BY_ACTIVITY, filters))
    return f"SELECT count(*) FROM (SELECT DISTINCT case_id FROM ({grants}) s LIMIT %(limit)s) counted"


# What a reader may do with one case, as a number: the highest level of their live grants; none = no row.
LEVEL = f"""(
    SELECT max(l.level) FROM (
        SELECT g.level FROM cases_casegroupgrant g
        WHERE g.case_id = cases_case.id AND g.group_id = ANY(%s::int[]) AND NOT g.restricted AND {LIVE.format("g")}
        UNION ALL
        SELECT u.level FROM cases_caseusergrant u
        WHERE u.case_id = cases_case.id AND u.user_id = %s AND {LIVE.format("u")}
    ) l
    WHERE cases_case.id <> ALL (ARRAY(SELECT x.case_id FROM cases_caseexclusion x WHERE x.user_id = %s)))"""

# --- A timeline -----------------------------------------------------------------------------------

# The one condition on an entry ``e``; the same as the policy's, whose row lookups it spares.
IN_AUDIENCE = """(
        e.author_group_id = ANY(%(groups)s::int[])
        OR (e.sensitivity <= %(clearance)s AND (
            (e.audience_mask & %(mask)s) <> 0
            OR (e.has_named AND EXISTS (
                SELECT FROM cases_timelineentryreader r WHERE r.entry_id = e.id
                AND (r.user_id = %(user)s OR r.team_id = ANY(%(teams)s::bigint[]) OR r.agency_id = %(agency)s)
                OFFSET 0)))))"""
# Whether a reader sees one deadline: that of a visible case, which no entry started or one that they see.
SEES_DEADLINE = f"""
SELECT EXISTS (
    SELECT FROM cases_deadline d WHERE d.uuid = %(deadline)s::uuid
    AND NOT EXISTS (SELECT FROM cases_caseexclusion x WHERE x.case_id = d.case_id AND x.user_id = %(user)s)
    AND (EXISTS (
        SELECT FROM cases_casegroupgrant g WHERE g.case_id = d.case_id AND g.group_id = ANY(%(groups)s::int[])
        AND NOT g.restricted AND {LIVE.format("g")}
    ) OR EXISTS (
        SELECT FROM cases_caseusergrant u WHERE u.case_id = d.case_id AND u.user_id = %(user)s AND {LIVE.format("u")}
    ))
    AND (d.entry_id IS NULL OR EXISTS (
        SELECT FROM cases_timelineentry e WHERE e.id = d.entry_id AND {IN_AUDIENCE})))
"""
# Naming the case that is open lets the entries' policy ask about it once instead of once a row.
OPEN_CASE = "(SELECT set_config('app.case_id', %(case)s::text, true)::bigint AS id) open_case"

# The page's ids by the covering index alone; the bodies come in a second statement.
TIMELINE_IDS = f"""
SELECT e.id, e.occurred_at FROM {OPEN_CASE}
CROSS JOIN LATERAL (
    SELECT e.id, e.occurred_at FROM cases_timelineentry e
    WHERE e.case_id = open_case.id {{after}} AND {IN_AUDIENCE} {{filters}}
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT %(limit)s
) e
ORDER BY e.occurred_at DESC, e.id DESC
"""
_AFTER_ENTRY = "AND (e.occurred_at, e.id) < (%(after_at)s::timestamptz, %(after_id)s::bigint)"
# What a timeline is narrowed by; all but the words and the pins are columns of the covering index. The words are
# looked for in the entries of the one case that passed before: full text search is no leakproof operator, so
# under the policy no index of words could be used, and a case is small.
ENTRY_FILTERS: dict[str, str] = {
    "agency_uuid": "e.author_agency_id = (SELECT a.id FROM agencies_agency a WHERE a.uuid = %(agency_uuid)s)",
    "sector": """e.author_agency_id = ANY (ARRAY(
        SELECT a.id FROM agencies_agency a JOIN agencies_sector s ON s.id = a.sector_id WHERE s.code = %(sector)s))""",
    # A concern that the reader may not see under row-level security has no category for them either.
    "category": """EXISTS (SELECT FROM cases_concern c
        WHERE c.entry_id = e.id AND c.categories @> ARRAY[%(category)s]::varchar[])""",
    "kinds": "e.kind = ANY(%(kinds)s::text[])",
    "since": "e.occurred_at >= %(since)s",
    "until": "e.occurred_at < %(until)s",
    "recorded_since": "e.recorded_at > %(recorded_since)s AND e.author_id IS DISTINCT FROM %(user)s",
    "matters": "e.matters_to_plan",
    "pinned": "e.id = ANY (ARRAY(SELECT p.entry_id FROM cases_entrypin p WHERE p.user_id = %(user)s))",
    "words": "e.search @@ websearch_to_tsquery('english', %(words)s)",
}


def timeline_ids(*, continued: bool, filters: str = "") -> str:
    """Return the statement for one page of a case's entries: rows of (id, occurred_at), newest first.

    Parameters: those of ``who``, case, limit; after_at and after_id when ``continued``; those of ``filters``,
    which is made of ENTRY_FILTERS.
    """
    return TIMELINE_IDS.format(after=_AFTER_ENTRY if continued else "", filters=f"AND {filters}" if filters else "")


# From the newest entry to the newest of an earlier year, and so on: each step starts in the index where the last
# one ended, so a long timeline costs a look for each of its years.
_NEWEST = f"""
    SELECT e.case_id, date_trunc('year', e.occurred_at, %(zone)s) AS year FROM cases_timelineentry e
    WHERE e.case_id = {{case}} AND {IN_AUDIENCE} {{before}}
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1"""
TIMELINE_YEARS = f"""
WITH RECURSIVE years AS (
    SELECT newest.case_id, newest.year FROM {OPEN_CASE}
    CROSS JOIN LATERAL ({_NEWEST.format(case="open_case.id", before="")}) newest
    UNION ALL
    SELECT earlier.case_id, earlier.year FROM years
    CROSS JOIN LATERAL ({_NEWEST.format(case="years.case_id", before="AND e.occurred_at < years.year")}) earlier
)
SELECT date_part('year', year AT TIME ZONE %(zone)s) FROM years ORDER BY year DESC
"""
# Of each agency the newest entry that the reader may see, by when it was recorded; from the index alone.
NEWEST_BY_AGENCY = f"""
SELECT e.author_agency_id, max(e.recorded_at) FROM {OPEN_CASE}
JOIN cases_timelineentry e ON e.case_id = open_case.id
WHERE {IN_AUDIENCE} GROUP BY e.author_agency_id
"""
READERS_OF_ENTRIES = "SELECT entry_id, agency_id, team_id, user_id FROM cases_readers_of_entries(%(entries)s::bigint[])"
CHANGE_AUDIENCE = """SELECT * FROM cases_change_audience(%(entry)s, %(mask)s, %(sensitivity)s::int, %(family)s,
    %(agencies)s::bigint[], %(teams)s::bigint[], %(people)s::bigint[])"""


def who(by: Acting) -> Params:
    """Return the parameters that say who asks."""
    return {
        "user": by.user_id,
        "groups": list(by.group_ids),
        "teams": list(by.team_ids),
        "agency": by.agency_id,
        "mask": by.sector_mask,
        "clearance": by.clearance,
    }


def rows(statement: str, params: Params) -> list[tuple[Any, ...]]:
    """Run one of these statements and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
