"""Reports without an account in a real browser: no trace when somebody leaves, and once when the signal comes back."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import Person, Place
from tests.factories import load_england
from tests.referrals.conftest import sent_referrals

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORRY = "I hear shouting and crying every night."
KEPT = re.compile("Kept on this phone, encrypted")


@pytest.fixture(autouse=True)
def receiver(social_care: Place, tess: Person, settings: Any, asgi_server: str) -> None:
    """Children's social care receives reports; leaving leads to a page that is not one of ours."""
    load_england()
    settings.SAFE_EXIT_URL = f"{asgi_server}/health/live"


def fill(page: Page, server: str, worry: str = WORRY) -> None:
    page.goto(f"{server}/report/public/")
    page.get_by_label("A child may be harmed in the next days").check()
    page.get_by_label("What worries you?").fill(worry)


def stored(page: Page) -> Any:
    """Return what the browser keeps for the site: databases, storage, cookies."""
    kept = page.evaluate("async () => [(await indexedDB.databases()).length, localStorage.length]")
    return kept, page.context.cookies()


def test_sending_leaves_nothing_in_the_browser_and_nothing_in_its_history(asgi_server: str, page: Page) -> None:
    page.goto(f"{asgi_server}/report/")
    page.get_by_role("link", name="I am a neighbour").click()
    page.get_by_label("A child may be harmed in the next days").check()
    page.get_by_label("What worries you?").fill(WORRY)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("heading", name="Your report was received")).to_be_visible()
    assert len(sent_referrals()) == 1
    assert stored(page) == ([0, 0], [])
    assert page.evaluate("history.length") == 2, "the empty first page of the browser, and this one"


def test_leaving_replaces_the_page_and_going_back_shows_nothing_typed(asgi_server: str, page: Page) -> None:
    fill(page, asgi_server)
    before = page.evaluate("history.length")
    page.get_by_role("button", name="Leave this site now").click()

    page.wait_for_url("**/health/live")
    assert page.evaluate("history.length") == before
    page.go_back()
    assert WORRY not in page.content()
    assert "/report/" not in page.url


def test_three_escapes_leave_too(asgi_server: str, page: Page) -> None:
    fill(page, asgi_server)
    for _time in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url("**/health/live")
    assert WORRY not in page.content()


def test_without_signal_it_waits_if_asked_and_arrives_once(
    asgi_server: str, page: Page, context: BrowserContext
) -> None:
    fill(page, asgi_server)
    context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").get_by_text("There is no signal")).to_be_visible()
    assert stored(page)[0] == [0, 0], "nothing is kept before the reporter asks for it"

    page.get_by_role("button", name="Keep until I have signal").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    expect(page.get_by_label("What worries you?")).to_have_value("")
    plain = page.evaluate(
        """async () => new Promise((done) => { indexedDB.open("report").onsuccess = (event) => {
            const all = event.target.result.transaction("report").objectStore("report").getAll();
            all.onsuccess = () => { event.target.result.close();
                done(new TextDecoder("latin1").decode(all.result[0].sealed) + all.result[0].key.extractable); };
        }; })"""
    )
    assert "shouting" not in plain
    assert plain.endswith("false")

    context.set_offline(False)
    expect(page.get_by_text("Your report was received")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.reload()
    expect(page.get_by_text(KEPT)).to_be_hidden()
    assert [each.facts for each in sent_referrals()] == [WORRY]
    assert stored(page)[0] == [0, 0]


def test_an_answer_that_was_lost_on_the_way_sends_it_again_and_it_arrives_once(asgi_server: str, page: Page) -> None:
    fill(page, asgi_server)
    lost: list[str] = []

    def lose_first(route: Any) -> None:
        if route.request.method != "POST" or len(lost) > 1:
            route.continue_()
            return
        if lost:
            route.fetch()  # it arrives, and the answer does not
        lost.append(route.request.url)
        route.abort()

    page.route("**/report/public/", lose_first)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Keep until I have signal").click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.wait_for_timeout(500)
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.get_by_text("Your report was received")).to_be_visible()
    assert len(lost) == 2
    assert len(sent_referrals()) == 1


def test_one_tap_deletes_what_waits_and_so_does_its_age(asgi_server: str, page: Page, context: BrowserContext) -> None:
    for how in ("tap", "age"):
        fill(page, asgi_server)
        context.set_offline(True)
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("button", name="Keep until I have signal").click()
        expect(page.get_by_text(KEPT)).to_be_visible()
        if how == "tap":
            page.get_by_role("button", name="Delete it from this phone").click()
        else:
            page.evaluate("Date.now = () => new Date().getTime() + 72 * 3600 * 1000 + 1000")
            page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_function("async () => (await indexedDB.databases()).length === 0")
        if how == "age":
            expect(page.get_by_text("could not be sent within 72 hours and is deleted")).to_be_visible()
        context.set_offline(False)
    assert not sent_referrals()


def test_a_young_person_is_offered_to_keep_nothing(asgi_server: str, page: Page, context: BrowserContext) -> None:
    page.goto(f"{asgi_server}/report/young/")
    page.get_by_label("No", exact=True).check()
    page.get_by_label("What is happening?").fill("He hits me.")
    context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_role("status").get_by_text("There is no signal")).to_be_visible()
    expect(page.get_by_role("button", name="Keep until I have signal")).to_have_count(0)
    expect(page.get_by_label("What is happening?")).to_have_value("He hits me.")
    assert stored(page)[0] == [0, 0]


@pytest.mark.parametrize("kind", ["", "young/", "public/", "professional/", "read/"])
def test_each_page_fits_a_phone_and_is_accessible(kind: str, asgi_server: str, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{asgi_server}/report/{kind}")

    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    found = Axe().run(page).response["violations"]
    # The library's own radios that reveal a field say so with aria-expanded.
    assert not [rule for rule in found if rule["id"] != "aria-allowed-attr" or "aria-expanded" not in str(rule)]


def test_it_works_without_scripts(asgi_server: str, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        fill(page, asgi_server)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", name="Your report was received")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Your report was received")).to_be_visible()
    assert len(sent_referrals()) == 1
