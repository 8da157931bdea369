"""The description of the interface for programs: valid, complete, and the one that is committed."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema

from tests.conftest import Person
from tests.programs import program_of

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
# What the description leaves out: itself, and the answer to every other address.
UNDESCRIBED = {"api/schema/", "api/^(?P<rest>.*)$"}


@pytest.fixture(scope="module")
def generated() -> str:
    """The description as the code has it; any warning on the way is an error."""
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_it_is_valid_openapi_3_1(generated: str) -> None:
    document = yaml.safe_load(generated)

    assert document["openapi"].startswith("3.1.")
    validate_schema(document)  # type: ignore[no-untyped-call]  # drf-spectacular types a part of itself


def test_the_committed_description_is_the_present_one(generated: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == generated, (
        "The interface has changed. Check that programs which use it go on working, run `make openapi`, and commit"
        " docs/openapi.yaml with the change."
    )


def test_every_address_is_described(generated: str) -> None:
    paths = yaml.safe_load(generated)["paths"]
    described = {re.sub(r"{(\w+)}", r"<uuid:\1>", path.strip("/")) + "/" for path in paths}

    assert described == set(_routes("api/")) - UNDESCRIBED


WRITES = ("/entries/", "/acknowledge/", "/concerns/", "/submit/", "/answer/")


def _routes(below: str) -> list[str]:
    found: list[str] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for each in patterns:
            path = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, path)
            elif isinstance(each, URLPattern):
                found.append(path)

    walk(get_resolver().url_patterns, "")
    return [path for path in found if path.startswith(below)]


def test_every_answer_says_how_it_can_fail(generated: str) -> None:
    for path, operations in yaml.safe_load(generated)["paths"].items():
        ((method, operation),) = operations.items()
        assert method == ("post" if path.endswith(WRITES) else "get"), path
        answers = operation["responses"]
        assert {"200", "400", "401", "403", "406", "429"} <= answers.keys()
        # A concern names its child in what is sent.
        assert ("404" in answers) == ("{uuid}" in path or path.endswith("/concerns/"))
        assert operation["security"] == [{"token": []}, {"session": []}]


def test_it_is_served_to_members_and_tokens(alice: Person) -> None:
    for answer in (alice.client.get("/api/schema/"), program_of(alice, "read:cases").get("/api/schema/")):
        assert answer.status_code == 200
        assert answer.json()["openapi"].startswith("3.1.")
        assert "/api/v1/cases/" in answer.json()["paths"]
