"""The shell and every piece in a real browser: accessible, narrow, by keyboard, within the content policy."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Dialog, Page, expect

from tests.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# GOV.UK Frontend's script sets aria-expanded on the radio that reveals a field; assistive technology copes.
ALLOWED = "aria-allowed-attr"


@pytest.fixture
def console(page: Page) -> Iterator[list[str]]:
    """Whatever the browser complains of while the test runs; nothing is expected."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield complaints
    assert complaints == []


def sign_in(page: Page, server: str, person: Person) -> None:
    cookie = person.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": server}])


def send_with_errors(page: Page) -> None:
    page.get_by_role("radio", name="Yes").check()
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("2")
    page.get_by_label("Year").fill("2016")
    page.get_by_role("button", name="Save and continue").click()


def violations(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["html"])
        for violation in found
        for node in violation["nodes"]
        if not (
            violation["id"] == ALLOWED and "data-aria-controls" not in node["html"] and "conditional-" in node["html"]
        )
    ]


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_with_and_without_errors(
    asgi_server: str, page: Page, alice: Person, console: list[str], width: int
) -> None:
    sign_in(page, asgi_server, alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{asgi_server}/style/")
    assert violations(page) == []
    send_with_errors(page)
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert violations(page) == []


def test_no_page_scrolls_sideways_at_320_pixels(asgi_server: str, page: Page, console: list[str]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{asgi_server}/style/")
    send_with_errors(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_begins_high(asgi_server: str, page: Page, alice: Person, console: list[str]) -> None:
    sign_in(page, asgi_server, alice)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{asgi_server}/style/")
    box = page.get_by_role("heading", name="Style guide", level=1).bounding_box()
    assert box is not None
    assert box["y"] < 200


def test_everything_can_be_done_by_keyboard(asgi_server: str, page: Page, console: list[str]) -> None:
    page.goto(f"{asgi_server}/style/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    page.get_by_role("button", name="Save and continue").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Day")).to_be_focused()


def test_a_choice_reveals_its_field_and_the_summary_leads_to_it(
    asgi_server: str, page: Page, console: list[str]
) -> None:
    page.goto(f"{asgi_server}/style/")
    language = page.get_by_label("Which language or communication method?")
    expect(language).to_be_hidden()
    send_with_errors(page)
    expect(language).to_be_visible()
    page.get_by_role("link", name="Date of birth must be a real date").click()
    expect(page.get_by_label("Day")).to_be_focused()
    expect(page.get_by_label("Day")).to_have_value("31")
    page.get_by_role("link", name="Answer “Which language or communication method?”").click()
    expect(language).to_be_focused()


def test_without_scripts_everything_is_there(asgi_server: str, page: Page) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]  # a launched browser
    plain = context.new_page()
    plain.goto(f"{asgi_server}/style/")
    expect(plain.get_by_label("Which language or communication method?")).to_be_visible()
    expect(plain.get_by_role("button", name="Apply filters")).to_be_visible()
    plain.get_by_role("button", name="Save and continue").click()
    expect(plain.get_by_role("heading", name="There is a problem")).to_be_visible()
    context.close()


def test_filters_are_folded_on_a_phone_and_open_beside_the_list_on_a_desk(
    asgi_server: str, page: Page, console: list[str]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{asgi_server}/style/")
    expect(page.get_by_role("button", name="Apply filters")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    expect(page.get_by_role("button", name="Apply filters")).to_be_hidden()


def test_nothing_is_kept_in_the_browsers_storage(asgi_server: str, page: Page, console: list[str]) -> None:
    page.goto(f"{asgi_server}/style/")
    page.get_by_label("What are you worried about?").fill("A secret")
    page.goto(f"{asgi_server}/style/")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_leaving_a_page_with_unsaved_text_asks_first(asgi_server: str, page: Page) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(f"{asgi_server}/style/")
    page.get_by_label("What are you worried about?").press_sequentially("Not saved yet")
    page.get_by_role("link", name="Safeguard").click()
    page.wait_for_url(lambda url: "/style/" not in url)
    assert asked == ["beforeunload"]


def test_a_double_click_sends_a_form_once(asgi_server: str, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(f"{asgi_server}/style/")
    page.get_by_role("button", name="Save and continue").dblclick()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert sent.count("POST") == 1
