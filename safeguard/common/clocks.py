"""When a period ends: working days, school days, calendar days, weeks, months and hours, in one place's time zone.

A period is counted as statutory ones are: the day it starts on is day 0. One that is given in days, weeks or
months ends with the last second of its last day in the calendar's zone; one that is given in hours ends that
many hours later, of the clock (which a change to or from summer time neither lengthens nor shortens) or of
opening time. A negative period is counted back from a day that is planned.
"""

import calendar as months
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5
DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)
MONTHS_A_YEAR = 12


class Unit(StrEnum):
    """What a period is counted in."""

    HOUR = "hour"
    WORKING_DAY = "working_day"
    SCHOOL_DAY = "school_day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SAME_DAY = "same_day"


@dataclass(frozen=True)
class Period:
    """So many units, counted back where negative; hours are those of the clock, or of opening time."""

    amount: int
    unit: Unit
    opening_hours: bool = False


@dataclass(frozen=True)
class Calendar:
    """A place's zone, public holidays, further closed days, opening time, and its school terms (first day, last day).

    Days between terms are no school days; beyond the first and last known term every working day is one.
    """

    zone: ZoneInfo
    country: str = "GB"
    subdivision: str = "ENG"
    closed: frozenset[date] = frozenset()
    opens: time = time(9)
    closes: time = time(17)
    terms: tuple[tuple[date, date], ...] = ()

    def day_of(self, moment: datetime) -> date:
        """Return the local day of ``moment``."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last second of ``day``, in UTC."""
        return datetime.combine(day, LAST_SECOND, self.zone).astimezone(UTC)

    def at(self, day: date, moment: time) -> datetime:
        """Return a local time of ``day``, in UTC."""
        return datetime.combine(day, moment, self.zone).astimezone(UTC)

    def is_working_day(self, day: date) -> bool:
        """Return whether ``day`` is from Monday to Friday, no public holiday and not closed."""
        if day.weekday() >= SATURDAY or day in self.closed:
            return False
        return day not in public_holidays(self.country, self.subdivision, day.year)

    def is_school_day(self, day: date) -> bool:
        """Return whether ``day`` is a working day of a term."""
        if not self.is_working_day(day):
            return False
        if not self.terms or day < self.terms[0][0] or day > self.terms[-1][1]:
            return True
        return any(first <= day <= last for first, last in self.terms)


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year, substitute and one-off days included. Raises NotImplementedError."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def end_of_period(start: datetime, period: Period, calendar: Calendar) -> datetime:
    """Return when ``period`` from ``start`` (aware) ends, in UTC. Raises OverflowError beyond the calendar's end."""
    if period.unit == Unit.HOUR:
        if period.opening_hours:
            return _after_opening_hours(start, period.amount, calendar)
        return start.astimezone(UTC) + timedelta(hours=period.amount)
    return calendar.end_of(last_day(calendar.day_of(start), period, calendar))


def last_day(first: date, period: Period, calendar: Calendar) -> date:
    """Return the last day of a period of days, weeks or months that starts on ``first``, which is day 0."""
    if period.unit == Unit.WORKING_DAY:
        return _counted(first, period.amount, calendar, school=False)
    if period.unit == Unit.SCHOOL_DAY:
        return _counted(first, period.amount, calendar, school=True)
    if period.unit == Unit.MONTH:
        return _months_after(first, period.amount)
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.SAME_DAY: 0}[period.unit]
    return first + period.amount * days * DAY


def _counted(first: date, amount: int, calendar: Calendar, *, school: bool) -> date:
    counts = calendar.is_school_day if school else calendar.is_working_day
    step, day, left = (DAY if amount >= 0 else -DAY), first, abs(amount)
    while left:
        day += step
        left -= counts(day)
    return day


def _months_after(first: date, amount: int) -> date:
    # The same day of the month; where the month is shorter, its last day, as the Interpretation Act 1978 and
    # Dodds v Walker [1981] have it.
    years, month = divmod(first.month - 1 + amount, MONTHS_A_YEAR)
    year, month = first.year + years, month + 1
    return date(year, month, min(first.day, months.monthrange(year, month)[1]))


def _after_opening_hours(start: datetime, hours: int, calendar: Calendar) -> datetime:
    left, day = timedelta(hours=hours), calendar.day_of(start)
    while True:
        if calendar.is_working_day(day):
            begins = max(start.astimezone(UTC), calendar.at(day, calendar.opens))
            open_for = calendar.at(day, calendar.closes) - begins
            if timedelta(0) < left <= open_for or (not left and open_for >= timedelta(0)):
                return begins + left
            left -= max(open_for, timedelta(0))
        day += DAY
