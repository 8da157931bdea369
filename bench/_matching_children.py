"""Made-up British children: households with twins, brothers and sisters, and what becomes of them when typed again.

The same seed gives the same children. Names come from bench/data/matching/names.txt by origin; nobody is real.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from cases.matching import normal, short_forms
from cases.matching.facts import Facts

NAMES = Path(__file__).resolve().parent / "data" / "matching" / "names.txt"
ORIGINS: Mapping[str, float] = {
    "british": 0.76, "south_asian": 0.10, "black_african": 0.045, "polish": 0.03, "arabic": 0.025, "romanian": 0.02,
    "chinese": 0.02,
}  # fmt: skip
TODAY = date(2026, 9, 1)
CHILDHOOD = 18 * 365
CHILDREN_OF_HOUSEHOLD = (0.45, 0.38, 0.13, 0.04)  # one, two, three, four
TWINS = 0.016  # of births (ONS: about 1 in 65 maternities)
RARE_SURNAME = 0.45  # of British children: the long tail that no list holds
SECOND_NAME = 0.12
MOHAMMED = ("mohammed", "muhammad")
BEGINNINGS = [
    "ash", "brad", "brock", "cart", "dun", "east", "fair", "gold", "hart", "holl", "kings", "lang", "mar",
    "nor", "oak", "pen", "ral", "shel", "thorn", "under", "wal", "whit", "wood",
]  # fmt: skip
MIDDLES = [
    "", "er", "ing", "en", "le", "ming", "ster", "wood", "chester", "ring",
]  # fmt: skip
ENDINGS = [
    "ton",
    "ford",
    "ley",
    "worth",
    "field",
    "ham",
    "by",
    "well",
    "stead",
    "wick",
    "bourne",
    "combe",
    "den",
    "croft",
    "gate",
    "hurst",
    "land",
    "more",
    "shaw",
    "wood",
]
STREETS = [
    "mill",
    "church",
    "station",
    "high",
    "park",
    "victoria",
    "green",
    "manor",
    "london",
    "king",
    "queen",
    "school",
    "chapel",
    "bridge",
    "albert",
    "grove",
]
KINDS = ["road", "street", "lane", "avenue", "close", "drive", "crescent", "gardens"]
TOWNS = [
    "northtown", "millbrook", "oakfield", "harbour", "easton", "weston", "kirkby", "ashby", "thornley", "brigg",
    "selwick", "marsden",
]  # fmt: skip
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True)
class Child:
    """One child of a household, by number; ``twin_of`` is the number of a twin who came before."""

    number: int
    household: int
    origin: str
    facts: Facts
    twin_of: int | None = None


@cache
def _lists() -> Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[float, ...]]]:
    found = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, _colon, names = line.partition(":")
            origin, kind = head.split()
            words = tuple(normal.name(name) for name in names.split())
            found[origin, kind] = words, tuple(accumulate(1 / (rank + 3) ** 0.6 for rank in range(len(words))))
    return found


def children(random: Random, most: int) -> Iterator[Child]:
    """Yield ``most`` children, household by household; a household is never cut."""
    made, household = 0, 0
    while made < most:
        for child in _household(random, made, household):
            yield child
            made += 1
        household += 1


def _household(random: Random, first: int, household: int) -> list[Child]:
    origin = random.choices(list(ORIGINS), list(ORIGINS.values()))[0]
    at = _address(random)
    surname = _surname(random, origin)
    found: list[Child] = []
    for _ in range(random.choices((1, 2, 3, 4), CHILDREN_OF_HOUSEHOLD)[0]):
        number = first + len(found)
        born = _born(random)
        found.append(
            _child(
                random, number, household, origin=origin, known=replace(at, surname=surname, born=born), others=found
            )
        )
        if random.random() < TWINS:
            twin = _child(random, number + 1, household, origin=origin, known=found[-1].facts, others=found)
            found.append(replace(twin, twin_of=number))
    return found


def _child(random: Random, number: int, household: int, *, origin: str, known: Facts, others: Sequence[Child]) -> Child:
    sex = random.choice("MF")
    taken = [child.facts.given for child in others]
    given = next(name for name in iter(lambda: _given(random, origin, sex), "") if not _is_one_of(name, taken))
    return Child(number, household, origin, replace(known, given=given, sex=sex))


def _is_one_of(name: str, taken: Sequence[str]) -> bool:
    """Return whether a name, or another spelling of it, is taken: nobody calls two sons Omar and Umar."""
    first = name.partition(" ")[0]
    return any(
        name == each or (first not in MOHAMMED and short_forms.are_linked(first, each.partition(" ")[0]))
        for each in taken
    )


def _given(random: Random, origin: str, sex: str) -> str:
    names, weights = _lists()[origin, "boys" if sex == "M" else "girls"]
    name = random.choices(names, cum_weights=weights)[0]
    if name in MOHAMMED or random.random() < SECOND_NAME:
        second = random.choices(names, cum_weights=weights)[0]
        return name if second == name else f"{name} {second}"
    return name


def _surname(random: Random, origin: str) -> str:
    if origin == "british" and random.random() < RARE_SURNAME:
        return random.choice(BEGINNINGS) + random.choice(MIDDLES) + random.choice(ENDINGS)
    names, weights = _lists()[origin, "surnames"]
    return random.choices(names, cum_weights=weights)[0]


def _born(random: Random) -> str:
    return f"{TODAY - timedelta(days=random.randrange(CHILDHOOD)):%Y%m%d}"


def _address(random: Random) -> Facts:
    area = random.choice(["nt", "lm", "kb", "se", "m", "b"]) + str(random.randrange(1, 40))
    code = f"{area}{random.randrange(1, 10)}{random.choice('abdefghjlnpqrst')}{random.choice('abdefghjlnpqrst')}"
    street = normal.place(f"{random.randrange(1, 180)} {random.choice(STREETS)} {random.choice(KINDS)}")
    town = random.choice(TOWNS) if random.random() < 0.5 else random.choice(BEGINNINGS) + random.choice(ENDINGS)
    return Facts(postcode=code, street=street, town=town)


# --- Typed again ----------------------------------------------------------------------------------


def typed_again(random: Random, facts: Facts) -> Facts:
    """Return the facts as another agency has them: moved, a short form, a slip, something missing, in some measure."""
    changed = facts
    if random.random() < 0.15:
        at = _address(random)
        changed = replace(changed, postcode=at.postcode, street=at.street, town=at.town)
    changed = replace(changed, given=_given_again(random, facts.given), born=_born_again(random, facts.born))
    if random.random() < 0.08:
        changed = replace(changed, surname=slip(random, changed.surname))
    if random.random() < 0.015:
        changed = replace(changed, given=changed.surname, surname=changed.given)
    return _with_gaps(random, changed)


def _given_again(random: Random, given: str) -> str:
    first, _space, second = given.partition(" ")
    if second and random.random() < 0.4:
        return first
    linked = short_forms.of(first)
    if linked and random.random() < 0.07:
        return random.choice(linked)
    return slip(random, given) if random.random() < 0.07 else given


def _born_again(random: Random, born: str) -> str:
    chance = random.random()
    if chance < 0.015:
        return born[:4] + born[6:] + born[4:6]
    if chance < 0.045:
        place = random.randrange(3, 8)
        return born[:place] + random.choice("0123456789") + born[place + 1 :]
    return born


def _with_gaps(random: Random, facts: Facts) -> Facts:
    gaps: dict[str, str] = {}
    if random.random() < 0.10:
        gaps |= {"postcode": "", "street": "", "town": ""}
    elif random.random() < 0.15:
        gaps |= {"street": "", "town": ""}
    if random.random() < 0.10:
        gaps["sex"] = ""
    if random.random() < 0.03 and (facts.postcode and not gaps):
        gaps["born"] = ""
    return replace(facts, **gaps)


def slip(random: Random, text: str) -> str:
    """Return ``text`` with one slip of the fingers: a neighbouring key, a letter left out, doubled, or two swapped."""
    if len(text) < 3:
        return text
    place = random.randrange(1, len(text) - 1)
    before, letter, after = text[:place], text[place], text[place + 1 :]
    kind = random.randrange(4)
    if kind == 0:
        return before + _neighbour(random, letter) + after
    if kind == 1:
        return before + after
    return before + letter + letter + after if kind == 2 else before + after[0] + letter + after[1:]


def _neighbour(random: Random, letter: str) -> str:
    for row in ROWS:
        place = row.find(letter)
        if place >= 0:
            return random.choice(row[max(place - 1, 0) : place] + row[place + 1 : place + 2])
    return letter


def mohammed_twins(random: Random, number: int) -> tuple[Facts, Facts]:
    """Return two twins who share "Mohammed" and go on differently."""
    first = random.choice(MOHAMMED)
    names, _weights = _lists()["south_asian", "boys"]
    seconds = [name for name in names if name not in MOHAMMED and name != "abdul"]
    one = random.choice(seconds)
    other = random.choice([name for name in seconds if not _is_one_of(name, [one])])
    known = replace(_address(random), surname=_surname(random, "south_asian"), born=_born(random), sex="M")
    return replace(known, given=f"{first} {one}"), replace(known, given=f"{first} {other}")
