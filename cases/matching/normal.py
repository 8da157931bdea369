"""One form for what people type: names, dates, postcodes, streets and numbers. Takes any Unicode.

Everything returned holds lower-case letters, digits and single spaces only, and has a bounded length,
so that it can go into an index, a log of a test or a comparison without a second thought.
"""

import re
import unicodedata
from datetime import date

LONGEST_READ = 1_000  # characters of what was typed that are looked at
LONGEST_NAME = 60
LONGEST_PLACE = 80
# Letters that Unicode does not take apart into a plain letter and a mark.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng", "ə": "e"}
)
APOSTROPHES = re.compile(r"['’‘ʼ`´ʻʾʿ]")
# Written where a name is not known, or by custom before it.
NO_NAMES = frozenset(
    [
        "unknown",
        "unk",
        "nk",
        "notknown",
        "none",
        "baby",
        "babyboy",
        "babygirl",
        "boy",
        "girl",
        "male",
        "female",
        "infant",
        "unborn",
        "twin",
        "na",
        "null",
        "test",
    ]
)
TITLES = frozenset(["mr", "mrs", "miss", "ms", "mx", "dr", "master", "rev"])
ABBREVIATIONS = {
    "street": "st", "road": "rd", "avenue": "ave", "lane": "ln", "close": "cl", "drive": "dr", "crescent": "cres",
    "court": "ct", "place": "pl", "gardens": "gdns", "terrace": "tce", "square": "sq", "grove": "gr", "house": "hse",
    "apartment": "flat", "apt": "flat", "av": "ave", "gdn": "gdns", "saint": "st", "north": "n", "south": "s",
    "east": "e", "west": "w", "upper": "u", "lower": "l", "great": "gt", "little": "lt", "mount": "mt",
}  # fmt: skip
UK_POSTCODE = re.compile(r"^([a-z]{1,2}[0-9][a-z0-9]?)([0-9][a-z]{2})$")
YEAR_FIRST = re.compile(r"^\s*([0-9]{4})[-/. ]?([0-9]{1,2})[-/. ]?([0-9]{1,2})\s*$")
DAY_FIRST = re.compile(r"^\s*([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})\s*$")


def folded(text: str) -> str:
    """Return ``text`` in lower-case letters and digits of any script, without marks; all else is a space."""
    joined = APOSTROPHES.sub("", text[:LONGEST_READ])
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", joined).casefold()).translate(PLAIN)
    kept = (_kept(character) for character in plain)
    return " ".join("".join(kept).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "L" or category == "Nd":
        return character
    return "" if category[0] == "M" or category in {"Cf", "Sk"} else " "


def name(text: str) -> str:
    """Return a given name or surname in the one form; empty where it says that the name is not known."""
    words = [word for word in folded(text).split() if not word.isdigit()]
    while words and words[0] in TITLES:
        words = words[1:]
    if not words or "".join(words) in NO_NAMES or words[0] in {"baby", "unborn", "unknown"}:
        return ""
    return " ".join(words)[:LONGEST_NAME].strip()


def joined(name: str) -> str:
    """Return a name in the one form without its spaces: "mary ann" and "maryann" are one name."""
    return name.replace(" ", "")


def birth_date(day: date | None) -> str:
    """Return the eight digits of a day, year first; empty for None."""
    return f"{day:%Y%m%d}".rjust(8, "0") if day else ""


def written_date(text: str) -> str:
    """Return the eight digits of a date with a four-digit year, day before month, year first.

    A date that no calendar has keeps its digits, so that 31/02/2015 still resembles 13/02/2015. Empty for
    what is no date. Two-digit years are for the caller to ask about: here they are no date.
    """
    found = YEAR_FIRST.match(text[:LONGEST_READ])
    if found:
        return "{:0>4}{:0>2}{:0>2}".format(*found.groups())
    found = DAY_FIRST.match(text[:LONGEST_READ])
    return "{2:0>4}{1:0>2}{0:0>2}".format(*found.groups()) if found else ""


def is_impossible(digits: str) -> bool:
    """Return whether eight digits are no day of any calendar."""
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return True
    return False


def postcode(text: str) -> str:
    """Return a postcode without spaces, at most ten characters."""
    return folded(text).replace(" ", "")[:10]


def outward(code: str) -> str:
    """Return the first half of a British postcode in the one form, and the whole of any other."""
    found = UK_POSTCODE.match(code)
    return found[1] if found else code


def is_uk_postcode(code: str) -> bool:
    """Return whether a postcode in the one form is a full British one, which some 15 households share."""
    return bool(UK_POSTCODE.match(code))


def place(text: str) -> str:
    """Return one line of an address in the one form, with the usual words short."""
    words = [ABBREVIATIONS.get(word, word) for word in folded(text).split()]
    return " ".join(words)[:LONGEST_PLACE].strip()


def street_and_town(lines: str) -> tuple[str, str]:
    """Return the street (with its number) and the town of an address written in lines or with commas."""
    parts = [part for part in map(place, re.split(r"[,\n;]", lines[:LONGEST_READ])) if part]
    if not parts:
        return "", ""
    street = parts[0]
    if len(parts) > 1 and (street.isdigit() or street.startswith("flat")):
        street = f"{street} {parts[1]}"[:LONGEST_PLACE].strip()
        parts = parts[1:]
    return street, parts[-1] if len(parts) > 1 else ""


def number(text: str) -> str:
    """Return a national number without spaces and signs, at most twenty characters."""
    return folded(text).replace(" ", "")[:20]
