"""How far two children's facts agree, field by field: a level each, which weights and words are looked up by."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio

from cases import identifiers
from cases.matching import normal
from cases.matching.facts import Facts
from cases.matching.frequencies import is_common
from cases.matching.phonetic import sounds_alike
from cases.matching.short_forms import are_linked


class Level(StrEnum):
    """How far one fact agrees."""

    SAME = "same"
    SHORT_FORM = "short_form"
    VERY_SIMILAR = "very_similar"
    SWAPPED = "swapped"
    PART = "part"
    SIMILAR = "similar"
    DIFFERENT = "different"
    MISSING = "missing"


Levels = dict[str, Level]
FIELDS = ("given", "surname", "born", "sex", "place", "number")
# Names that so many children bear beside another one that sharing them says little of who is meant.
PREFIX_NAMES = frozenset(
    [
        "mohammed",
        "muhammad",
        "mohamed",
        "mohammad",
        "muhammed",
        "mohamad",
        "md",
        "mohd",
        "mo",
        "syed",
        "sayed",
        "abdul",
        "maria",
    ]
)
LONG_NAME = 4
CLOSE_NAME = 0.92
NEAR_NAME = 0.78
CLOSE_STREET = 85
CLOSE_LETTERS = 0.8
ONE_SLIP, TWO_SLIPS = 1, 2


def compare(one: Facts, other: Facts) -> Levels:
    """Return the level of each field. Two given names in each other's place are "swapped" in both fields."""
    levels = {
        "given": given(one.given, other.given),
        "surname": surname(one.surname, other.surname),
        "born": born(one.born, other.born),
        "sex": _exactly(one.sex, other.sex),
        "place": place(one, other),
        "number": number(one, other),
    }
    if _swapped(one, other, levels):
        levels["given"] = levels["surname"] = Level.SWAPPED
    return levels


def _exactly(one: str, other: str) -> Level:
    if not (one and other):
        return Level.MISSING
    return Level.SAME if one == other else Level.DIFFERENT


# --- Names ----------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def given(one: str, other: str) -> Level:
    """Return how far two given names agree; a shared first name says little where both go on differently."""
    if not (one and other):
        return Level.MISSING
    if one == other or normal.joined(one) == normal.joined(other):
        return Level.SAME
    first, rest = one.split(maxsplit=1)[0], one.split()[1:]
    other_first, other_rest = other.split(maxsplit=1)[0], other.split()[1:]
    if rest and other_rest:
        return _both_have_more(first, rest, other_first, other_rest)
    if rest or other_rest:
        return _one_has_more(first, other_first, [*rest, *other_rest])
    return _single(one, other)


def _both_have_more(first: str, rest: list[str], other_first: str, other_rest: list[str]) -> Level:
    firsts, rests = _single(first, other_first), _single(" ".join(rest), " ".join(other_rest))
    close = {Level.SAME, Level.SHORT_FORM, Level.VERY_SIMILAR}
    if firsts in close and rests in close:
        return Level.VERY_SIMILAR
    if set(rest) & set(other_rest) or {first, *rest} == {other_first, *other_rest}:
        return Level.PART
    # Two who share "mohammed" or "anna" and then differ are brothers or sisters more often than one child.
    if first in PREFIX_NAMES or other_first in PREFIX_NAMES:
        return Level.DIFFERENT
    return Level.SIMILAR if firsts in close else Level.DIFFERENT


def _one_has_more(first: str, other_first: str, more: list[str]) -> Level:
    if first in PREFIX_NAMES or other_first in PREFIX_NAMES:
        alone = {first, other_first} - PREFIX_NAMES
        return Level.PART if not alone or alone & set(more) else Level.DIFFERENT
    firsts = _single(first, other_first)
    if firsts is Level.SAME:
        return Level.SHORT_FORM
    return Level.PART if {first, other_first} & set(more) else firsts


def _single(one: str, other: str) -> Level:
    if one == other:
        return Level.SAME
    if are_linked(one, other):
        return Level.SHORT_FORM
    if 1 in (len(one), len(other)):
        return Level.PART if one[0] == other[0] else Level.DIFFERENT
    # Two names that are both common are seldom a slip of one another: Ella and Emma may be twins.
    return _by_letters(one, other, slips=not (is_common(one) and is_common(other)))


def _by_letters(one: str, other: str, *, slips: bool) -> Level:
    alike, edits = JaroWinkler.similarity(one, other), OSA.distance(one, other, score_cutoff=2)
    sound = sounds_alike(one, other) and alike >= NEAR_NAME
    slip = min(len(one), len(other)) >= LONG_NAME and (alike >= CLOSE_NAME or edits <= ONE_SLIP)
    if slips and (slip or sound):
        return Level.VERY_SIMILAR
    return Level.SIMILAR if alike >= NEAR_NAME or sound else Level.DIFFERENT


