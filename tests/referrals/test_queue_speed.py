"""The queue of ten thousand open referrals: the two locks cost little beside the bare statement that fills the page."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from referrals import access
from referrals.models import Referral
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.referrals.conftest import SHARED

OPEN = 10_000
MOST = 5  # times the bare statement
BARE = """SELECT r.*, a.name, u.name, h.name FROM referrals_referral r
    JOIN agencies_agency a ON a.id = r.from_agency_id JOIN agencies_user u ON u.id = r.submitted_by_id
    LEFT JOIN agencies_user h ON h.id = r.held_by_id
    WHERE r.to_agency_id = %s AND r.state NOT IN ('closed', 'withdrawn')
    ORDER BY r.priority, r.decide_by, r.id LIMIT 51"""


def fill_queue(sender: Person, to: Agency) -> None:
    team = sender.membership.teams.get()
    rows: list[Model] = [
        Referral(
            **SHARED,
            given="g",
            reference=f"{number:08d}",
            bundle=uuid4(),
            submitted_by=sender.user,
            from_agency=team.agency,
            from_team=team,
            to_agency=to,
            priority=number % 3 + 1,
        )
        for number in range(OPEN)
    ]
    with as_owner():
        Referral.objects.bulk_create(rows, batch_size=2_000)  # type: ignore[arg-type]  # all are referrals
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE referrals_referral")


def quickest(ask: Callable[[], object], times: int = 7) -> float:
    """Return the seconds of the quickest of some tries."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.slow
def test_the_queues_statement_costs_at_most_five_times_the_bare_one(
    tariq: Person, tess: Person, social_care: Place
) -> None:
    fill_queue(tariq, social_care.agency)
    with as_owner():
        alone = quickest(lambda: _ask(BARE % social_care.agency.pk))
    with entered(tess) as by:
        with CaptureQueriesContext(connection) as sent:
            assert len(access.queue(by).page.items) == 50
        statement = next(each["sql"] for each in sent if "referrals_referral" in each["sql"])
        through = quickest(lambda: _ask(statement))

    assert len(sent) == 3  # the page, whose names are closed to the reader, and the row of the audit
    assert through <= MOST * alone, f"{through * 1000:.1f} ms through both locks, {alone * 1000:.1f} ms bare"


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()
