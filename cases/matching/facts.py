"""What is compared of a child: facts in the one form, as they stand in the matching table or in a question."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cached_property
from typing import Self

from cases.matching import normal, phonetic, short_forms

UNKNOWN_SEX = "U"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A child's facts in the one form of ``normal``; empty text for what is not known."""

    given: str = ""
    surname: str = ""
    born: str = ""  # eight digits, year first
    sex: str = ""  # "M", "F" or empty
    postcode: str = ""
    street: str = ""
    town: str = ""
    number: str = ""  # national number: NHS in Britain
    pupil_number: str = ""

    @classmethod
    def known_as(cls, given: str, surname: str, *, born_on: date | None = None, sex: str = "") -> Self:
        """Return the facts of what a form says of a child: names as typed, date of birth, sex code."""
        return cls(
            given=normal.name(given),
            surname=normal.name(surname),
            born=normal.birth_date(born_on),
            sex="" if sex == UNKNOWN_SEX else sex,
        )

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, str]) -> Self:
        """Return the facts that ``snapshot`` kept; a field that it does not know is empty."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in snapshot.items() if name in names})

    def snapshot(self) -> dict[str, str]:
        """Return what is known, to be kept with a decision."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def says_more_than_a_name(self) -> bool:
        """Return whether there is a name or number and at least one fact beside the name: enough to ask with."""
        beside = self.born or self.postcode or self.street or self.number or self.pupil_number
        return bool(beside and (self.given or self.surname)) or bool(self.number or self.pupil_number)

    @cached_property
    def outward(self) -> str:
        """The first half of the postcode."""
        return normal.outward(self.postcode)

    @cached_property
    def letters(self) -> str:
        """First letters of both names with the year of birth: a key that survives an error at a name's end."""
        names = normal.joined(self.given)[:2], normal.joined(self.surname)[:3]
        return f"{names[0]}.{names[1]}.{self.born[:4]}" if all(names) else ""

    @cached_property
    def given_codes(self) -> list[str]:
        """The codes of the given name, of its first word and of the names it may stand for; the own one first."""
        first = self.given.partition(" ")[0]
        names = [self.given, first, *short_forms.of(first)] if self.given else []
        return _codes(names)

    @cached_property
    def surname_codes(self) -> list[str]:
        """The codes of the surname and of the parts of a double one; the own one first."""
        return _codes([self.surname, *self.surname.split()]) if self.surname else []


def _codes(names: list[str]) -> list[str]:
    return list(dict.fromkeys(code for name in names for code in phonetic.codes(name) if code))
