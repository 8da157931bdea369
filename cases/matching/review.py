"""The regular look over the register: which records resemble another as likely or possibly one child's.

Run by the worker, which sees every child and shows none.
"""

from django.db import connection

from cases.matching import access
from cases.matching.facts import Facts
from cases.matching.levels import compare
from cases.matching.weights import Band, Model, Score, score
from cases.models import MatchPair

ASKED_ROWS = 6  # of one child: names by addresses, the newest first
OF_ONE_CHILD = {Band.LIKELY, Band.POSSIBLE}


def take_due(most: int) -> list[int]:
    """Take at most ``most`` children who are new or changed off the list, and return their keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_match_review_due(%s)", [most])
        return [child for (child,) in cursor.fetchall()]


def look_again(children: list[int]) -> int:
    """Write the pairs of ``children`` anew; return how many there are."""
    model = access.current_model()
    known = access.facts_of(children)
    pairs: dict[tuple[int, int], Score] = {}
    for child, facts in known.items():
        for other, scored in _like(facts[:ASKED_ROWS], model).items():
            key = (min(child, other), max(child, other))
            if child != other and (key not in pairs or scored.p_same > pairs[key].p_same):
                pairs[key] = scored
    access.replace_pairs(children, [_pair(key, scored, model) for key, scored in pairs.items()])
    return len(pairs)


def _like(rows: list[Facts], model: Model) -> dict[int, Score]:
    best: dict[int, Score] = {}
    for facts in rows:
        if not facts.says_more_than_a_name:
            continue
        shares = access.shares(facts)
        for other, found in access.candidates(facts):
            scored = score(facts, found, compare(facts, found), model=model, shares=shares)
            if scored.band in OF_ONE_CHILD and (other not in best or scored.p_same > best[other].p_same):
                best[other] = scored
    return best


def _pair(key: tuple[int, int], scored: Score, model: Model) -> MatchPair:
    one, other = key
    return MatchPair(
        one_id=one,
        other_id=other,
        p_same=scored.p_same,
        p_household=scored.p_household,
        band=scored.band.value,
        model_id=model.version,
    )
