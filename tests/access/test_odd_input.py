"""No input of any page ends in a server error: NULs, halves of surrogate pairs, numbers and texts without end.

Every address is asked with every name of a parameter that the code knows; every form is sent as it would be filled
in, but for one field after another. A new page or field is covered without being listed here.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.conftest import MakeScene
from tests.access.routes import address, objects, route_names
from tests.access.scene import Scene
from tests.programs import program_of

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("agencies", "cases", "referrals", "safeguard")
ODD = {
    "a NUL": "\0",
    "a NUL within": "a\0b",
    "half a surrogate pair": "\ud800",
    "a number without end": "9" * 5_000,
    "a number past 64 bits": str(2**70),
    "a long text": "é" * 200_000,
    "an odd moment": "0001-01-01T00:00:00+23:59",
    "the last moment": "9999-12-31T23:59:59-23:59",
    "percent signs": "%00%s{0}%(x)s",
}
# What has ever got past a page; everything else is tried in the long proof.
LIKELY = ("a NUL", "a number past 64 bits", "an odd moment")
AMOUNTS = [pytest.param(LIKELY, id="short"), pytest.param(tuple(ODD), id="long", marks=pytest.mark.proof)]
FOR_CHOICES = ("a NUL",)  # whatever else it is, it is none of the choices
# Signing out and in, and what allauth answers, are held by their own tests.
ELSEWHERE = ("account_", "mfa_", "openid_connect", "socialaccount", "usersessions")


def names() -> list[str]:
    """Return every name that a request's data is asked for, or that a form's field has, in the code."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                found |= set(_asked(node)) | set(_fields(node))
    return sorted(found)


def _asked(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "getlist"}:
        owner = ast.unparse(node.func.value)
        if owner.endswith((".GET", ".POST", "query", "data")) and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _fields(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        for each in node.body:
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call):
                called = ast.unparse(each.value.func)
                if called.endswith(("Field", "Choice")):
                    yield from (target.id for target in each.targets if isinstance(target, ast.Name))


NAMES = [*names(), "cursor"]
SERVER_ERROR = 500


@pytest.fixture
def scene(scene_of: MakeScene) -> Scene:
    return scene_of(11, 1)


def own_routes(scene: Scene) -> list[tuple[str, str]]:
    """Return the name and address of every page of ours."""
    parts = objects(scene)
    return [(name, address(name, parts)) for name in sorted(set(route_names())) if not name.startswith(ELSEWHERE)]


def failing(client: Client, method: str, path: str, data: Any, **extra: Any) -> str:
    """Return what went wrong, empty for an answer below 500; nothing that the request changed stays."""
    client.raise_request_exception = False
    with transaction.atomic():
        answer = getattr(client, method)(path, data, **extra)
        transaction.set_rollback(True)
    if answer.status_code < SERVER_ERROR:
        return ""
    raised = getattr(answer, "exc_info", None)
    return f"{raised[0].__name__}: {str(raised[1])[:120]}" if raised else f"status {answer.status_code}"


def clean(value: str) -> str:
    """Return ``value`` as a browser could send it: no encoding has a half of a surrogate pair."""
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@pytest.mark.parametrize("odd", AMOUNTS)
def test_no_address_fails_over_an_odd_parameter(odd: tuple[str, ...], scene: Scene) -> None:
    client, wrong = scene.people["alice"].client, []
    for name, path in own_routes(scene):
        for what in odd:
            query = dict.fromkeys(NAMES, clean(ODD[what])[:300])
            if problem := failing(client, "get", path, query):
                wrong.append(f"GET {name} with {what}: {problem}")
    assert not wrong, "\n".join(wrong)


def filled(form: forms.BaseForm) -> dict[str, Any]:
    """Return the form as somebody would send it: first choices, a word, today's date."""
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        key, value = form.add_prefix(name), form[name].value()
        choices = [
            str(choice) for choice, _label in getattr(field, "choices", []) if not isinstance(_label, (list, tuple))
        ]
        if type(field).__name__ == "DatePartsField":
            sent |= {f"{key}-day": "1", f"{key}-month": "2", f"{key}-year": "2024"}
        elif choices:
            sent[key] = value or next((choice for choice in choices if choice), "")
        else:
            sent[key] = value if value not in (None, "") else ("10" if "Integer" in type(field).__name__ else "word")
    return {name: value for name, value in sent.items() if value not in (None, False)}


@pytest.mark.parametrize("odd", AMOUNTS)
def test_no_form_fails_over_an_odd_value_in_one_field(odd: tuple[str, ...], scene: Scene) -> None:
    client, wrong, sent_at_all = scene.people["alice"].client, [], 0
    for name, path in own_routes(scene):
        page = client.get(path)
        found = page.context["form"] if page.context and "form" in page.context else None
        form = found if isinstance(found, forms.BaseForm) else None
        typed = filled(form) if form else {"up_to": "x", "pinned": "1", "reason": "word"}
        for field in typed:
            is_choice = form is not None and field in form.fields and hasattr(form.fields[field], "choices")
            for what in FOR_CHOICES if is_choice else odd:
                sent_at_all += 1
                if problem := failing(client, "post", path, typed | {field: clean(ODD[what])}):
                    wrong.append(f"POST {name}, {field} is {what}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert sent_at_all > 200


@pytest.mark.parametrize("what", list(ODD))
def test_a_draft_keeps_whatever_is_typed(what: str, scene: Scene) -> None:
    client = scene.people["alice"].client
    sent = {"draft": "00000000-0000-4000-8000-00000000000a", "facts": clean(ODD[what]), clean(ODD[what])[:50]: "x"}

    assert not failing(client, "post", reverse("cases:draft_save"), sent)
    assert client.post(reverse("cases:draft_save"), sent).status_code in {200, 413}


def test_no_program_gets_a_server_error_for_an_odd_value(scene: Scene) -> None:
    program, parts, wrong = program_of(scene.people["alice"]), objects(scene), []
    bodies = {
        "api:entry_add": {"kind": "note", "occurred_at": "2024-01-01T00:00:00Z", "title": "t", "body": "b"},
        "api:concern_log": {
            "child": str(scene.made["shared"].child.uuid),
            "facts": "f",
            "occurred_at": "2024-01-01T00:00:00Z",
            "known_by": "seen",
            "next_step": "refer",
            "place": "p",
        },
    }
    for name, body in bodies.items():
        for field in body:
            for what, value in ODD.items():
                text = json.dumps(body | {field: value})  # half a surrogate pair can be written in JSON
                answer = program.post(address(name, parts), text)
                if answer.status_code >= SERVER_ERROR:
                    wrong.append(f"POST {name}, {field} is {what}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
