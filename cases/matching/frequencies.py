"""How many children bear a name: two children called Smith say less than two called Szczesny.

Shares come from the register (or the list) itself, drawn towards a curated list of common names so that a
small register does not take every name for a rare one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

LIST = Path(__file__).parent / "data" / "common_names.csv"
RARE = 2e-5  # the share of a name that neither knows
STRENGTH = 5_000  # how many children's names the curated list is worth
COMMON = 3e-4  # a share from which a name is known to most people
# A Piotr is a Nowak more often than chance would have it: names of one origin go together, the more so the fewer
# bear them. So much at least; and as often as was expected before the register says more.
GO_TOGETHER = 5.0
MILLION = 1_000_000

Kind = Literal["given", "surname"]


@cache
def _curated() -> Mapping[Kind, Mapping[str, float]]:
    found: dict[Kind, dict[str, float]] = {"given": {}, "surname": {}}
    with LIST.open(encoding="utf-8", newline="") as file:
        for kind, name, share in csv.reader(line for line in file if not line.startswith("#")):
            found["given" if kind == "given" else "surname"][name] = int(share) / MILLION
    return found


def is_common(name: str) -> bool:
    """Return whether ``name`` is among the given names or surnames that most people know."""
    return any(shares.get(name, 0) >= COMMON for shares in _curated().values())


@dataclass(frozen=True)
class Shares:
    """How often names come in a register of so many ``children``: counts by kind and name.

    ``together`` counts pairs of children who share a surname: by the given name that both bear, and by "" all.
    """

    children: int = 0
    counts: Mapping[tuple[Kind, str], int] = field(default_factory=dict)
    together: Mapping[str, int] = field(default_factory=dict)

    def of(self, kind: Kind, name: str) -> float:
        """Return the share of children who bear ``name``; one of those counted is the child in question."""
        others = max(self.counts.get((kind, name), 0) - 1, 0)
        curated = _curated()[kind].get(name, RARE)
        # A name that was not counted is borne by a few: never by fewer than a rare one is.
        return min(max((others + STRENGTH * curated) / (self.children + STRENGTH), RARE), 0.5)

    def go_together(self, given: str) -> float:
        """Return how many times likelier than by chance two unrelated children called ``given`` share a surname.

        From the pairs of the register's children of that name who do. Without this, of two names of a small
        community each would count as if it were rare where it is met, and its children be taken for one another.
        """
        bearers = self.counts.get(("given", given), 0)
        pairs = self.children * (self.children - 1)
        by_chance = bearers * (bearers - 1) / pairs * self.together.get("", 0) if pairs else 0.0
        return max(GO_TOGETHER, (self.together.get(given, 0) + GO_TOGETHER) / (by_chance + 1))
