"""Whether a text says who sent a report without an account: their name, where they work, how they are reached."""

import re
import unicodedata
from collections.abc import Iterable

from referrals.models import PublicReporter

SHORTEST = 3  # letters; what is shorter stands in nearly every text
DIGITS = 6
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"\+?\d[\d\s()./-]*")


def reporter_in(texts: Iterable[str], reporter: PublicReporter, *, child: Iterable[str]) -> list[str]:
    """Return what in ``texts`` may say who ``reporter`` is, as they gave it; whole words, without case and accents.

    Words that are also in the names of the ``child`` say nothing: a young person may report about themselves.
    """
    text = _folded(" ".join(texts))
    words, own = _words(text), {word for name in child for word in _words(_folded(name))}
    named = [word for word in WORD.findall(_joined(reporter.name)) if _says(word, own) and _folded(word) in words]
    place = _words(_folded(reporter.organisation))
    found = [reporter.organisation] if any(map(_long, place)) and _follow(place, words) else []
    found += [reporter.email] if reporter.email and _folded(reporter.email) in text else []
    number = _digits(reporter.phone)
    rings = len(number) >= DIGITS and any(number in _digits(each) for each in NUMBER.findall(text))
    return list(dict.fromkeys([*named, *found, *([reporter.phone] if rings else [])]))


def _says(word: str, own: set[str]) -> bool:
    return _long(word) and _folded(word) not in own


def _long(word: str) -> bool:
    return len(word) >= SHORTEST


def _joined(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _folded(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


def _words(folded: str) -> list[str]:
    return WORD.findall(folded)


def _follow(place: list[str], words: list[str]) -> bool:
    return any(words[at : at + len(place)] == place for at in range(len(words)))


def _digits(text: str) -> str:
    """Return the number as it is dialled at home: "+44 1632 960777" and "01632 960777" are one."""
    digits = "".join(char for char in text if char.isdecimal())
    return digits.removeprefix("00").removeprefix("44").removeprefix("0")
