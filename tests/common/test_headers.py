"""Every answer carries the security headers, and no page needs anything that they forbid."""

from collections.abc import Iterator

import html5lib
import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import Person

pytestmark = pytest.mark.django_db

REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
EVENT_ATTRIBUTES = ("onclick", "onload", "onerror", "onsubmit", "onchange", "oninput", "onfocus")


def addresses() -> list[str]:
    """Return every address of the site that takes no part of it from the caller."""
    return sorted(set(_walk(get_resolver().url_patterns, "/")))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for each in patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, here)
        elif "<" not in here and "(" not in here:
            yield here.replace("^", "").replace("$", "")


def assert_guarded(response: HttpResponseBase) -> None:
    """Assert that ``response`` carries every header, and a policy without an exception."""
    for name, value in REQUIRED.items():
        assert value in response.headers[name], name
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert {name: policy.get(name) for name in POLICY} == POLICY
    assert not [source for source in policy.values() if "unsafe" in source or "http" in source or "*" in source]
    for feature in ("camera", "geolocation", "microphone", "payment"):
        assert f"{feature}=()" in response.headers["Permissions-Policy"]


def assert_clean_markup(html: str) -> None:
    """Assert that a page holds no inline script, no inline style and asks no other host for anything."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    for element in document.iter():
        assert "style" not in element.attrib
        assert not [name for name in EVENT_ATTRIBUTES if name in element.attrib]
        if element.tag == "script":
            assert element.attrib.get("src") or element.attrib.get("type") == "application/json"
        assert element.tag != "style"
        fetched = element.attrib.get("src") or (element.attrib.get("href") if element.tag == "link" else None)
        assert fetched is None or (fetched.startswith("/") and not fetched.startswith("//")), fetched


def test_there_are_addresses_to_look_at() -> None:
    assert {"/", "/account/login/", "/health/live"} <= set(addresses())


def test_every_answer_to_a_visitor_is_guarded(client: Client) -> None:
    for address in addresses():
        response = client.get(address)
        assert response.status_code < 500, address
        assert_guarded(response)


@pytest.mark.parametrize("name", ["alice", "maggie", "adam"])
def test_every_answer_to_a_person_is_guarded_and_needs_nothing_that_is_forbidden(
    request: pytest.FixtureRequest, name: str
) -> None:
    person: Person = request.getfixturevalue(name)
    client = person.client
    for address in addresses():
        response = client.get(address)
        if client.session.get("_auth_user_id") is None:
            client = person.client  # that was the way out
        assert response.status_code < 500, address
        assert_guarded(response)
        if "text/html" in response.headers.get("Content-Type", ""):
            assert_clean_markup(response.content.decode())


def test_refusals_and_errors_are_guarded_too(client: Client, alice: Person) -> None:
    answers = {
        404: client.get("/no-such-page"),
        400: client.get("/account/login/", headers={"host": "evil.example"}),
        403: Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x"}),
        405: client.post("/health/live"),
        413: client.post("/account/login/", {"login": "x" * 3 * 1024 * 1024}),
        302: client.get("/"),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert_guarded(response)


def test_a_server_error_is_guarded_too(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("safeguard.views.render", fail)
    client = alice.client
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert_guarded(response)


def test_a_client_cannot_choose_the_request_id(client: Client) -> None:
    response = client.get("/health/live", headers={"x-request-id": "chosen"})
    assert response.headers["X-Request-ID"] != "chosen"
    assert len(response.headers["X-Request-ID"]) == 16


def test_a_page_cannot_be_framed(client: Client) -> None:
    assert client.get("/account/login/").headers["X-Frame-Options"] == "DENY"
