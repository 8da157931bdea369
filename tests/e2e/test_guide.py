"""The guides in docs/guide: the tests walk the way that they describe, and `make guide` keeps the pictures."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.pages import World, build, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PICTURE = re.compile(r"images/([\w-]+)\.png")
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
MEETING_PAGES = {"sectors": "Who knew what", "silence": "Who is silent", "room": "People in the room"}
Desk = Callable[[str], Page]


class Guide:
    """One guide: its reader's browser and the pictures that were taken on the way."""

    def __init__(self, name: str, page: Page, world: World) -> None:
        self.name, self.page, self.world = name, page, world
        self.taken: set[str] = set()

    def open(self, route: str, *keys: str, heading: str) -> None:
        """Open a page and hold it to its headline."""
        self.page.goto(self.world.server + reverse(route, args=[self.world.keys[key] for key in keys]))
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def picture(self, what: str) -> None:
        """Take the picture; it is kept where GUIDE_PICTURES names a folder."""
        name = f"{self.name}-{what}"
        self.taken.add(name)
        if folder := os.environ.get("GUIDE_PICTURES"):
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def pictures_named(self) -> set[str]:
        """Return the pictures that the guide's text shows."""
        return set(PICTURE.findall((GUIDE / f"{self.name}.md").read_text(encoding="utf-8")))


@pytest.fixture
def world(asgi_server: str) -> World:
    return build(asgi_server)


@pytest.fixture
def desk(world: World, browser: Browser) -> Iterator[Desk]:
    """Sign one of the demo's people in."""

    def open_for(name: str) -> Page:
        context = browser.new_context(viewport=WIDE)
        context.set_default_timeout(10_000)
        cookie = cookie_of(world.person(name))
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": world.server}])
        return context.new_page()

    yield open_for
    for context in browser.contexts:
        context.close()


def test_a_social_worker_can_follow_their_guide(desk: Desk, world: World) -> None:
    guide = Guide("social-worker", desk("alice"), world)
    guide.open("home", heading="Alice Archer")
    guide.picture("home")
    guide.open("cases:detail", "case", heading="Robin Example")
    guide.picture("case")
    guide.open("cases:child", "child", heading="Robin Example")
    guide.picture("child")
    guide.open("cases:concern_log", heading="Log a concern")
    guide.picture("concern")
    write_an_entry(guide)
    guide.open("cases:access", "case", heading="Who can see this, and why")
    guide.picture("access")

    assert guide.taken == guide.pictures_named()


def write_an_entry(guide: Guide) -> None:
    """Write a strength for social care and education, and stop where the names are shown."""
    page = guide.page
    guide.open("cases:entry_kinds", "case", heading="Add to the timeline")
    page.get_by_role("link", name="Strength").click()
    page.get_by_label("What happened, in one line").fill("Robin chose the song for assembly")
    for part, value in (("Day", "20"), ("Month", "11"), ("Year", "2026")):
        page.get_by_role("group", name="When did it happen?").get_by_label(part, exact=True).fill(value)
    page.get_by_label("Facts").fill("Stood in front of the whole school and smiled.")
    page.get_by_label("The child’s own words").fill("“I was not scared at all.”")
    page.get_by_label("Only the sectors that I choose").check()
    page.get_by_label("Education").check()
    guide.picture("entry")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check who will see this")
    expect(page.get_by_role("main")).to_contain_text("Oakfield Primary School")
    guide.picture("check")


def test_whoever_leads_meetings_can_follow_their_guide(desk: Desk, world: World) -> None:
    guide = Guide("mdt-lead", desk("mo"), world)
    guide.open("cases:timeline", "case", heading="Timeline")
    guide.picture("timeline")
    guide.page.set_viewport_size(PHONE)
    guide.picture("timeline-phone")
    guide.page.set_viewport_size(WIDE)
    for what, heading in MEETING_PAGES.items():
        guide.open(f"cases:timeline_{what}", "case", heading=heading)
        guide.picture(what)

    assert guide.taken == guide.pictures_named()


def test_every_picture_of_a_guide_is_there() -> None:
    for guide in GUIDE.glob("*.md"):
        for name in PICTURE.findall(guide.read_text(encoding="utf-8")):
            assert (GUIDE / "images" / f"{name}.png").exists(), f"{guide.name} shows {name}: run `make guide`"
