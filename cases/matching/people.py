"""Whether two adults' names may be one person's: an adult around a child and somebody who works with cases."""

from cases.matching import levels, normal
from cases.matching.levels import PREFIX_NAMES, Level

CLOSE = {Level.SAME, Level.SHORT_FORM, Level.VERY_SIMILAR}


def may_be_one(one: str, other: str) -> bool:
    """Return whether two full names, as they were typed, may be one person's; a name of one word says too little.

    Also in short forms, with a slip, the other way round, and with one part of a double surname.
    """
    words, others = normal.name(one).split(), normal.name(other).split()
    if len(words) < 2 or len(others) < 2:  # noqa: PLR2004  (a first name and a last name)
        return False
    return _alike(words, others) or _alike([words[-1], *words[:-1]], others)


def _alike(words: list[str], others: list[str]) -> bool:
    given = levels.given(" ".join(words[:-1]), " ".join(others[:-1]))
    if given in CLOSE and levels.surname(words[-1], others[-1]) in CLOSE:
        return True
    # Two who share "mohammed" share little: their other names must do.
    shares_part = bool(set(words[1:]) & set(others[1:])) and words[0] not in PREFIX_NAMES
    return shares_part and levels.given(words[0], others[0]) in CLOSE
