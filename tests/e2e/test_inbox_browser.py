"""The inbox and the demo's mail page in a real browser: read, mark, by keyboard, narrow, accessible."""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from safeguard.notifications.actions import Note, put_in_inbox
from tests.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = [
    "A referral was decided: read the decision and its reasons",
    "You are asked for a contribution before Thursday’s conference",
    "Your membership of Northshire children’s services ends in seven days",
]


def sign_in(page: Page, server: str, person: Person) -> None:
    cookie = person.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": server}])


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']} {[node['html'] for node in rule['nodes']]}" for rule in found]


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def picture(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS names a folder, for people who review the look."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def three_items(alice: Person) -> None:
    """Three unread items for Alice."""
    for title in TITLES:
        note = Note(kind="test.note", subject=title, body="", path="/inbox/")
        put_in_inbox(note, recipient_id=alice.user.pk, dedupe_key=title)


def test_items_are_marked_as_read_one_by_one_and_all(
    asgi_server: str, page: Page, alice: Person, three_items: None
) -> None:
    sign_in(page, asgi_server, alice)
    page.goto(f"{asgi_server}/inbox/")
    account = page.get_by_role("list", name="Your account")
    expect(account.get_by_role("link", name="Inbox (3) unread")).to_be_visible()

    page.get_by_role("button", name=f"Mark as read {TITLES[0]}").click()
    expect(account.get_by_role("link", name="Inbox (2) unread")).to_be_visible()

    page.get_by_role("button", name="Mark all as read").press("Enter")
    expect(page.get_by_text("2 items are marked as read")).to_be_visible()
    expect(page.get_by_text("Nothing unread, newest first")).to_be_visible()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_inbox_is_accessible_and_fits(
    asgi_server: str, page: Page, alice: Person, three_items: None, width: int
) -> None:
    sign_in(page, asgi_server, alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{asgi_server}/inbox/")
    page.get_by_role("button", name=f"Mark as read {TITLES[0]}").click()
    expect(page.get_by_text("2 unread").first).to_be_visible()
    picture(page, f"inbox-{width}")
    assert violations(page) == []
    assert not sideways(page)


def test_the_empty_inbox_is_accessible(asgi_server: str, page: Page, alice: Person) -> None:
    sign_in(page, asgi_server, alice)
    page.goto(f"{asgi_server}/inbox/")
    expect(page.get_by_role("heading", name="Your inbox is empty")).to_be_visible()
    picture(page, "inbox-empty")
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_the_demos_mail_page_is_accessible_and_fits(
    asgi_server: str, page: Page, settings: Any, tmp_path: Path, width: int
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    link = f"{asgi_server}/join/Vb7qzXfJYtq0Zr2mWkLxN4cHs8UeTgPd1oRaIyKu3w/"
    body = f"Maggie Mills invites you to join Northshire children’s services.\n\nOpen this link to begin:\n{link}\n"
    EmailMessage("You are invited to Safeguard", body, to=["nia@example.org"]).send()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{asgi_server}/demo/mail/")
    expect(page.get_by_role("link", name=link)).to_be_visible()
    picture(page, f"demo-mail-{width}")
    assert violations(page) == []
    assert not sideways(page)
