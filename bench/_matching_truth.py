"""How well pairs were found: precision, recall and F1 against what is known to be true.

The public sets FEBRL 1 and 2 (bench/data/matching, with their licence) name the original in each record's id.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

FEBRL = Path(__file__).resolve().parent / "data" / "matching"
SHOWN = {"likely", "possible"}
Pair = frozenset[str]


@dataclass(frozen=True)
class Measured:
    """Counts of pairs: truly the same, found, and found rightly; of all that is shown and of "likely" alone."""

    true: int
    shown: int
    right: int
    likely: int
    likely_right: int

    @property
    def precision(self) -> float:
        """Return the share of shown pairs that are right."""
        return self.right / self.shown if self.shown else 1.0

    @property
    def recall(self) -> float:
        """Return the share of true pairs that are shown."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def likely_precision(self) -> float:
        """Return the share of "likely" pairs that are right."""
        return self.likely_right / self.likely if self.likely else 1.0

    @property
    def likely_recall(self) -> float:
        """Return the share of true pairs that are called likely."""
        return self.likely_right / self.true if self.true else 1.0


def measured(pairs: Iterable[Mapping[str, str]], truth: set[Pair]) -> Measured:
    """Return how the rows that ``match_list`` writes stand against the true pairs of ids."""
    bands = {frozenset((pair["id_a"], pair["id_b"])): pair["band"] for pair in pairs}
    shown = {pair for pair, band in bands.items() if band in SHOWN}
    likely = {pair for pair in shown if bands[pair] == "likely"}
    return Measured(len(truth), len(shown), len(shown & truth), len(likely), len(likely & truth))


def febrl_truth(path: Path) -> set[Pair]:
    """Return the true pairs of a FEBRL set: rec-7-org, rec-7-dup-0 and so on are one person."""
    people: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            people[row["rec_id"].split("-")[1]].append(row["rec_id"])
    return {frozenset(pair) for ids in people.values() for pair in combinations(ids, 2)}


def read_pairs(path: Path) -> list[dict[str, str]]:
    """Return the rows that ``match_list`` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
