"""Reading a practice profile from its files; whatever is wrong is named by file, row and column.

``timescales.csv`` says what the source says. ``clocks.csv`` says beside each of its rows how Safeguard reads
it: from which events it starts, what meets it, and what an empty, zero, negative or prose value means.
"""

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agencies.models.practice import Again, CountedIn, Hours, LegalStatus, Owner
from agencies.practice_events import PLANNED, PracticeEvent
from safeguard.common.clocks import public_holidays

FOLDER = Path(__file__).parent / "profiles"
# What a source may say, and what a clock may make of it.
PLAIN = frozenset({"hour", "working_day", "day", "week", "month"})
READ_AS: Mapping[str, frozenset[str]] = {
    **{unit: frozenset({unit}) for unit in PLAIN},
    "same_day": frozenset({"same_day"}),
    "without_delay": frozenset({"chase"}),
    "urgent": frozenset({"chase"}),
    "immediate": frozenset({"chase"}),
    "day_as_stated": frozenset({"day", "working_day", "school_day"}),
}
# These say no number, or zero; every other unit needs a number that is not zero.
WITHOUT_NUMBER = {"without_delay": {""}, "urgent": {""}, "immediate": {"", "0"}, "same_day": {"0"}}
RUNGS = frozenset({"owner", "deputy", "team", "manager", "partnership_lead", "duty"})
LADDER_UNITS = frozenset({"working_day", "hour"})
LONGEST = 1_000


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: file, row (the heading is row 1; 0 for the file itself), column and what."""

    file: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}, column {self.column}" if self.row else f"{self.file}, {self.column}"
        return f"{place}: {self.what}"


class ProfileProblems(Exception):
    """The files are no profile; ``problems`` says all that is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass
