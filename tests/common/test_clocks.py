"""When a period ends: worked by hand for holidays, terms, short months, opening hours and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.common.clocks import Calendar, Period, Unit, end_of_period, last_day

LONDON = ZoneInfo("Europe/London")
ENGLAND = Calendar(zone=LONDON)
TERMS = Calendar(
    zone=LONDON,
    terms=(
        (date(2026, 9, 2), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
        (date(2027, 1, 4), date(2027, 2, 12)),
    ),
)


def at(text: str) -> datetime:
    """Return a London time."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("first", "period", "last"),
    [
        # Easter 2027: Good Friday 26 March, Easter Monday 29 March
        ("2027-03-25", Period(1, Unit.WORKING_DAY), "2027-03-30"),
        ("2027-03-19", Period(5, Unit.WORKING_DAY), "2027-03-30"),
        # Christmas 2026: Boxing Day is a Saturday, so Monday the 28th is its substitute
        ("2026-12-24", Period(1, Unit.WORKING_DAY), "2026-12-29"),
        ("2026-12-23", Period(5, Unit.WORKING_DAY), "2027-01-04"),
        # over the year's end: 1 January is a Friday
        ("2026-12-31", Period(1, Unit.WORKING_DAY), "2027-01-04"),
        # counted back over a weekend and over Easter
        ("2026-10-12", Period(-2, Unit.WORKING_DAY), "2026-10-08"),
        ("2027-03-30", Period(-2, Unit.WORKING_DAY), "2027-03-24"),
        # from a day that does not count itself
        ("2026-10-10", Period(1, Unit.WORKING_DAY), "2026-10-12"),
        # the days of terms: over half-term, over Christmas, and beyond what is known
        ("2026-10-22", Period(5, Unit.SCHOOL_DAY), "2026-11-05"),
        ("2026-12-17", Period(2, Unit.SCHOOL_DAY), "2027-01-04"),
        ("2027-02-12", Period(2, Unit.SCHOOL_DAY), "2027-02-16"),
        # days and weeks of the calendar mind no holiday
        ("2026-12-20", Period(8, Unit.DAY), "2026-12-28"),
        ("2026-12-20", Period(6, Unit.WEEK), "2027-01-31"),
        ("2027-01-31", Period(-6, Unit.WEEK), "2026-12-20"),
        # months: the same day, or the last one that there is; a leap year
        ("2026-08-31", Period(6, Unit.MONTH), "2027-02-28"),
        ("2027-08-31", Period(6, Unit.MONTH), "2028-02-29"),
        ("2026-11-30", Period(3, Unit.MONTH), "2027-02-28"),
        ("2026-12-15", Period(1, Unit.MONTH), "2027-01-15"),
        ("2027-01-15", Period(-1, Unit.MONTH), "2026-12-15"),
        ("2026-12-25", Period(0, Unit.SAME_DAY), "2026-12-25"),
    ],
)
def test_the_last_day_of_a_period(first: str, period: Period, last: str) -> None:
    assert last_day(date.fromisoformat(first), period, TERMS) == date.fromisoformat(last)


def test_a_day_ends_with_its_last_second_where_the_calendar_is() -> None:
    due = end_of_period(at("2026-10-05T23:30"), Period(1, Unit.WORKING_DAY), ENGLAND)

    assert due == at("2026-10-06T23:59:59")
    assert due.tzinfo is UTC


