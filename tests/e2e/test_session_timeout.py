"""The warning before a session ends, and what was typed after it has ended."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "She told me about it after lunch"


@pytest.fixture
def soon(settings: Any) -> None:
    """A session that is warned of two seconds after the last sign of life, long before it ends."""
    settings.SESSION_IDLE_SECONDS = 60
    settings.SESSION_WARNING_SECONDS = 58


def open_form(page: Page, server: str, person: Person) -> None:
    cookie = person.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": server}])
    page.goto(f"{server}/style/")
    page.get_by_label("What are you worried about?").fill(TYPED)


@pytest.mark.usefixtures("soon")
def test_the_warning_takes_the_keyboard_and_gives_it_back(asgi_server: str, page: Page, alice: Person) -> None:
    open_form(page, asgi_server, alice)
    dialog = page.get_by_role("dialog", name="You will be signed out soon")
    expect(dialog).to_be_visible()
    stay = page.get_by_role("button", name="Stay signed in")
    expect(stay).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("What are you worried about?")).to_be_focused()
    expect(page.get_by_label("What are you worried about?")).to_have_value(TYPED)


@pytest.mark.usefixtures("soon")
def test_after_the_end_the_text_is_kept_and_can_be_sent_after_a_new_sign_in(
    asgi_server: str, page: Page, alice: Person
) -> None:
    open_form(page, asgi_server, alice)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog", name="You have been signed out")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in again (opens in a new tab)")).to_have_attribute("target", "_blank")
    cookie = alice.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": asgi_server}])
    page.context.clear_cookies(name="csrftoken")  # as a new sign-in does: the form's token is now a stranger's
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("What are you worried about?")).to_have_value(TYPED)


@pytest.mark.usefixtures("soon")
def test_somebody_else_cannot_send_what_was_typed(asgi_server: str, page: Page, alice: Person, tess: Person) -> None:
    open_form(page, asgi_server, alice)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog", name="You have been signed out")).to_be_visible()
    cookie = tess.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": asgi_server}])
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("dialog", name="Somebody else has signed in here")).to_be_visible()
