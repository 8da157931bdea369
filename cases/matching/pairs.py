"""Two records that are both there: how they compare, for somebody who sees both."""

from cases.matching import access
from cases.matching.facts import Facts
from cases.matching.levels import compare
from cases.matching.weights import Model, Score, score
from cases.matching.words import Explanation, explained
from cases.models import Child


def facts_of(child: Child) -> list[Facts]:
    """Return what is compared of ``child``, whom the caller sees: each known name and address, newest first."""
    return access.facts_of([child.pk]).get(child.pk, [])


def compared(one: Child, other: Child, model: Model) -> tuple[Facts, Facts, Score] | None:
    """Return the facts of the two by which they are most alike, and how they score; None where one has none yet."""
    scored = [
        (first, second, score(first, second, compare(first, second), model=model, shares=access.shares(first)))
        for first in facts_of(one)
        for second in facts_of(other)
    ]
    return max(scored, key=lambda each: each[2].p_same, default=None)


def explained_pair(one: Child, other: Child) -> Explanation | None:
    """Return in words how two records compare; None where one has nothing that can be compared yet."""
    found = compared(one, other, access.current_model())
    return explained(found[2]) if found else None
