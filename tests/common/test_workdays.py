"""Working days as England counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.common.workdays import add_working_days, bank_holidays, is_working_day, working_days_between

DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(-60, 60)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 10, 5), 5, date(2026, 10, 12)),  # over a weekend
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Maundy Thursday to Easter Tuesday
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day is a Saturday: Monday 28 is the substitute
        (date(2021, 12, 24), 1, date(2021, 12, 29)),  # both days of Christmas on a weekend: two substitutes
        (date(2026, 10, 10), 1, date(2026, 10, 12)),  # from a Saturday
        (date(2026, 10, 12), -1, date(2026, 10, 9)),
        (date(2026, 10, 10), 0, date(2026, 10, 10)),
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # the one-off holiday for the Queen's funeral
    ],
)
def test_worked_examples(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


def test_england_not_scotland() -> None:
    assert date(2026, 8, 31) in bank_holidays(2026)
    assert is_working_day(date(2026, 8, 3))
    assert is_working_day(date(2026, 11, 30))


def test_closure_days_of_one_agency_do_not_count() -> None:
    closed = {date(2026, 10, 6), date(2026, 10, 7)}
    assert not is_working_day(date(2026, 10, 6), closed=closed)
    assert add_working_days(date(2026, 10, 5), 1, closed=closed) == date(2026, 10, 8)
    assert working_days_between(date(2026, 10, 5), date(2026, 10, 9), closed=closed) == 2


def test_the_first_day_does_not_count_and_the_last_does() -> None:
    assert working_days_between(date(2026, 10, 5), date(2026, 10, 12)) == 5
    assert working_days_between(date(2026, 10, 5), date(2026, 10, 5)) == 0
    assert working_days_between(date(2026, 10, 12), date(2026, 10, 5)) == -5


@given(DAYS, COUNTS)
def test_adding_lands_on_a_working_day_that_many_working_days_away(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert working_days_between(start, end) == count
    assert count == 0 or is_working_day(end)


@given(DAYS.filter(is_working_day), COUNTS)
def test_adding_then_taking_away_leads_back(start: date, count: int) -> None:
    assert add_working_days(add_working_days(start, count), -count) == start


@given(DAYS, st.integers(0, 30), COUNTS)
def test_a_later_start_never_ends_earlier(start: date, later: int, count: int) -> None:
    moved = start + timedelta(days=later)
    if count:
        assert add_working_days(start, count) <= add_working_days(moved, count)
    assert working_days_between(start, moved) >= 0


@given(DAYS.filter(is_working_day), COUNTS, COUNTS.filter(lambda n: n >= 0))
def test_two_periods_one_after_the_other_add_up(start: date, first: int, second: int) -> None:
    if first >= 0:
        assert add_working_days(add_working_days(start, first), second) == add_working_days(start, first + second)
