"""Whatever is asked, the answer is the list or a problem that names the parameter: never a server error."""

import string
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case
from tests.conftest import Person
from tests.programs import Program, program_of

CASES, CHILDREN = "/api/v1/cases/", "/api/v1/children/"
PARAMETERS = ["status", "level_of_need", "lead_sector", "allocated_to", "order", "cursor", "limit"]
GOOD = ["open", "closed", "1", "4", "education", "me", "my_team", "nobody", "activity", "due", "25"]
NASTY = [
    "", " ", "\x00", "0", "-1", "99999999999999999999", "1e9", "NaN", "null", "None", "true", "'", '"', "\\", "%",
    "' OR 1=1 --", "1; DROP TABLE cases_case", "$(id)", "{{7*7}}", "<script>", "../../etc/passwd", "\ud800", "é", "٣",
    "A" * 5_000, "AAAA", "=", "[]", "{}", "%00", "\r\nSet-Cookie: a=b", "2026-01-01", "0x10", "１",
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(GOOD), st.sampled_from(NASTY), st.text(max_size=40))
NAMES = st.one_of(st.sampled_from([*PARAMETERS, "format", "page", "id", "child__uuid"]), st.text(max_size=12))
FUZZ = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def program(alice: Person, case: Case, settings: Any) -> Program:
    rates = {"reader": "1000000/min", "failures": "1000000/min"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates}
    return program_of(alice)


@given(path=st.sampled_from([CASES, CHILDREN]), query=st.lists(st.tuples(NAMES, VALUES), max_size=5))
@FUZZ
def test_no_query_breaks_a_list(program: Program, path: str, query: list[tuple[str, str]]) -> None:
    answer = program.get(f"{path}?{urlencode(query, errors='surrogatepass')}")

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"]
        assert "Traceback" not in answer.content.decode()


@given(st.text(alphabet=string.printable + "é\x00", min_size=1, max_size=60))
@FUZZ
def test_no_address_breaks_it(program: Program, rest: str) -> None:
    for path in (f"{CASES}{quote(rest)}/", f"{CHILDREN}{quote(rest)}/", f"/api/{quote(rest)}"):
        assert program.get(path).status_code in {200, 301, 404, 405}


@pytest.mark.parametrize(
    "ref", ["1", "0", "abc", "-1", "robin", "' OR 1=1", "%00", "123e4567-e89b-12d3-a456-42661417400"]
)
def test_a_wrong_kind_of_id_is_answered_like_absence(program: Program, ref: str) -> None:
    for path in (CASES, CHILDREN):
        answer = program.get(f"{path}{ref}/")
        assert answer.status_code == 404
        absent = program.get(f"{path}00000000-0000-4000-8000-000000000000/")
        assert answer.content == absent.content


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("stauts=open", ["stauts"]),
        ("status=opne", ["status"]),
        ("status=open&status=closed", ["status"]),
        ("limit=0&order=name", ["limit", "order"]),
        ("limit=101", ["limit"]),
        ("level_of_need=5", ["level_of_need"]),
        ("lead_sector=a b", ["lead_sector"]),
        ("cursor=made-up", ["cursor"]),
        ("format=xml", ["format"]),
    ],
)
def test_a_wrong_parameter_is_named(program: Program, query: str, named: list[str]) -> None:
    answer = program.get(f"{CASES}?{query}")

    assert answer.status_code == 400
    body = answer.json()
    assert sorted(body["errors"]) == named
    assert all(name in body["detail"] for name in named)
    assert body["title"] == "Bad Request"


def test_one_row_takes_no_parameters(program: Program, case: Case) -> None:
    answer = program.get(f"{CASES}{case.uuid}/?expand=child")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["expand"]


def test_only_json_is_spoken(program: Program) -> None:
    answer = program.get(CASES, HTTP_ACCEPT="text/html")

    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/problem+json"
