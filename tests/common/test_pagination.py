"""Pages by key: nothing twice, nothing missed, whatever the order and however wrong the cursor."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Agency
from safeguard.common.pagination import LONGEST_CURSOR, Page, _packed, _unpacked, paginate
from tests.factories import make_agency

ORDERS = [
    ["name"],
    ["-name", "pk"],
    ["note"],
    ["-note", "name"],
    ["-seen", "note", "-pk"],
    ["note", "-seen", "-name"],
]


class Row(models.Model):
    """A row of a table that lives as long as one test: a list with empty values in any column."""

    name = models.CharField(max_length=5)
    note = models.IntegerField(null=True)
    seen = models.DateTimeField(null=True)

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "pagination_row"

    def __str__(self) -> str:
        return f"{self.name} {self.note} {self.seen}"


@pytest.fixture
def table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE pagination_row"
            " (id bigserial PRIMARY KEY, name text NOT NULL, note int, seen timestamptz) ON COMMIT DROP"
        )


times = st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001  (naive bounds)
rows = st.lists(
    st.builds(
        Row,
        name=st.sampled_from(["a", "b", "é", ""]),
        note=st.none() | st.integers(0, 2),
        seen=st.none() | times | st.just(datetime(2020, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)),
    ),
    max_size=14,
)


def walk(order: list[str], size: int, *, backwards_from: str | None = None) -> list[Page[Row]]:
    """Return the pages from the first to the last, or from a cursor back to the first."""
    cursor, pages = backwards_from, []
    while True:
        page = paginate(Row._default_manager.all(), order=order, cursor=cursor, size=size)
        pages.append(page)
        cursor = page.before if backwards_from else page.after
        if cursor is None:
            return pages
        assert len(pages) < 50


@given(data=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_row_is_visited_once_forward_and_once_back(
    table: None, data: list[Row], order: list[str], size: int
) -> None:
    Row._default_manager.all().delete()
    Row._default_manager.bulk_create([Row(name=row.name, note=row.note, seen=row.seen) for row in data])
    forward = walk(order, size)
    seen = [row.pk for page in forward for row in page.items]
    assert sorted(seen) == sorted(Row._default_manager.values_list("pk", flat=True))
    assert seen == expected_order(order)
    if forward[-1].before:
        back = walk(order, size, backwards_from=forward[-1].before)
        assert [row.pk for page in reversed(back) for row in page.items] == seen[: -len(forward[-1].items)]


def expected_order(order: list[str]) -> list[int]:
    """Return the keys as PostgreSQL itself sorts them, empty values last."""
    terms = [
        models.F(name.lstrip("-")).desc(nulls_last=True)
        if name.startswith("-")
        else models.F(name).asc(nulls_last=True)
        for name in [*order, "pk"]
    ]
    return list(Row._default_manager.order_by(*terms).values_list("pk", flat=True))


@pytest.mark.usefixtures("table")
def test_a_row_added_while_reading_is_neither_repeated_nor_pushes_another_out() -> None:
    Row._default_manager.bulk_create([Row(name=name) for name in "bdfh"])
    first = paginate(Row._default_manager.all(), order=["name"], size=2)
    Row._default_manager.create(name="a")
    Row._default_manager.create(name="e")
    second = paginate(Row._default_manager.all(), order=["name"], size=2, cursor=first.after)
    assert [row.name for row in second.items] == ["e", "f"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("cursor", ["", "x", "é", "A" * 40, "A" * (LONGEST_CURSOR + 1), "=", "%00", "a b", "\x00"])
def test_a_wrong_cursor_gives_the_first_page(cursor: str) -> None:
    Row._default_manager.bulk_create([Row(name=name) for name in "abc"])
    page = paginate(Row._default_manager.all(), order=["name"], size=2, cursor=cursor)
    assert [row.name for row in page.items] == ["a", "b"]
    assert page.before is None


@pytest.mark.usefixtures("table")
def test_a_cursor_of_another_list_or_another_key_gives_the_first_page() -> None:
    Row._default_manager.bulk_create([Row(name=name, note=1) for name in "abc"])
    after = paginate(Row._default_manager.all(), order=["note"], size=2).after
    page = paginate(Row._default_manager.all(), order=["name"], size=2, cursor=after)
    assert page.items[0].name == "a"
    with override_settings(SECRET_KEY="another"):
        assert paginate(Row._default_manager.all(), order=["note"], size=2, cursor=after).before is None


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_cursor_whatsoever_is_an_error(table: None, cursor: str) -> None:
    assert paginate(Row._default_manager.all(), order=["name"], cursor=cursor).items == []


@pytest.mark.usefixtures("table")
def test_a_cursor_hides_its_values_and_equal_pages_have_equal_cursors() -> None:
    Row._default_manager.bulk_create([Row(name="Daisy"), Row(name="Ellie")])
    first, again = (paginate(Row._default_manager.all(), order=["name"], size=1).after for _ in range(2))
    assert first == again
    assert first is not None
    assert "Daisy" not in first
    assert "RGFpc3k" not in first  # its base64


@pytest.mark.django_db
def test_a_list_can_be_ordered_over_a_relation() -> None:
    for name, sector in [("A", "health"), ("B", "education"), ("C", "health")]:
        make_agency(name, sector)
    queryset = Agency.objects.select_related("sector")
    names: list[str] = []
    page: Page[Any] = paginate(queryset, order=["sector__code", "-name"], size=1)
    names += [agency.name for agency in page.items]
    while page.after:
        page = paginate(queryset, order=["sector__code", "-name"], size=1, cursor=page.after)
        names += [agency.name for agency in page.items]
    assert names == ["B", "C", "A"]


@pytest.mark.usefixtures("table")
def test_a_page_is_one_query_without_offset() -> None:
    Row._default_manager.bulk_create([Row(name=name) for name in "abcd"])
    after = paginate(Row._default_manager.all(), order=["name"], size=2).after
    with CaptureQueriesContext(connection) as queries:
        paginate(Row._default_manager.all(), order=["name"], size=2, cursor=after)
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]


@pytest.mark.usefixtures("table")
def test_an_order_by_what_a_cursor_cannot_hold_is_a_programming_error() -> None:
    Row._default_manager.bulk_create([Row(name="a"), Row(name="b")])
    queryset = Row._default_manager.annotate(odd=models.Value(b"x", output_field=models.BinaryField()))
    with pytest.raises(TypeError, match="add its type"):
        paginate(queryset, order=["odd"], size=1)


def test_uuids_and_dates_pass_through_a_cursor() -> None:
    for value in (uuid4(), datetime.now(UTC), datetime.now(UTC).date(), 1, "x", None, True):
        assert _unpacked(*_packed(value)) == value
