"""Working-day arithmetic: Monday to Friday without England's bank holidays.

A span is half-open, as statutory periods are counted: the first day is day 0 and does not count, the
last one does. "Within 5 working days of Monday 5 October" ends on Monday 12 October:
``add_working_days(date(2026, 10, 5), 5) == date(2026, 10, 12)`` and
``working_days_between(date(2026, 10, 5), date(2026, 10, 12)) == 5``.

``closed`` names further days that do not count for one agency (a school's or a council's closure
days); bank holidays and weekends never count.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5
DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Return England's bank holidays of ``year``, substitute days and one-off days included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date, *, closed: Collection[date] = ()) -> bool:
    """Return whether ``day`` counts."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year) and day not in closed


def add_working_days(start: date, days: int, *, closed: Collection[date] = ()) -> date:
    """Return the working day that is ``days`` working days after ``start``, before it where negative.

    ``start`` need not be a working day and never counts; 0 gives ``start`` itself. Raises OverflowError
    beyond the calendar's end.
    """
    step = DAY if days >= 0 else -DAY
    day, left = start, abs(days)
    while left:
        day += step
        left -= is_working_day(day, closed=closed)
    return day


def working_days_between(start: date, end: date, *, closed: Collection[date] = ()) -> int:
    """Return how many working days lie in (start, end]; where ``end`` is earlier, minus those in [end, start)."""
    if end < start:
        return -sum(is_working_day(day, closed=closed) for day in _days(end, start))
    return sum(is_working_day(day, closed=closed) for day in _days(start + DAY, end + DAY))


def _days(first: date, stop: date) -> list[date]:
    return [first + n * DAY for n in range((stop - first).days)]