@lru_cache(maxsize=65_536)
def surname(one: str, other: str) -> Level:
    """Return how far two surnames agree; one part of a double surname is "part"."""
    if not (one and other):
        return Level.MISSING
    if one == other or normal.joined(one) == normal.joined(other):
        return Level.SAME
    if set(one.split()) & set(other.split()):
        return Level.PART
    return _by_letters(one, other, slips=not (is_common(one) and is_common(other) and not sounds_alike(one, other)))


def _swapped(one: Facts, other: Facts, levels: Levels) -> bool:
    close = {Level.SAME, Level.VERY_SIMILAR, Level.SHORT_FORM}
    if not (one.given and one.surname and other.given and other.surname):
        return False
    if levels["given"] in close or levels["surname"] in close:
        return False
    return surname(one.given, other.surname) in close and surname(one.surname, other.given) in close


# --- Date of birth --------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def born(one: str, other: str) -> Level:
    """Return how far two dates of birth agree, by their digits: an impossible date resembles the right one."""
    if not (one and other):
        return Level.MISSING
    if one == other:
        return Level.SAME
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return Level.SWAPPED
    edits = OSA.distance(one, other)
    if edits <= ONE_SLIP:
        return Level.VERY_SIMILAR
    parts = sum((one[:4] == other[:4], one[4:6] == other[4:6], one[6:] == other[6:]))
    return Level.SIMILAR if parts == 2 or edits <= TWO_SLIPS else Level.DIFFERENT  # noqa: PLR2004  (two of three)


# --- Address: one comparison, or one fact would count three times ---------------------------------


def place(one: Facts, other: Facts) -> Level:
    """Return how far two addresses agree, from street, town and postcode together."""
    street = _agree(one.street, other.street, _street)
    code = _agree(one.postcode, other.postcode, lambda a, b: OSA.distance(a, b) <= ONE_SLIP)
    town = _agree(one.town, other.town, lambda a, b: JaroWinkler.similarity(a, b) >= CLOSE_NAME)
    if street is code is town is None:
        return Level.MISSING
    same_code = bool(one.postcode) and one.postcode == other.postcode
    household = same_code and normal.is_uk_postcode(one.postcode)
    # Two full British postcodes that differ are two places, though each town has a Church Street.
    elsewhere = code is False and normal.is_uk_postcode(one.postcode) and normal.is_uk_postcode(other.postcode)
    if elsewhere:
        return Level.SIMILAR if street or town or one.outward == other.outward else Level.DIFFERENT
    if (street and (code or town)) or (household and street is None):
        return Level.SAME
    if street or household or (same_code and town):
        return Level.VERY_SIMILAR
    near = town or same_code or (one.outward and one.outward == other.outward)
    return Level.SIMILAR if near else Level.DIFFERENT


def _agree(one: str, other: str, alike: Callable[[str, str], bool]) -> bool | None:
    return None if not (one and other) else one == other or alike(one, other)


@lru_cache(maxsize=65_536)
def _street(one: str, other: str) -> bool:
    # Number 12 and number 14 are two households, whatever the street is called.
    numbers, other_numbers = _numbers(one), _numbers(other)
    if numbers and other_numbers and not numbers & other_numbers:
        return False
    if token_set_ratio(one, other) >= CLOSE_STREET:
        return True
    # A space typed one letter too early splits two words wrongly, and then no word has its short form.
    return OSA.normalized_similarity(_unspaced(one), _unspaced(other)) >= CLOSE_LETTERS


def _unspaced(street: str) -> str:
    joined = street.replace(" ", "")
    for word, short in normal.ABBREVIATIONS.items():
        if len(word) > LONG_NAME and joined.endswith(word):
            return joined.removesuffix(word) + short
    return joined


def _numbers(street: str) -> set[str]:
    return {word for word in street.split() if word[0].isdigit()}


# --- Numbers --------------------------------------------------------------------------------------


def number(one: Facts, other: Facts) -> Level:
    """Return how far national or pupil numbers agree. Two right ones that differ are a conflict ("different").

    One digit off is "very similar", which is no strong support: an NHS number with a slip fails its check
    digit (modulus 11), so two that both pass are two children.
    """
    levels = [_number(one.number, other.number), _number(one.pupil_number, other.pupil_number)]
    for level in (Level.SAME, Level.DIFFERENT, Level.VERY_SIMILAR):
        if level in levels:
            return level
    return Level.MISSING


@lru_cache(maxsize=65_536)
def _number(one: str, other: str) -> Level:
    if not (one and other):
        return Level.MISSING
    if one == other:
        return Level.SAME
    if OSA.distance(one, other) <= ONE_SLIP and not (_is_right(one) and _is_right(other)):
        return Level.VERY_SIMILAR
    return Level.DIFFERENT


def _is_right(number: str) -> bool:
    return identifiers.is_nhs_number(number) or identifiers.is_upn(number)
