"""Every page of the site, opened by a person who may see it, in one browser and one world.

An address that ``tests/e2e/pages.py`` does not list fails the first test: a new page comes with its visitor.
``SCREENSHOTS=folder`` keeps a picture of each page at 1280 and 390 px for people who review the look.
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from playwright.sync_api import Error as PlaywrightError
from pytest_django.fixtures import Settings

from tests.agencies.test_sign_in_addresses import all_names, arguments
from tests.e2e.pages import NO_PAGES, NOT_FOR_BROWSERS, PAGES, VISITOR, Visit, World, build, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AXE = Axe()
WIDE, NARROW, PHONE = 1280, 320, 390
# The secret leaves the address at once.
LEADS_ON = {"agencies:join_link"}
# What a browser says of every answer with an error status, such as a form that comes back.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"
SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"
SHOWN_INPUTS = "input:not([type=hidden]), select, textarea, button[name]"
CONTROLS = f"""() => [...document.querySelectorAll('main form')].map(form => [form.method,
    ...[...form.querySelectorAll('{SHOWN_INPUTS}')].map(each => each.name)].join(' '))"""
FIELDS = "main form[method=post] :is(input:not([type=hidden], [type=submit]), select, textarea)"
HAS_FORM = f"() => document.querySelector('{FIELDS}') !== null"
HIDDEN_FIELDS = f"""() => [...document.querySelectorAll('{FIELDS}')]
    .filter(each => !each.checkVisibility()).map(each => each.name)"""
SEND_EMPTY = f"""() => {{
    const shown = '{FIELDS}';
    const form = document.querySelector(shown).form;
    for (const input of form.querySelectorAll(shown)) {{
        if (input.type === 'radio' || input.type === 'checkbox') input.checked = false;
        else input.value = '';
    }}
    form.requestSubmit(form.querySelector("button:not([type=button])"));
}}"""
FOLLOW_ERRORS = """() => [...document.querySelectorAll('.govuk-error-summary a')].filter(link => {
    link.click();
    const focused = document.activeElement;
    return !(focused.matches('input, select, textarea') && focused.closest('form'));
}).map(link => link.textContent)"""


def test_every_address_is_listed_with_somebody_who_opens_it() -> None:
    browsers = {name for name in all_names() if not name.startswith(NOT_FOR_BROWSERS)}

    assert browsers == {*PAGES, *NO_PAGES}


# --- One browser, one world -----------------------------------------------------------------------


class Visits:
    """The browser contexts of the world's people, what is wrong so far, and what the browser complained of."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.browser, self.world = browser, world
        self.names = world.names()
        self.problems: list[str] = []
        self.at = ""
        self._pages: dict[tuple[str, bool], Page] = {}

    def blame(self, *problems: str) -> None:
        """Note ``problems`` against the page that is being looked at."""
        self.problems += [f"{self.at}: {problem}" for problem in problems]

    def page_of(self, who: str, *, script: bool = True) -> Page:
        """Return the page in which ``who`` is signed in, with JavaScript or without."""
        if (who, script) not in self._pages:
            self._pages[who, script] = self._context(who, script).new_page()
            self._pages[who, script].set_default_timeout(5_000)
            self._watch(self._pages[who, script])
        return self._pages[who, script]

    def _context(self, who: str, script: bool) -> BrowserContext:
        context = self.browser.new_context(java_script_enabled=script, viewport={"width": WIDE, "height": 900})
        if who != VISITOR:
            cookie = cookie_of(self.world.person(who))
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.world.server}])
        return context

    def _watch(self, page: Page) -> None:
        own = urlsplit(self.world.server).netloc

        def ask(request: Request) -> None:
            if urlsplit(request.url).netloc != own and not request.url.startswith(("data:", "blob:")):
                self.blame(f"asks another host: {request.url}")

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and not message.text.startswith(STATUS_NOTE):
                self.blame(f"the browser complains: {message.text}")

        page.on("request", ask)
        page.on("console", hear)
        page.on("pageerror", lambda error: self.blame(f"a script fails: {error}"))


@pytest.fixture
def visits(asgi_server: str, browser: Browser, settings: Settings) -> Iterator[Visits]:
    """The world with its people's browsers; what went wrong is told at the end, all together."""
    settings.FRESH_FACTOR_SECONDS = 3600  # a slow machine needs more than five minutes for all pages
    made = Visits(browser, build(asgi_server))
    yield made
    for context in browser.contexts:
        context.close()


def go(visits: Visits, page: Page, name: str, visit: Visit) -> None:
    """Open the page ``name`` as its visitor does, and hold it to its status."""
    if visit.before:
        visit.before(page, visits.world)
    if visit.arrive:
        visit.arrive(page, visits.world)
        return
    args = [visits.world.keys[key] for key in visit.args]
    answer = page.goto(visits.world.server + reverse(name, args=args))
    if answer is None or answer.status != 200:
        visits.blame(f"answers {answer and answer.status}")
    if urlsplit(page.url).path != reverse(name, args=args) and name not in LEADS_ON:
        visits.blame(f"leads on to {page.url}")


