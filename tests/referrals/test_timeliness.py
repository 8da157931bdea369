"""The figures of the front door: what share was acknowledged and decided in time, by agency and month, for whom."""

import csv
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Agency
from referrals.actions import life
from referrals.models import Referral
from referrals.reports import Line, timeliness
from safeguard.audit.models import AuditRow
from safeguard.common.csv_files import csv_text
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import refer

pytestmark = pytest.mark.django_db
PAGE, FILE = reverse("referrals:timeliness"), reverse("referrals:timeliness_csv")
HOUR = timedelta(hours=1)


def came(person: Person, to: Place, at: datetime, **more: Any) -> Referral:
    """Send a referral at ``at``, acknowledged and decided in time unless ``more`` says otherwise."""
    made = refer(person, to)
    clocks = {"acknowledge_by": at + 24 * HOUR, "acknowledged_at": at + HOUR}
    clocks |= {"decide_by": at + 24 * HOUR, "decided_at": at + 2 * HOUR, "received_at": at}
    with as_owner():
        Referral.objects.filter(pk=made.pk).update(**clocks | more)
    return made


def lines(person: Person) -> list[Line]:
    with entered(person) as by:
        return timeliness(by)


@pytest.fixture
def months(tariq: Person, olive: Person, social_care: Place, england: None) -> list[datetime]:
    """Two months of referrals from two schools; returns a moment of each, the newest first."""
    this = timezone.localtime().replace(day=1, hour=12)
    last = (this - timedelta(days=3)).replace(day=2)
    came(tariq, social_care, last)
    came(tariq, social_care, last, acknowledged_at=last + 30 * HOUR)
    came(tariq, social_care, last, decided_at=None)  # overdue
    came(tariq, social_care, last, acknowledge_by=None, decide_by=None)  # no clock
    came(olive, social_care, this, decided_at=None, decide_by=timezone.now() + 9 * HOUR)  # not due yet
    return [this, last]


def test_the_share_in_time_is_of_what_was_due_by_agency_and_month(
    months: list[datetime], maggie: Person, oakfield: Place, millbrook: Place
) -> None:
    this, last = lines(maggie)

    assert (last.sender, last.month, last.received) == (oakfield.agency.name, months[1].date().replace(day=1), 4)
    assert (last.to_acknowledge, last.acknowledged, last.acknowledged_share) == (3, 2, 67)
    assert (last.to_decide, last.decided, last.decided_share) == (3, 2, 67)
    assert (this.sender, this.acknowledged_share, this.decided_share) == (millbrook.agency.name, 100, None)


def test_what_was_withdrawn_before_it_was_decided_is_nobodys_delay(
    tariq: Person, maggie: Person, social_care: Place, england: None
) -> None:
    past = timezone.now() - timedelta(days=2)
    made = came(tariq, social_care, past, acknowledged_at=None, decided_at=None)
    with entered(tariq) as by:
        life.withdraw(made, text="A mistake", by=by)

    (line,) = lines(maggie)
    assert (line.received, line.to_acknowledge, line.to_decide) == (1, 0, 0)


def test_what_is_older_than_a_year_is_left_out(
    tariq: Person, maggie: Person, social_care: Place, england: None
) -> None:
    came(tariq, social_care, timezone.now() - timedelta(days=400))
    assert lines(maggie) == []
    assert "No referrals yet" in maggie.client.get(PAGE).text


def test_an_analyst_reads_all_agencies_a_manager_their_own_and_nobody_else_any(
    months: list[datetime], ana: Person, maggie: Person, olive: Person, tess: Person
) -> None:
    assert len(lines(ana)) == len(lines(maggie)) == 2
    assert [line.sender for line in lines(olive)] == [olive.membership.agency.name]
    assert {tess.client.get(page).status_code for page in (PAGE, FILE)} == {404}
    with entered(tess), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_timeliness('2020-01-01', 'UTC')")
        assert cursor.fetchall() == []


def test_the_page_and_the_file_say_the_same_and_name_no_child(months: list[datetime], maggie: Person) -> None:
    page, file = maggie.client.get(PAGE).text, maggie.client.get(FILE)
    rows = list(csv.reader(file.text.lstrip("\ufeff").splitlines()))

    assert "67% (2 of 3)" in page
    assert "nothing due" in page
    assert [row[3:] for row in rows[1:]] == [["1", "1", "1", "0", "0"], ["4", "3", "2", "3", "2"]]
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "Robin" not in page + file.text
    with as_owner():
        assert AuditRow.objects.filter(action="referral.timeliness", user_id=maggie.user.pk).count() == 2


def test_what_came_without_an_account_is_a_line_of_its_own(
    tariq: Person, maggie: Person, social_care: Place, england: None
) -> None:
    with as_owner():
        Referral.objects.create(
            urgency=2, facts="f", reference="12345678", bundle="00000000-0000-4000-8000-000000000001",
            source="public", to_agency=Agency.objects.get(pk=social_care.agency.pk),
        )  # fmt: skip

    assert [line.sender_name for line in lines(maggie)] == ["people without an account"]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=12))
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    made = csv_text(["Name"], [[text]]).lstrip("\ufeff")
    cell = next(iter(list(csv.reader(made.splitlines(keepends=True)))[1:]), [""])[0]

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