class Draft:
    """A profile as its files say it, checked and not saved."""

    profile: dict[str, Any] = field(default_factory=dict)
    timescales: list[dict[str, Any]] = field(default_factory=list)
    holidays: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Reading:
    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def say(self, file: str, row: int, column: str, what: str) -> None:
        self.problems.append(Problem(file, row, column, what))

    def cell(self, file: str, row: int, column: str) -> "_Cell":
        return _Cell(self, file, row, column)

    def rows(self, file: str, columns: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, values by column, stripped) of a table; says what columns are missing."""
        try:
            text = (self.folder / file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return self.say(file, 0, "the whole file", "there is no such file")
        reader = csv.DictReader(text.splitlines())
        missing = columns - set(reader.fieldnames or ())
        for column in sorted(missing):
            self.say(file, 1, column, "there is no such column")
        if missing:
            return None
        for number, row in enumerate(reader, start=2):
            yield number, {key: (value or "").strip() for key, value in row.items() if key}
        return None


@dataclass
class _Cell:
    """Where a value stands, to say what is wrong with it."""

    reading: _Reading
    file: str
    row: int
    column: str

    def parsed(self, value: str, parse: Callable[[str], Any], wanted: str) -> Any:
        """Return what ``parse`` makes of ``value``; None, and the problem said, where it raises ValueError."""
        try:
            return parse(value)
        except ValueError:
            said = f"“{value}” is not {wanted}" if value else f"it is empty; give {wanted}"
            self.reading.say(self.file, self.row, self.column, said)
            return None

    def one_of(self, value: str, known: Collection[str]) -> str:
        """Return ``value``; says so where it is not ``known``."""
        if value not in known:
            said = f"“{value}” is unknown; it must be one of: {', '.join(sorted(known))}"
            self.reading.say(self.file, self.row, self.column, said)
        return value


def read_profile(folder: Path) -> Draft:
    """Return what the files in ``folder`` say. Raises ProfileProblems with everything that is wrong with them."""
    reading = _Reading(folder)
    draft = Draft(_profile(reading))
    draft.profile["levels"] = [row for _n, row in reading.rows("levels.csv", {"level", "name"})]
    draft.profile["terms"] = [row for _n, row in reading.rows("terms.csv", {"term", "expansion"})]
    draft.profile["ladder"] = list(_ladder(reading))
    draft.holidays = _holidays(reading)
    draft.timescales = _timescales(reading)
    if reading.problems:
        raise ProfileProblems(reading.problems)
    return draft


# --- The profile itself ---------------------------------------------------------------------------


def _profile(reading: _Reading) -> dict[str, Any]:
    file = "profile.json"
    try:
        given = json.loads((reading.folder / file).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        reading.say(file, 0, "the whole file", f"it cannot be read ({type(error).__name__})")
        return {}
    made: dict[str, Any] = {
        "label": str(given.get("label", "")),
        "is_example": bool(given.get("is_example", False)),
        "time_zone": str(given.get("time_zone", "")),
        "holiday_country": str(given.get("holiday_country", "")),
        "holiday_subdivision": str(given.get("holiday_subdivision", "")),
        "codes": list(given.get("codes", [])),
    }
    for name in ("opens_at", "closes_at"):
        made[name] = reading.cell(file, 0, name).parsed(
            str(given.get(name, "")), time.fromisoformat, "a time like 09:00"
        )
    if None not in (made["opens_at"], made["closes_at"]) and made["closes_at"] <= made["opens_at"]:
        reading.say(file, 0, "closes_at", "it must be after opens_at")
    reading.cell(file, 0, "time_zone").parsed(made["time_zone"], _zone, "a time zone such as Europe/London")
    country, part = made["holiday_country"], made["holiday_subdivision"]
    reading.cell(file, 0, "holiday_country").parsed(
        country, lambda code: _known_holidays(code, part), "a known country"
    )
    if not made["label"]:
        reading.say(file, 0, "label", "it is empty")
    return made


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error


def _known_holidays(country: str, subdivision: str) -> object:
    try:
        return public_holidays(country, subdivision, 2026)
    except NotImplementedError as error:
        raise ValueError from error


# --- Holidays and the ladder ----------------------------------------------------------------------


def _holidays(reading: _Reading) -> list[dict[str, Any]]:
    file = "holidays.csv"
    found: list[dict[str, Any]] = []
    for number, row in reading.rows(file, {"first_day", "last_day", "name"}):
        first, last = (
            reading.cell(file, number, column).parsed(row[column], date.fromisoformat, "a day like 2026-12-24")
            for column in ("first_day", "last_day")
        )
        if first is None or last is None:
            continue
        if last < first:
            reading.say(file, number, "last_day", "it is before first_day")
        for other in found:
            if first <= other["last_day"] and other["first_day"] <= last:
                reading.say(file, number, "first_day", f"it overlaps “{other['name']}”: each day may be named once")
        found.append({"first_day": first, "last_day": last, "name": row["name"]})
    return found


def _ladder(reading: _Reading) -> Iterator[dict[str, Any]]:
    file = "ladder.csv"
    known: set[str] = set()
    kinds: set[str] = set()
    for number, row in reading.rows(file, {"stage", "for", "amount", "unit", "to", "only_if"}):
        reading.cell(file, number, "for").one_of(row["for"], {"ordinary", "urgent"})
        reading.cell(file, number, "unit").one_of(row["unit"], LADDER_UNITS)
        reading.cell(file, number, "only_if").one_of(row["only_if"], {"", "unacknowledged"})
        amount = reading.cell(file, number, "amount").parsed(row["amount"], int, "a whole number")
        for rung in row["to"].split() or [""]:
            reading.cell(file, number, "to").one_of(rung, RUNGS)
        if row["stage"] in known:
            reading.say(file, number, "stage", f"“{row['stage']}” is there already")
        known.add(row["stage"])
        kinds.add(row["for"])
        yield row | {"amount": amount, "to": row["to"].split()}
    for kind in sorted({"ordinary", "urgent"} - kinds):
        reading.say(file, 0, "for", f"no row is for {kind} deadlines: nobody would be reminded of them")


# --- Timescales -----------------------------------------------------------------------------------


def _timescales(reading: _Reading) -> list[dict[str, Any]]:
    stated = _by_code(
        reading, "timescales.csv", {"code", "trigger", "action", "value", "unit", "source", "verification"}
    )
    columns = {"code", "starts_on", "met_by", "amount", "unit", "hours", "owner", "again", "urgent", "reading"}
    clocks = _by_code(reading, "clocks.csv", columns)
    for code in sorted(stated.keys() - clocks.keys()):
        reading.say("clocks.csv", stated[code][0], "code", f"{code} of timescales.csv has no row here")
    for code in sorted(clocks.keys() - stated.keys()):
        reading.say("clocks.csv", clocks[code][0], "code", f"timescales.csv has no {code}")
    both = [code for code in stated if code in clocks]
    return [
        {"position": position, **_stated(reading, *stated[code]), **_clock(reading, stated[code][1], *clocks[code])}
        for position, code in enumerate(both, start=1)
    ]


def _by_code(reading: _Reading, file: str, columns: set[str]) -> dict[str, tuple[int, dict[str, str]]]:
    found: dict[str, tuple[int, dict[str, str]]] = {}
    for number, row in reading.rows(file, columns):
        if not row["code"] or row["code"] in found:
            reading.say(file, number, "code", f"“{row['code']}” is empty or there already")
        found[row["code"]] = (number, row)
    return found


def _stated(reading: _Reading, number: int, row: dict[str, str]) -> dict[str, Any]:
    file = "timescales.csv"
    unit = reading.cell(file, number, "unit").one_of(row["unit"], READ_AS)
    value = row["value"]
    if unit in WITHOUT_NUMBER:
        if value not in WITHOUT_NUMBER[unit]:
            reading.say(file, number, "value", f"“{unit}” takes no number, and this is “{value}”")
    elif reading.cell(file, number, "value").parsed(value, int, "a whole number") == 0:
        reading.say(file, number, "value", f"a period of zero {unit}s is no period; say same_day or immediate")
    return {
        "code": row["code"],
        "trigger": row["trigger"],
        "action": row["action"],
        "responsible": row.get("responsible", ""),
        "stated_value": value,
        "stated_unit": unit,
        "legal_status": reading.cell(file, number, "status").one_of(
            row.get("status", LegalStatus.EXAMPLE.value), LegalStatus.values
        ),
        "source": row["source"],
        "verification": row["verification"],
    }


def _clock(reading: _Reading, stated: dict[str, str], number: int, row: dict[str, str]) -> dict[str, Any]:
    file = "clocks.csv"

    def one_of(column: str, known: Any) -> str:
        return reading.cell(file, number, column).one_of(row[column], known)

    unit, starts_on = one_of("unit", CountedIn.values), _events(reading, number, "starts_on", row)
    amount = _amount(reading, number, row, unit)
    if unit not in READ_AS.get(stated["unit"], {unit}):
        reading.say(file, number, "unit", f"timescales.csv says {stated['unit']}, which is not read as {unit}")
    if amount is not None and stated["unit"] in PLAIN | {"day_as_stated"} and str(amount) != stated["value"]:
        reading.say(file, number, "amount", f"timescales.csv says {stated['value']}")
    if stated["unit"] not in PLAIN and not row["reading"]:
        reading.say(file, number, "reading", f"say how “{stated['unit']}” is read")
    if amount is not None and amount < 0 and not set(starts_on) <= PLANNED:
        reading.say(file, number, "amount", "only from a planned event can a period be counted back")
    hours = row["hours"]
    if (unit in ("hour", "chase")) != bool(hours) or (hours and hours not in Hours.values):
        reading.say(file, number, "hours", "say clock or working for hours, and nothing for days")
    return {
        "starts_on": starts_on,
        "met_by": _events(reading, number, "met_by", row),
        "amount": amount,
        "unit": unit,
        "hours": hours,
        "owner": one_of("owner", Owner.values),
        "again": one_of("again", Again.values),
        "urgent": one_of("urgent", {"yes", "no"}) == "yes",
        "reading": row["reading"],
    }


def _events(reading: _Reading, number: int, column: str, row: dict[str, str]) -> list[str]:
    return [
        reading.cell("clocks.csv", number, column).one_of(code, PracticeEvent.values) for code in row[column].split()
    ]


def _amount(reading: _Reading, number: int, row: dict[str, str], unit: str) -> int | None:
    if unit == CountedIn.CHASE:
        if row["amount"]:
            reading.say(
                "clocks.csv", number, "amount", "a step without delay has no number: the interval is set locally"
            )
        return None
    amount: int | None = reading.cell("clocks.csv", number, "amount").parsed(row["amount"], int, "a whole number")
    if amount is not None and (abs(amount) > LONGEST or (amount == 0) != (unit == CountedIn.SAME_DAY)):
        reading.say("clocks.csv", number, "amount", f"{amount} {unit} is not allowed (zero is the same day)")
    return amount
