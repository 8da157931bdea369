"""Whether a child is known, as it shows while a case is being opened: to who may see them, and to who may not."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.models import Concern
from tests.cases.matching.test_look import known
from tests.conftest import Person, Place
from tests.e2e.pages import cookie_of
from tests.factories import as_owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[[Person], Page]


@pytest.fixture
def desk(asgi_server: str, browser: Browser) -> Open:
    """Sign a person in, in a browser of their own."""

    def open_for(person: Person) -> Page:
        context = browser.new_context(base_url=asgi_server)
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "sessionid", "value": cookie_of(person), "url": asgi_server}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return open_for


def fill_in(page: Page) -> None:
    page.goto("/cases/open/")
    page.get_by_label("First name").fill("Robyn")
    page.get_by_label("Last name").fill("Pemberton")
    page.get_by_label("Known, or a good estimate").check()
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "2015")):
        page.get_by_role("group", name="Date of birth").get_by_label(part, exact=True).first.fill(value)
    page.get_by_label("Female").check()


def test_a_possible_match_is_settled_without_learning_more_than_one_may(
    desk: Open, alice: Person, olive: Person, social_care: Place
) -> None:
    case = known(alice, social_care, "Robin", "Pemberton")

    stranger = desk(olive)
    fill_in(stranger)
    expect(stranger.get_by_text(f"Ask the duty desk of {social_care.agency.name}")).to_be_visible()
    assert "Robin" not in stranger.content()

    page = desk(alice)
    fill_in(page)
    expect(page.get_by_role("heading", name="Is the child already known?")).to_be_visible()
    expect(page.locator(".app-known-children").get_by_text("Robin Pemberton")).to_be_visible()
    page.get_by_role("button", name="Open the case").click()
    page.get_by_label("Yes, it is the same child: use this record").check()
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Robin Pemberton")
    assert str(case.uuid) in page.url


def name_in_concern(page: Page) -> None:
    page.goto("/concerns/log/")
    page.get_by_label("A child who is not listed").first.check()
    page.get_by_label("First name").first.fill("Robyn")
    page.get_by_label("Last name").first.fill("Pemberton")
    page.get_by_label("Yes, or a good estimate").check()
    for part, value in (("Day", "3"), ("Month", "2"), ("Year", "2015")):
        page.get_by_role("group", name="Date of birth").get_by_label(part, exact=True).first.fill(value)
    page.get_by_label("What happened?", exact=True).fill("Came without a coat")


def test_a_concern_shows_a_known_child_while_they_are_named_and_joins_their_case(
    desk: Open, alice: Person, olive: Person, social_care: Place
) -> None:
    case = known(alice, social_care, "Robin", "Pemberton")

    stranger = desk(olive)
    name_in_concern(stranger)
    expect(stranger.get_by_text(f"Ask the duty desk of {social_care.agency.name}")).to_be_visible()
    assert "Robin" not in stranger.content()

    page = desk(alice)
    name_in_concern(page)
    expect(page.locator(".app-known-children").get_by_text("Robin Pemberton")).to_be_visible()
    expect(page.get_by_label("What happened?", exact=True)).to_have_value("Came without a coat")
    page.get_by_role("group", name="How do you know?").get_by_role("radio").first.check()
    page.get_by_label("Tell the safeguarding lead").check()
    page.get_by_role("button", name="Save the concern").click()
    page.get_by_label("Yes, it is the same child: use this record").check()
    page.get_by_role("button", name="Save the concern").click()
    expect(page.get_by_text("The concern is saved.")).to_be_visible()
    with as_owner():
        assert Concern.objects.get().case_id == case.pk
