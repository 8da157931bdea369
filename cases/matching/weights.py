"""From levels to probabilities: Fellegi and Sunter's weights with three hypotheses instead of two.

The record is the same child (S), another child of the same household (H), or unrelated (U). Each level of
each field says how often it is seen under each: m, h and u. Then P(same) = S / (S + H + U). With only two
hypotheses a twin is the best match that there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cases.matching.facts import Facts
from cases.matching.frequencies import Kind, Shares
from cases.matching.levels import Level, Levels

LIKELY, POSSIBLE, HOUSEHOLD = 0.95, 0.05, 0.5
# How many records of a register are expected to be this child, and to be of its household. Few registers
# are so small that a random record would be either.
EXPECTED_SAME, EXPECTED_HOUSEHOLD = 0.5, 1.5
SMALLEST_REGISTER = 1_000
MOST_DIFFERING = 1
NAMES_THAT_AGREE = {Level.SAME, Level.SHORT_FORM, Level.VERY_SIMILAR, Level.SWAPPED}
CLOSE_NAMES = {Level.SAME, Level.SHORT_FORM, Level.VERY_SIMILAR}
NAMED: Mapping[str, Kind] = {"given": "given", "surname": "surname"}


class Band(StrEnum):
    """What is said of a pair."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    HOUSEHOLD = "household"
    NONE = "none"


@dataclass(frozen=True)
class Weight:
    """How often a level is seen in a pair: the same child's, unrelated children's, and one household's."""

    m: float
    u: float
    h: float


NEUTRAL = Weight(1, 1, 1)


@dataclass(frozen=True)
class Model:
    """One immutable version of the weights, by field and level."""

    version: int
    weights: Mapping[tuple[str, str], Weight]

    def weight(self, field: str, level: Level) -> Weight:
        """Return the weight of a level; what is missing on either side says nothing."""
        return NEUTRAL if level is Level.MISSING else self.weights[field, level]


@dataclass(frozen=True)
class Score:
    """What comparing two records says: P(same child), P(same household), and the band."""

    p_same: float
    p_household: float
    band: Band
    levels: Levels

    @property
    def may_be_sibling(self) -> bool:
        """Return whether a brother, a sister or a twin is the better guess; a possible match can be that too."""
        return self.p_household >= HOUSEHOLD


def score(one: Facts, other: Facts, levels: Levels, *, model: Model, shares: Shares) -> Score:
    """Return the probabilities and the band of a pair whose ``levels`` were compared."""
    register = max(shares.children, SMALLEST_REGISTER)
    same, household, unrelated = EXPECTED_SAME / register, EXPECTED_HOUSEHOLD / register, 1.0
    for field, level in levels.items():
        weight = model.weight(field, level)
        same, household = same * weight.m, household * weight.h
        by_name = level is Level.SAME and field in NAMED
        unrelated *= shares.of(NAMED[field], getattr(one, field)) if by_name else weight.u
    if levels["given"] in CLOSE_NAMES and levels["surname"] in CLOSE_NAMES:
        unrelated *= shares.go_together(one.given)
    total = same + household + unrelated
    p_same, p_household = same / total, household / total
    return Score(p_same, p_household, band(levels, p_same, p_household), levels)


def band(levels: Levels, p_same: float, p_household: float) -> Band:
    """Return what is said of a pair. A name alone gets no band, also where everything beside it differs."""
    if all(levels[field] in {Level.MISSING, Level.DIFFERENT} for field in ("born", "place", "number")):
        return Band.NONE
    agrees = levels["given"] in NAMES_THAT_AGREE or levels["number"] is Level.SAME
    if p_same >= LIKELY and agrees and levels["number"] is not Level.DIFFERENT:
        return Band.LIKELY
    if p_same >= POSSIBLE and (levels["number"] is Level.SAME or not _have_little_in_common(levels)):
        return Band.POSSIBLE
    return Band.HOUSEHOLD if p_household >= HOUSEHOLD else Band.NONE


def _have_little_in_common(levels: Levels) -> bool:
    """Return whether two facts differ altogether and no address holds the pair together: a name or a day in common."""
    if levels["place"] in {Level.SAME, Level.VERY_SIMILAR}:
        return False
    return sum(levels[field] is Level.DIFFERENT for field in ("given", "surname", "born", "place")) > MOST_DIFFERING
