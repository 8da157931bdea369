"""How long the search box takes in the large world, for readers of few cases and of many, by what they type.

Run: ``python -m bench.search`` (``make bench``); ``SCALE=1000000`` for the full world. Each question is asked as the
web asks it: one audited function under row-level security, then the rows, then the record of what was shown. Beside
it a trigram search for the same names without any filter, as the owner. The children bear made-up British names.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import psycopg

from bench import world
from safeguard.common.services.postgres import RunningPostgres

SEED, QUESTIONS = 20_261_130, 20
READERS = ("small", "school", "big", "national")
BOUND = 1_000  # milliseconds, p95: what a person typing waits for
MADE = "SELECT count(*) FROM cases_childmatch"
TRIGRAMS = """SELECT child_id, similarity(given || ' ' || surname, %(name)s) FROM cases_childmatch
    WHERE (((given)::text || ' '::text) || (surname)::text) %% %(name)s ORDER BY 2 DESC LIMIT 10"""
SEEN = """SELECT m.given, m.surname, m.born, c.reference
    FROM cases_case c JOIN cases_childmatch m ON m.child_id = c.child_id
    JOIN cases_casegroupgrant g ON g.case_id = c.id AND g.group_id = ANY (%s) AND NOT g.restricted
    WHERE g.since <= now() AND (g.until IS NULL OR g.until > now()) ORDER BY md5(c.id::text) LIMIT %s"""


def main() -> int:
    """Measure and print. Returns 1 where a person would wait too long."""
    with world.server() as postgres:
        name = world.set_up(postgres)
        url = postgres.superuser_url(name)
        _name_children(url)
        print(f"\n{world.SCALE:,} children. Milliseconds; {QUESTIONS} questions of each kind.\n")
        print("| reader | typed | p50 | p95 | trigrams without a filter: p50 | p95 |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
        missed = [line for reader in READERS for line in _measure(postgres, url, reader)]
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


def _name_children(url: str) -> None:
    """Give the world's children names, births and addresses that can be searched for, unless they have them."""
    from bench._matching_children import children
    from cases.matching import access, batch

    columns = [name for name in batch.COPIED if name != "id"]
    with psycopg.connect(url, autocommit=True) as admin:
        if (admin.execute(MADE).fetchone() or (0,))[0]:
            return
        admin.execute("SET session_replication_role = replica")  # nobody is due for a review by this
        with admin.cursor().copy(f"COPY cases_childmatch ({', '.join(columns)}) FROM STDIN") as copy:
            for child in children(Random(SEED), world.SCALE):
                if child.number < world.SCALE:
                    row = access.row(child.facts, child=child.number + 1)
                    copy.write_row([getattr(row, name) for name in columns])
        admin.execute("VACUUM ANALYZE cases_childmatch")


def _measure(postgres: RunningPostgres, url: str, reader: str) -> Iterator[str]:
    by = world.reader(reader)
    with psycopg.connect(url, autocommit=True) as owner:
        known = owner.execute(SEEN, [list(by.group_ids), QUESTIONS]).fetchall()
        for kind, typed in _questions(known).items():
            ours = sorted(_milliseconds(partial(_ask, by, words)) for words in typed)
            theirs = sorted(_milliseconds(partial(_trigrams, owner, words)) for words in typed)
            p95 = _percentile(ours, 95)
            row = (statistics.median(ours), p95, statistics.median(theirs), _percentile(theirs, 95))
            print(f"| {reader} | {kind} | {' | '.join(f'{each:.1f}' for each in row)} |", flush=True)
            if p95 > BOUND:
                yield f"{reader}, {kind}: p95 {p95:.0f} ms, bar {BOUND}"


def _questions(known: list[tuple[str, ...]]) -> dict[str, list[str]]:
    from bench._matching_children import slip

    random = Random(SEED)
    return {
        "a full name": [f"{given} {surname}" for given, surname, _born, _reference in known],
        "a name with a slip": [f"{given} {slip(random, surname)}" for given, surname, _born, _reference in known],
        "a last name": [surname for _given, surname, _born, _reference in known],
        "a date of birth": [f"{born[:4]}-{born[4:6]}-{born[6:]}" for *_names, born, _reference in known],
        "a reference": [reference for *_rest, reference in known],
        "a name that nobody bears": [f"{surname[::-1]} quzzlewick" for _given, surname, _born, _reference in known],
    }


def _ask(by: object, words: str) -> None:
    from bench._plans import acting_in_database
    from cases import access_search

    with acting_in_database(by):  # type: ignore[arg-type]  # named before Django is set up
        access_search.search(by, words)  # type: ignore[arg-type]  # likewise


def _trigrams(owner: psycopg.Connection[tuple[str, ...]], words: str) -> None:
    owner.execute(TRIGRAMS, {"name": words}).fetchall()


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(main())
