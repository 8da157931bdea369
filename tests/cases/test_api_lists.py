"""Lists for programs: pages that neither repeat nor skip, counts with a cap, a fixed number of queries."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import access
from cases.actions.children import NewChild, record_child
from cases.actions.opening import open_case
from cases.models import Case, CaseGroupGrant, Child
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.programs import Program, program_of

CASES, CHILDREN = "/api/v1/cases/", "/api/v1/children/"


def open_cases(alice: Person, place: Place, count: int) -> list[Case]:
    with entered(alice) as by:
        made = [
            open_case(
                record_child(NewChild(given=f"Robin{n}", surname="Example"), team=place.team, by=by),
                team=place.team,
                lawful_basis="Children Act 1989 s17",
                by=by,
            )
            for n in range(count)
        ]
    with as_owner():
        Case.objects.update(created_xact=1)
    return made


def pages(program: Program, path: str, **question: Any) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        answer = program.get(path, question | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.content
        yield answer.json()
        if (cursor := answer.json()["next_cursor"]) is None:
            return


@pytest.mark.parametrize("path", [CASES, CHILDREN])
def test_the_pages_together_are_the_list_without_repeats(alice: Person, social_care: Place, path: str) -> None:
    open_cases(alice, social_care, 7)
    program = program_of(alice)

    found = list(pages(program, path, limit=3))

    assert [len(page["results"]) for page in found] == [3, 3, 1]
    assert {page["count"] for page in found} == {7}
    seen = [row["uuid"] for page in found for row in page["results"]]
    with as_owner():
        model = Case if path == CASES else Child
        assert sorted(seen) == sorted(str(uuid) for uuid in model.objects.values_list("uuid", flat=True))


def test_a_full_last_page_has_no_next(alice: Person, social_care: Place) -> None:
    open_cases(alice, social_care, 4)

    for path in (CASES, CHILDREN):
        assert [len(page["results"]) for page in pages(program_of(alice), path, limit=2)] == [2, 2]


def test_cases_come_by_activity_or_by_what_is_due(alice: Person, social_care: Place) -> None:
    made = open_cases(alice, social_care, 3)
    now = timezone.now()
    with as_owner():
        for number, case in enumerate(made):
            days = timedelta(days=number)
            CaseGroupGrant.objects.filter(content_object=case).update(
                last_activity_at=now - days, next_due_at=now - days if number else None
            )
    program = program_of(alice)

    def order_of(**question: Any) -> list[int]:
        rows = [row["uuid"] for page in pages(program, CASES, limit=1, **question) for row in page["results"]]
        return [next(n for n, case in enumerate(made) if str(case.uuid) == uuid) for uuid in rows]

    assert order_of() == order_of(order="activity") == [0, 1, 2]
    assert order_of(order="due") == [2, 1]


def test_a_cursor_of_another_list_or_order_is_refused(alice: Person, social_care: Place) -> None:
    open_cases(alice, social_care, 2)
    program = program_of(alice)
    cursor = program.get(CASES, {"limit": 1}).json()["next_cursor"]

    for path, question in ((CASES, {"order": "due"}), (CHILDREN, {})):
        answer = program.get(path, question | {"cursor": cursor})
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["cursor"]


def test_the_count_stops_at_its_cap(alice: Person, social_care: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    open_cases(alice, social_care, 3)
    monkeypatch.setattr(access, "COUNT_CAP", 2)
    monkeypatch.setattr("cases.api.views.COUNT_CAP", 2)

    for path in (CASES, CHILDREN):
        body = program_of(alice).get(path).json()
        assert (body["count"], body["count_is_capped"]) == (2, True)


# --- Queries ---


def queries_of(program: Program, path: str) -> list[str]:
    program.get(path)  # the minute's "last used" is written
    with CaptureQueriesContext(connection) as captured:
        assert program.get(path).status_code == 200
    framing = ("SAVEPOINT", "RELEASE", "SELECT set_config('app.user_id', '', true)")
    found = [query["sql"] for query in captured if not query["sql"].startswith(framing)]
    # The last settings only clear the test's own transaction: in operation it has ended.
    return found[:-1] if "set_config" in found[-1] else found


# Who asks, the settings of row security, the page's ids, the count, its rows, the audit; children have names too.
QUERIES = {CASES: 6, CHILDREN: 7}


@pytest.mark.parametrize("path", [CASES, CHILDREN])
def test_a_list_takes_the_same_queries_however_many_rows(alice: Person, social_care: Place, path: str) -> None:
    program = program_of(alice)
    open_cases(alice, social_care, 2)
    few = queries_of(program, path)
    open_cases(alice, social_care, 18)
    many = queries_of(program, path)

    assert len(few) == len(many) == QUERIES[path], "\n\n".join(many)


def test_one_row_takes_at_most_six_queries(alice: Person, social_care: Place) -> None:
    (case,) = open_cases(alice, social_care, 1)
    program = program_of(alice)

    assert len(queries_of(program, f"{CASES}{case.uuid}/")) == 4
    assert len(queries_of(program, f"{CHILDREN}{case.child.uuid}/")) == 6


def test_a_child_with_several_cases_is_listed_once(alice: Person, social_care: Place) -> None:
    first, second = open_cases(alice, social_care, 2)
    with as_owner():
        Case.objects.filter(pk=first.pk).update(status="closed", closed_at=timezone.now())
        Case.objects.filter(pk=second.pk).update(child=first.child)
    program = program_of(alice)

    body = program.get(CHILDREN).json()

    assert [row["uuid"] for row in body["results"]] == [str(first.child.uuid)]
    assert body["count"] == 1


def test_a_newer_case_that_is_hidden_leaves_the_child_where_the_seen_one_puts_them(
    alice: Person, social_care: Place
) -> None:
    seen, hidden = open_cases(alice, social_care, 2)
    with as_owner():
        Case.objects.filter(pk=seen.pk).update(status="closed", closed_at=timezone.now())
        Case.objects.filter(pk=hidden.pk).update(child=seen.child)
        CaseGroupGrant.objects.filter(content_object=hidden).delete()

    body = program_of(alice).get(CHILDREN).json()

    assert [row["uuid"] for row in body["results"]] == [str(seen.child.uuid)]
    assert body["count"] == 1
