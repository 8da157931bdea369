"""A month of deadlines that holds more than a page shows: nothing is left out in silence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.forms.days import begins_on
from cases import access_deadlines
from cases.actions.deadlines import agree
from cases.models import Case
from tests.cases.conftest import entered
from tests.conftest import Person, Place

pytestmark = pytest.mark.django_db


def test_a_month_that_holds_more_than_a_page_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, case: Case, alice: Person, social_care: Place
) -> None:
    monkeypatch.setattr(access_deadlines, "MOST_A_MONTH", 3)
    month = (timezone.localdate().replace(day=1) + timedelta(days=40)).replace(day=1)
    with entered(alice) as by:
        for day, what in enumerate(["one", "two", "three", "four", "five"], start=1):
            due_at = begins_on(month + timedelta(days=(day + 1) // 2)) + timedelta(hours=9)
            agree(case, f"Do {what}", due_at=due_at, team=social_care.team, person=alice.user, by=by)
    address = f"/deadlines/month/?month={month:%Y-%m}"
    first = alice.client.get(address)

    shown = [what for what in ("one", "two", "three", "four", "five") if f"Do {what}<" in first.text]
    assert shown == ["one", "two"], "no day is shown in part"
    rest = first.context["span"].rest_from
    assert "Not everything is on this page" in first.text
    assert f"from={rest:%Y-%m-%d}" in first.text

    second = alice.client.get(f"{address}&from={rest:%Y-%m-%d}")
    assert "Do three<" in second.text
    assert "Do five<" in second.text
    assert "Do one<" not in second.text
    assert "Not everything" not in second.text
    assert "This page begins on" in second.text
    for nonsense in ("2026-13-40", "1900-01-01", "x"):
        assert "This page begins on" not in alice.client.get(f"{address}&from={nonsense}").text


def test_a_single_day_that_holds_more_than_a_page_leads_to_the_list(
    monkeypatch: pytest.MonkeyPatch, case: Case, alice: Person, social_care: Place
) -> None:
    monkeypatch.setattr(access_deadlines, "MOST_A_MONTH", 2)
    month = (timezone.localdate().replace(day=1) + timedelta(days=40)).replace(day=1)
    with entered(alice) as by:
        for what in ("one", "two", "three"):
            due_at = begins_on(month + timedelta(days=3)) + timedelta(hours=9)
            agree(case, f"Do {what}", due_at=due_at, team=social_care.team, person=alice.user, by=by)

    page = alice.client.get(f"/deadlines/month/?month={month:%Y-%m}").text

    assert "than a page can show, and nothing after it is shown" in page
    assert "Show everything as a list" in page
    assert f"from={month + timedelta(days=4):%Y-%m-%d}" in page
