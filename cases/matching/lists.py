"""Lists of children in CSV files: which column is what, what is wrong with them, and their rows as facts."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cases.matching import normal
from cases.matching.facts import Facts

COLUMNS = (
    *("id", "given_name", "surname", "date_of_birth", "sex", "postcode"),
    *("address_1", "address_2", "suburb", "state", "national_id"),
)
# What other systems call these columns.
ALIASES: Mapping[str, str] = {
    "rec_id": "id", "record_id": "id", "forename": "given_name", "first_name": "given_name", "given": "given_name",
    "legal_forename": "given_name", "last_name": "surname", "family_name": "surname", "legal_surname": "surname",
    "dob": "date_of_birth", "birth_date": "date_of_birth", "born_on": "date_of_birth", "gender": "sex",
    "post_code": "postcode", "address": "address_1", "address_line_1": "address_1", "address_line_2": "address_2",
    "town": "suburb", "city": "suburb", "county": "state", "upn": "national_id", "nhs_number": "national_id",
    "soc_sec_id": "national_id",
}  # fmt: skip
DATE_ORDERS: Mapping[str, str] = {"YYYY-MM-DD": "ymd", "DD/MM/YYYY": "dmy", "MM/DD/YYYY": "mdy", "YYYYMMDD": "ymd"}
SEXES = {"m": "M", "male": "M", "boy": "M", "1": "M", "f": "F", "female": "F", "girl": "F", "2": "F"}
MOST_NAMED = 10  # ids in a message
LONGEST_FIELD = 1_000_000
LAST_MONTH = 12


class ListRefused(Exception):
    """A list cannot be matched as it is; the message says what is wrong and what to do."""


@dataclass
class ChildList:
    """The rows of a list by their own ids, and what there is to say about reading it."""

    path: Path
    ids: list[str] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: Path, *, columns: Mapping[str, str], date_format: str = "") -> ChildList:
    """Return the children of the CSV file at ``path``.

    ``columns`` maps the file's headers to ours; ``date_format`` is one of DATE_ORDERS. Raises ListRefused
    for a file that is none, for a header without id and name, for an id that comes twice, and for dates
    that could be read in two ways.
    """
    text, encoding = _decoded(path)
    rows = _rows(text, path)
    header = next(rows, [])
    places, notes = _places(header, columns, path)
    found = ChildList(path, notes=notes)
    if encoding != "utf-8":
        found.notes.append(f"{path.name} is not in UTF-8; it was read as {encoding}.")
    records = [_record(row, places, len(header), number, path) for number, row in enumerate(rows, 2) if any(row)]
    _refuse_repeated([record["id"] for record in records], path)
    order = _date_order([record.get("date_of_birth", "") for record in records], date_format, path)
    for record in records:
        found.ids.append(record["id"])
        found.facts.append(_facts(record, order))
    found.notes += _doubts(found, records)
    return found


def _decoded(path: Path) -> tuple[str, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ListRefused(f"{path} cannot be read: {error.strerror}. Nothing was written.") from None
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ListRefused(f"{path.name} is no text file. Save it as CSV and try again. Nothing was written.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "Latin-1 (Windows-1252)"


def _rows(text: str, path: Path) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            yield [value.strip() for value in row]
    except csv.Error as error:
        raise ListRefused(f"{path.name}, line {reader.line_num}: {error}. Nothing was written.") from None


def _places(header: Sequence[str], columns: Mapping[str, str], path: Path) -> tuple[dict[str, int], list[str]]:
    plain = [name.strip().lower().replace(" ", "_") for name in header]
    wanted = {theirs.strip().lower().replace(" ", "_"): ours for theirs, ours in columns.items()}
    if absent := [name for name in wanted if name not in plain]:
        raise ListRefused(f"{path.name} has no column {', '.join(absent)}, which --map names. Nothing was written.")
    places: dict[str, int] = {}
    unknown = []
    for place, name in enumerate(plain):
        ours = wanted.get(name) or (name if name in COLUMNS else ALIASES.get(name, ""))
        if ours and ours not in places:
            places[ours] = place
        elif name:
            unknown.append(name)
    _refuse_header(places, header, path)
    notes = [f"{path.name}: these columns are not compared: {', '.join(unknown)}."] if unknown else []
    return places, notes


def _refuse_header(places: Mapping[str, int], header: Sequence[str], path: Path) -> None:
    if "id" in places and ("given_name" in places or "surname" in places):
        return
    raise ListRefused(
        f"{path.name} needs a header with id and given_name or surname; it begins: {', '.join(header)[:200]!r}. "
        "Name other headers with --map theirs=ours. Nothing was written."
    )


def _record(row: Sequence[str], places: Mapping[str, int], width: int, line: int, path: Path) -> dict[str, str]:
    if len(row) > width and any(row[width:]):
        raise ListRefused(f"{path.name}, row {line}: more values than the header has columns. Nothing was written.")
    record = {ours: row[place] if place < len(row) else "" for ours, place in places.items()}
    if not record["id"]:
        raise ListRefused(f"{path.name}, row {line}: it has no id. Nothing was written.")
    return record


def _refuse_repeated(ids: Sequence[str], path: Path) -> None:
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    if repeated:
        named = ", ".join(repeated[:MOST_NAMED]) + (", …" if len(repeated) > MOST_NAMED else "")
        raise ListRefused(
            f"{path.name}: {len(repeated)} ids come more than once: {named}. Give each row an id of its own. "
            "Nothing was written."
        )


# --- Dates: asked, never guessed ------------------------------------------------------------------


def _date_order(dates: Sequence[str], date_format: str, path: Path) -> str:
    if date_format:
        return DATE_ORDERS[date_format]
    written = [parts for parts in map(_parts, dates) if parts]
    if any(len(parts[2]) == 2 for parts in written):  # noqa: PLR2004  (a year of two digits)
        raise ListRefused(_ask(path, "has years of two digits, whose century nobody can know"))
    if not written:
        return "ymd"
    day_first = any(int(parts[0]) > LAST_MONTH for parts in written)
    month_first = any(int(parts[1]) > LAST_MONTH for parts in written)
    if day_first and not month_first:
        return "dmy"
    if month_first and not day_first:
        return "mdy"
    raise ListRefused(_ask(path, "has dates that could be day or month first"))


def _ask(path: Path, what: str) -> str:
    example = "write four-digit years, or say --date-format DD/MM/YYYY or MM/DD/YYYY"
    return f"{path.name} {what} (such as 03/04/15): {example}. Nothing was written."


def _parts(written: str) -> list[str] | None:
    """Return the parts of a date that does not begin with its year, None for any other text."""
    parts = [part for part in normal.folded(written).split() if part]
    is_date = len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts)  # noqa: PLR2004
    return parts if is_date and len(parts[0]) <= 2 else None  # noqa: PLR2004


def _born(written: str, order: str) -> str:
    parts = _parts(written)
    if parts is None:
        return normal.written_date(written)
    if order == "ymd" or len(parts[2]) != 4:  # noqa: PLR2004
        return ""
    day, month = (parts[0], parts[1]) if order == "dmy" else (parts[1], parts[0])
    return f"{parts[2]}{month:0>2}{day:0>2}" if len(day) <= 2 and len(month) <= 2 else ""  # noqa: PLR2004


def _facts(record: Mapping[str, str], order: str) -> Facts:
    return Facts(
        given=normal.name(record.get("given_name", "")),
        surname=normal.name(record.get("surname", "")),
        born=_born(record.get("date_of_birth", ""), order),
        sex=SEXES.get(record.get("sex", "").lower(), ""),
        postcode=normal.postcode(record.get("postcode", "")),
        street=normal.place(record.get("address_1", "")) or normal.place(record.get("address_2", "")),
        town=normal.place(record.get("suburb", "")),
        number=normal.number(record.get("national_id", "")),
    )


def _doubts(found: ChildList, records: Sequence[Mapping[str, str]]) -> Iterator[str]:
    impossible = [
        one
        for one, facts in zip(found.ids, found.facts, strict=True)
        if facts.born and normal.is_impossible(facts.born)
    ]
    unread = [
        r["id"] for r, facts in zip(records, found.facts, strict=True) if r.get("date_of_birth") and not facts.born
    ]
    for ids, what in (
        (impossible, "dates of birth are no day of the calendar and are compared by their digits"),
        (unread, "dates of birth could not be read and count as missing"),
    ):
        if ids:
            yield f"{found.path.name}: {len(ids)} {what} (ids: {', '.join(ids[:MOST_NAMED])})."
