"""A token is made, used by a program over the network, and revoked: in a real browser, narrow and accessible."""

import os
import urllib.error
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import Page, expect

from agencies.actions import tokens
from tests.conftest import Person
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, server: str, person: Person) -> None:
    page.goto(f"{server}/account/login/")
    page.get_by_label("E-mail address").fill(person.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def check(page: Page, name: str) -> None:
    """Axe finds nothing, and nothing hangs over the side at 320 px. Keeps pictures where SCREENSHOTS names a folder."""
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), width
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/tokens_{name}_{width}.png", full_page=True)
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 1280, "height": 800})


def status(server: str, secret: str) -> int:
    request = urllib.request.Request(f"{server}/api/v1/cases/", headers={"Authorization": f"Bearer {secret}"})  # noqa: S310  (the test's own server)
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  (the same)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_token_is_made_used_and_revoked(asgi_server: str, page: Page, alice: Person) -> None:
    sign_in(page, asgi_server, alice)
    page.goto(f"{asgi_server}/profile/")
    page.get_by_role("link", name="Your tokens for programs").click()
    check(page, "none")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "wrong")
    page.get_by_label("What is it for?").fill("School information system")
    page.get_by_label("Read cases").check()
    page.get_by_role("button", name="Make token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    check(page, "made")
    assert status(asgi_server, secret) == 200

    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(f"begins {secret[:10]}")).to_be_visible()
    check(page, "list")
    page.get_by_role("link", name="Revoke School information system").click()
    check(page, "revoke")
    page.get_by_role("button", name="Revoke token").click()

    expect(page.get_by_text("The token is revoked")).to_be_visible()
    assert status(asgi_server, secret) == 401


def test_a_manager_sees_the_tokens_of_the_agency(asgi_server: str, page: Page, alice: Person, maggie: Person) -> None:
    with transaction.atomic():
        tokens.create(name="School system", scopes=["read:cases", "read:children"], days=90, by=alice.by)
    sign_in(page, asgi_server, maggie)

    page.goto(f"{asgi_server}/people/")
    page.get_by_role("link", name="Tokens for programs").click()

    expect(page.get_by_role("cell", name="Alice Archer")).to_be_visible()
    check(page, "agency")
