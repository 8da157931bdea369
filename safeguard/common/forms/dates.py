"""A date typed as day, month and year, as the GOV.UK design system asks for it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_lazy

PARTS = ("day", "month", "year")
PART_NAMES = {"day": gettext_lazy("day"), "month": gettext_lazy("month"), "year": gettext_lazy("year")}
YEAR_DIGITS = 4
DAYS = range(1, 32)
# What anybody here can mean: a slip of the finger beyond it would also leave the calendar that Python counts in.
FIRST_DAY, LAST_DAY = date(1880, 1, 1), date(2199, 12, 31)
MOST_TYPED = 20  # characters of one part that are looked at: no month's name is longer


class DateParts(NamedTuple):
    """What was typed, without the blanks around it; kept as it is when it makes no date."""

    day: str = ""
    month: str = ""
    year: str = ""

    def missing(self) -> tuple[str, ...]:
        """Return the names of the parts left empty."""
        return tuple(name for name in PARTS if not getattr(self, name))

    def faulty(self) -> tuple[str, ...]:
        """Return the names of the parts that cannot be right: the missing ones, else those out of range, else all."""
        return self.missing() or self._out_of_range() or PARTS

    def to_date(self) -> date:
        """Return the date. Raises ValueError when the parts make none."""
        if len(self.year) != YEAR_DIGITS:
            raise ValueError(self.year)
        return date(_number(self.year), month_number(self.month), _number(self.day))

    def _out_of_range(self) -> tuple[str, ...]:
        right = {
            "day": _is_within(self.day, DAYS),
            "month": _is_month(self.month),
            "year": self.year.isdecimal() and len(self.year) == YEAR_DIGITS,
        }
        return tuple(name for name in PARTS if not right[name])


def month_number(text: str) -> int:
    """Return 1 to 12 for a month's number, name or its first three letters or more. Raises ValueError."""
    if text.isdecimal():
        return _number(text)
    if len(text) < 3:  # noqa: PLR2004  ("ma" may be March or May)
        raise ValueError(text)
    for number, name in MONTHS.items():
        if str(name).casefold().startswith(text.casefold()):
            return number
    raise ValueError(text)


def _number(text: str) -> int:
    # int() is slow on very long numbers, and refuses those beyond 4,300 digits.
    if len(text) > MOST_TYPED or not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _is_within(text: str, numbers: range) -> bool:
    try:
        return _number(text) in numbers
    except ValueError:
        return False


def _is_month(text: str) -> bool:
    try:
        return month_number(text) in MONTHS
    except ValueError:
        return False


class DatePartsWidget(forms.Widget):
    """Three text inputs; ``components/forms/date.html`` draws them."""

    use_fieldset = True
    input_type = "date-parts"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> DateParts:
        """Return what was typed into the inputs ``name-day``, ``name-month`` and ``name-year``."""
        return DateParts(*(str(data.get(f"{name}-{part}") or "").strip() for part in PARTS))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Return whether none of the three inputs was sent."""
        return not any(f"{name}-{part}" in data for part in PARTS)

    def format_value(self, value: Any) -> DateParts:
        """Return the parts of a date, or those that were typed."""
        if isinstance(value, DateParts):
            return value
        if isinstance(value, date):
            return DateParts(str(value.day), str(value.month), str(value.year))
        return DateParts()

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the first input."""
        return f"{id_}-day" if id_ else id_


class DatePartsField(forms.DateField):
    """A date as three parts. Its errors name the field and the part, and what was typed stays.

    Args:
        must_be: "past" refuses dates after today, "future" refuses those before today.
    """

    widget = DatePartsWidget

    def __init__(self, *, must_be: Literal["past", "future"] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.must_be = must_be

    def to_python(self, value: Any) -> date | None:
        """Return the date, None when all parts are empty. Raises ValidationError."""
        if not isinstance(value, DateParts):
            return super().to_python(value)
        if value == DateParts():
            return None
        return self._real_date(value)

    def validate(self, value: Any) -> None:
        """Refuse a missing date, and one on the wrong side of today. Raises ValidationError."""
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise self._error(gettext("%(label)s: the year must be between 1880 and 2199"), "far_year")
        today = timezone.localdate()
        if value and self.must_be == "past" and value > today:
            raise self._error(gettext("%(label)s must be today or in the past"), "not_past")
        if value and self.must_be == "future" and value < today:
            raise self._error(gettext("%(label)s must be today or in the future"), "not_future")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the typed parts differ from the first value; what makes no date does."""
        try:
            return bool(super().to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def _real_date(self, parts: DateParts) -> date:
        missing = parts.missing()
        if missing:
            names = gettext(" and ").join(str(PART_NAMES[name]) for name in missing)
            raise self._error(gettext("%(label)s must include a %(parts)s"), "incomplete", parts=names)
        if parts.year.isdecimal() and len(parts.year) != YEAR_DIGITS:
            raise self._error(gettext("%(label)s: the year must have 4 digits, for example 2016"), "short_year")
        try:
            return parts.to_date()
        except (ValueError, OverflowError):
            raise self._error(gettext("%(label)s must be a real date"), "unreal") from None

    def _error(self, message: str, code: str, **params: str) -> ValidationError:
        return ValidationError(message, code=code, params={"label": self.label or gettext("Date"), **params})
