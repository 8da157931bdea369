"""The hot questions' plans, under row-level security: intended indexes, no table read from end to end, few pages."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from bench import world
from bench._plans import acting_in_database, faults, hot_questions, plan_of, statements_of, unrecorded
from cases import access, access_timeline
from cases.access_timeline import TimelineFilters
from cases.models import Case
from tests.conftest import truncate

CASES = 5_000
INDEXES = {
    "first page": {"casegroupgrant_activity"},
    "next page": {"casegroupgrant_activity", "casegroupgrant_once"},
    "first page by due date": {"casegroupgrant_due"},
    "next page by due date": {"casegroupgrant_due", "casegroupgrant_once"},
    "open cases": {"casegroupgrant_activity", "cases_case_pkey"},
    "capped count": {"casegroupgrant_activity"},
    "level": {"casegroupgrant_once"},
    "case": {"cases_case_uuid_key", "casegroupgrant_once"},
    "timeline": {"timelineentry_page"},
}

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def _small_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Fill the tests' database with the benchmark's world in small, and empty it again."""
    name = settings.DATABASES["default"]["NAME"]
    address = psycopg.conninfo.make_conninfo(os.environ["TEST_POSTGRES"], dbname=name)
    world.fill(address, CASES)
    yield
    with django_db_blocker.unblock():
        truncate(None)  # type: ignore[arg-type]  # it empties the tables whoever asks
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("DROP SCHEMA bench CASCADE")
        admin.execute("DROP INDEX bench_newest")


@pytest.mark.parametrize("name", world.READERS)
def test_no_hot_question_reads_a_whole_table_or_many_pages(name: str) -> None:
    by = world.reader(name)
    with acting_in_database(by):
        case = Case.objects.get(pk=access.case_page(by)[0].pk)

        assert list(faults(by, case)) == []


@pytest.mark.parametrize("name", ["big", "medium"])
def test_hot_questions_use_the_intended_indexes(name: str) -> None:
    by = world.reader(name)
    with acting_in_database(by), unrecorded():
        case = Case.objects.get(pk=access.case_page(by)[0].pk)
        for question, ask in hot_questions(by, case).items():
            plan = plan_of(statements_of(ask)[0])

            assert INDEXES[question] <= plan.indexes, question


@pytest.mark.parametrize("name", world.LONG_CASE_READERS)
def test_the_long_timeline_asks_about_its_case_once(name: str) -> None:
    by = world.reader(name)
    with acting_in_database(by), unrecorded():
        case = Case.objects.get(pk=world.LONG_CASE)
        ids, bodies = statements_of(lambda: access.timeline_page(by, case))

        assert len(access.timeline_page(by, case)) == 50
        assert plan_of(ids).buffers <= 400, "5,000 entries are read from the index; their case is asked about once"
        assert plan_of(bodies).buffers <= 200


SINCE = timezone.now() - timedelta(days=9_000)
NARROWED = {
    "nothing": (TimelineFilters(), 400),
    "what matters": (TimelineFilters(matters=True), 400),
    "kinds": (TimelineFilters(kinds=["visit"]), 400),
    "a sector": (TimelineFilters(sector="health"), 400),
    "what is new": (TimelineFilters(recorded_since=SINCE), 400),
    "a period": (TimelineFilters(since=SINCE, until=timezone.now()), 400),
    "pins": (TimelineFilters(pinned=True), 400),
    # Words are looked for in each entry itself, so a long timeline’s pages are read, and no other’s.
    "words": (TimelineFilters(words="giraffe"), 1_000),
}


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize("name", world.LONG_CASE_READERS)
def test_a_narrowed_long_timeline_is_read_from_its_index_alone(narrowed: str, name: str) -> None:
    filters, most = NARROWED[narrowed]
    by = world.reader(name)
    with acting_in_database(by), unrecorded():
        case = Case.objects.get(pk=world.LONG_CASE)
        (ids,) = statements_of(lambda: access_timeline.entry_ids(by, case, filters, limit=26))
        plan = plan_of(ids)

        assert plan.buffers <= most
        assert plan.scanned <= {"cases_entrypin"}, "there are no pins in this world"
        assert "timelineentry_page" in plan.indexes


@pytest.mark.parametrize("name", world.LONG_CASE_READERS)
def test_the_years_of_a_long_timeline_cost_a_look_each(name: str) -> None:
    by = world.reader(name)
    with acting_in_database(by), unrecorded():
        case = Case.objects.get(pk=world.LONG_CASE)
        (years,) = statements_of(lambda: access_timeline.years(by, case))

        assert plan_of(years).buffers <= 500