def test_the_first_day_is_the_local_one_not_that_of_utc() -> None:
    just_after_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July in London

    assert end_of_period(just_after_midnight, Period(1, Unit.DAY), ENGLAND) == at("2026-07-02T23:59:59")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # clocks go back at 2am on 25 October 2026: that day has 25 hours
        ("2026-10-24T12:00", 24, "2026-10-25T11:00"),
        ("2026-10-24T12:00", 72, "2026-10-27T11:00"),
        # clocks go forward at 1am on 28 March 2027: that day has 23
        ("2027-03-27T12:00", 24, "2027-03-28T13:00"),
        ("2027-03-26T18:00", 72, "2027-03-29T19:00"),
        # over the year's end
        ("2026-12-31T20:00", 24, "2027-01-01T20:00"),
    ],
)
def test_hours_of_the_clock_are_hours_whatever_the_clocks_do(start: str, hours: int, due: str) -> None:
    assert end_of_period(at(start), Period(hours, Unit.HOUR), ENGLAND) == at(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-10-05T10:00", 4, "2026-10-05T14:00"),
        ("2026-10-05T15:00", 4, "2026-10-06T11:00"),
        ("2026-10-05T13:00", 4, "2026-10-05T17:00"),  # until closing time, not the next opening
        ("2026-10-05T20:00", 4, "2026-10-06T13:00"),  # after closing time
        ("2026-10-05T06:00", 4, "2026-10-05T13:00"),  # before opening time
        ("2026-10-09T16:00", 4, "2026-10-12T12:00"),  # over a weekend
        ("2027-03-25T16:00", 4, "2027-03-30T12:00"),  # over Easter
        ("2026-12-24T16:00", 4, "2026-12-29T12:00"),  # over Christmas
        ("2026-10-23T16:00", 4, "2026-10-26T12:00"),  # over the night when clocks go back
        ("2026-10-05T09:00", 16, "2026-10-06T17:00"),
    ],
)
def test_hours_of_opening_time(start: str, hours: int, due: str) -> None:
    assert end_of_period(at(start), Period(hours, Unit.HOUR, opening_hours=True), ENGLAND) == at(due)


def test_the_end_of_a_day_is_right_on_the_days_when_clocks_change() -> None:
    for day, offset in (("2026-10-25", 0), ("2027-03-28", 1)):
        due = end_of_period(at(f"{day}T00:30"), Period(0, Unit.SAME_DAY), ENGLAND)
        assert due == datetime.fromisoformat(f"{day}T23:59:59+00:00") - timedelta(hours=offset)


def test_another_country_has_its_own_holidays_and_further_closed_days_count_too() -> None:
    texas = Calendar(zone=ZoneInfo("America/Chicago"), country="US", subdivision="TX")
    closed = Calendar(zone=LONDON, closed=frozenset({date(2026, 10, 6)}), opens=time(8))

    assert last_day(date(2026, 7, 2), Period(1, Unit.WORKING_DAY), texas) == date(2026, 7, 6)  # 4 July, kept on the 3rd
    assert last_day(date(2026, 10, 5), Period(1, Unit.WORKING_DAY), closed) == date(2026, 10, 7)


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(first=DAYS, amount=st.integers(1, 60))
def test_a_working_day_period_ends_on_a_working_day_after_as_many_of_them(first: date, amount: int) -> None:
    last = last_day(first, Period(amount, Unit.WORKING_DAY), ENGLAND)

    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert ENGLAND.is_working_day(last)
    assert sum(map(ENGLAND.is_working_day, between)) == amount


@given(first=DAYS, amount=st.integers(-24, 24))
def test_a_period_of_months_ends_in_that_month_and_never_on_a_later_day(first: date, amount: int) -> None:
    last = last_day(first, Period(amount, Unit.MONTH), ENGLAND)

    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == amount
    assert last.day <= first.day


@given(day=DAYS, minute=st.integers(0, 24 * 60 - 1), hours=st.integers(1, 60))
def test_opening_hours_end_in_opening_time_and_later_ones_later(day: date, minute: int, hours: int) -> None:
    start = datetime.combine(day, time(minute // 60, minute % 60), UTC)
    due = end_of_period(start, Period(hours, Unit.HOUR, opening_hours=True), ENGLAND)

    local = due.astimezone(LONDON)
    assert ENGLAND.is_working_day(local.date())
    assert time(9) <= local.time() <= time(17)
    assert due < end_of_period(start, Period(hours + 1, Unit.HOUR, opening_hours=True), ENGLAND)
