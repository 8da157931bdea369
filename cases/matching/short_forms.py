"""Known short forms and other spellings of given names: a curated British list beside the ``nicknames`` package.

The package is American and links names that are each given in their own right here (jack and john), which
would make brothers one child. Its pairs count only where the two begin alike.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from nicknames import NickNamer

from cases.matching.phonetic import sounds_alike

LIST = Path(__file__).parent / "data" / "british_short_forms.csv"
MOST = 16
ALIKE = 2  # letters in common at the beginning


@cache
def _british() -> Mapping[str, frozenset[str]]:
    linked: dict[str, set[str]] = defaultdict(set)
    for line in LIST.read_text(encoding="utf-8").splitlines():
        formal, *others = [""] if line.startswith("#") else line.split(",")
        for other in others:
            linked[formal].add(other)
            # Mo and mohamed are one mohammed, but molly and polly may be two sisters.
            linked[other] |= {formal} | {each for each in others if each != other and _alike(each, other)}
    return {name: frozenset(others) for name, others in linked.items()}


def _alike(one: str, other: str) -> bool:
    return one[:ALIKE] == other[:ALIKE] or sounds_alike(one, other)


@cache
def _american() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=65_536)
def of(name: str) -> tuple[str, ...]:
    """Return the names that a child called ``name`` (in the one form) may be known by, at most MOST of them."""
    package = _american()
    alike = {
        other
        for other in package.nicknames_of(name) | package.canonicals_of(name)
        if other[:ALIKE] == name[:ALIKE] and other.isalpha()
    }
    ours = _british().get(name, frozenset())
    return tuple([*sorted(ours), *sorted(alike - ours - {name})][:MOST])


def are_linked(one: str, other: str) -> bool:
    """Return whether one of two given names is a known short form or spelling of the other."""
    return other in of(one) or one in of(other)
