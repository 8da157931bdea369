"""Matching whole lists with the code and the statement that answer a single question.

The database's own probe is read back and made again over a temporary table of the same shape and indexes.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from cases.matching import access
from cases.matching.facts import Facts
from cases.matching.frequencies import Kind, Shares
from cases.matching.levels import compare
from cases.matching.weights import Band, Model, Score, score
from cases.models import ChildMatch

# The table takes the name that the probe asks for, in the session's own schema, which comes first.
MAKE = """
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
CREATE TEMPORARY TABLE cases_childmatch (LIKE public.cases_childmatch INCLUDING INDEXES)
"""
FUNCTION = """
DO $make$ DECLARE body text;
BEGIN
    SELECT prosrc INTO STRICT body FROM pg_proc WHERE oid = 'public.cases_match_probe(jsonb)'::regprocedure;
    EXECUTE format('CREATE FUNCTION pg_temp.%1$s(q jsonb) RETURNS TABLE (child_id bigint, given text, surname text,
        born text, sex text, postcode text, street text, town text, number text, pupil_number text, full_probes int[])
        LANGUAGE plpgsql STABLE SET search_path = pg_temp, public AS %L', body);
END $make$
"""
COPIED = (
    *("id", "child_id", "given", "surname", "born", "sex", "postcode", "street", "town", "number", "pupil_number"),
    *("given_code", "surname_code", "day_month", "outward", "letters"),
)


class Pair(NamedTuple):
    """Two rows, by their places in the two lists, and how they score."""

    one: int
    other: int
    score: Score


class ListInDatabase:
    """A list that can be asked as the register is asked; it is gone with the connection."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self.function = f"pg_temp.match_list_{secrets.token_hex(4)}"
        self.shares = shares_of(facts)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.cases_childmatch")
            cursor.execute(MAKE)
            _copy(cursor, facts)
            cursor.execute("ANALYZE cases_childmatch")
            cursor.execute(FUNCTION.replace("%1$s", self.function.partition(".")[2]))

    def like(self, facts: Facts, model: Model, *, after: int = -1) -> Iterator[tuple[int, Score]]:
        """Yield the place and score of each row after the place ``after`` that resembles ``facts``."""
        for place, other in access.candidates(facts, function=self.function):
            if place > after:
                yield place, score(facts, other, compare(facts, other), model=model, shares=self.shares)


def shares_of(facts: Sequence[Facts]) -> Shares:
    """Return how common names are in a list; not which go together: a list may hold each child twice."""
    counts: Counter[tuple[Kind, str]] = Counter()
    for each in facts:
        counts["given", each.given] += 1
        counts["surname", each.surname] += 1
    return Shares(len(facts), counts)


def pairs(
    asked: Sequence[Facts], known: ListInDatabase, model: Model, *, itself: bool, all_scores: bool = False
) -> Iterator[tuple[int, list[Pair]]]:
    """Yield for each row of ``asked`` its place and the pairs that get a band, best first.

    With ``itself`` the two lists are one: each pair comes once, and no row is its own match. With
    ``all_scores`` every candidate comes, whatever its band.
    """
    for place, facts in enumerate(asked):
        found = [
            Pair(place, other, scored)
            for other, scored in known.like(facts, model, after=place if itself else -1)
            if all_scores or scored.band is not Band.NONE
        ]
        yield place, sorted(found, key=lambda pair: (-pair.score.p_same, pair.other))


def _copy(cursor: Any, facts: Sequence[Facts]) -> None:
    statement = f"COPY pg_temp.cases_childmatch ({', '.join(COPIED)}) FROM STDIN"
    with cursor.copy(statement) as copy:
        for place, each in enumerate(facts):
            row: ChildMatch = access.row(each, child=place)
            row.pk = place
            copy.write_row([getattr(row, name) for name in COPIED])