# --- What every page is held to -------------------------------------------------------------------


def look(visits: Visits, page: Page) -> None:
    """Hold the open page to its headline, title, width and accessibility."""
    headlines = page.locator("h1").count()
    if headlines != 1:
        visits.blame(f"has {headlines} h1")
    named = [name for name in visits.names if name in page.title()]
    if named or not page.title().strip(" –"):
        visits.blame(f"has the title {page.title()!r}")
    page.set_viewport_size({"width": NARROW, "height": 700})
    if page.evaluate(SIDEWAYS):
        visits.blame(f"scrolls sideways at {NARROW} px")
    page.set_viewport_size({"width": WIDE, "height": 900})
    visits.blame(*violations(page))


def violations(page: Page) -> list[str]:
    """Return what axe finds, one line a rule."""
    found: list[dict[str, Any]] = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    # GOV.UK Frontend puts aria-expanded on radios that reveal a field: the one rule that axe does not share.
    return [
        f"axe {rule['id']} {[node['html'] for node in rule['nodes']]}"
        for rule in found
        if not (rule["id"] == "aria-allowed-attr" and all("aria-expanded" in n["html"] for n in rule["nodes"]))
    ]


def compare_without_script(visits: Visits, page: Page, visit: Visit) -> None:
    """Hold the page to its headline and forms with JavaScript switched off."""
    with_script = page.locator("h1").inner_text(), page.evaluate(CONTROLS)
    plain = visits.page_of(visit.who, script=False)
    # The same session: it holds what was done on the way here.
    plain.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # what one gives, the other takes
    plain.goto(page.url)
    without = plain.locator("h1").inner_text(), plain.evaluate(CONTROLS)
    if without != with_script:
        visits.blame(f"differs without JavaScript: {without} instead of {with_script}")
    hidden = plain.evaluate(HIDDEN_FIELDS)
    if visit.by_script:
        if not plain.locator("noscript").count():
            visits.blame("does not say that it needs JavaScript")
        return
    visits.blame(*(f"hides {field} without JavaScript" for field in hidden))


def send_empty(visits: Visits, page: Page, visit: Visit) -> None:
    """Send the page's form with nothing in it, and hold what comes back to the same and to its error summary."""
    if not page.evaluate(HAS_FORM):
        return
    if visit.in_place:
        page.evaluate(SEND_EMPTY)
        page.locator(".govuk-error-summary").wait_for()
    else:
        with page.expect_navigation():
            page.evaluate(SEND_EMPTY)
    if page.locator(".govuk-error-summary").count() != 1:
        if visit.refuses:
            visits.blame("takes an empty form without a word")
        return
    look(visits, page)
    if not page.title().startswith("Error:"):
        visits.blame(f"has the title {page.title()!r} with errors")
    visits.blame(*(f"the error {text!r} leads to no field" for text in page.evaluate(FOLLOW_ERRORS)))


def picture(page: Page, name: str) -> None:
    """Keep pictures where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        for width in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name.replace(':', '-')}-{width}.png", full_page=True)


@pytest.mark.parametrize("cases", [True, False], ids=["cases and agencies", "everything else"])
def test_every_page_keeps_the_rules_with_and_without_errors_and_script(visits: Visits, cases: bool) -> None:
    half = {name: visit for name, visit in PAGES.items() if name.startswith(("cases:", "agencies:")) == cases}
    for name, visit in half.items():
        visits.at = name
        try:
            hold(visits, name, visit)
        except PlaywrightError as error:
            visits.blame(f"stops at {visits.page_of(visit.who).url}: {error}")

    assert visits.problems == [], "\n" + "\n".join(visits.problems)


def hold(visits: Visits, name: str, visit: Visit) -> None:
    """Open one page and hold it, and its form sent empty, to every rule."""
    page = visits.page_of(visit.who)
    go(visits, page, name, visit)
    look(visits, page)
    picture(page, name)
    compare_without_script(visits, page, visit)
    if visit.by_script:
        return
    visits.at = f"{name}, sent empty"
    send_empty(visits, page, visit)
    picture(page, f"{name}-sent-empty")


def test_what_is_no_page_answers_a_browser_with_none(visits: Visits) -> None:
    page = visits.page_of("mo")
    for name, expected in NO_PAGES.items():
        address = reverse(name, kwargs=arguments(all_names()[name]))
        answer = page.request.get(visits.world.server + address, max_redirects=0)
        assert expected in (str(answer.status), answer.headers["content-type"].partition(";")[0]), name
