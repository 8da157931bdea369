"""A case from its opening to the review of an emergency access, each person in a browser of their own."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from cases.models import Case
from tests.conftest import Person
from tests.e2e.pages import cookie_of
from tests.factories import as_owner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHILD = "Robin Example"
NOT_FOUND = "Page not found"
Open = Callable[[Person], Page]


@pytest.fixture
def desk(asgi_server: str, browser: Browser) -> Open:
    """Sign a person in, in a browser of their own."""

    def open_for(person: Person) -> Page:
        context = browser.new_context(base_url=asgi_server)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "sessionid", "value": cookie_of(person), "url": asgi_server}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return open_for


def opened_by(page: Page) -> str:
    """Open a case for the child; return its path."""
    page.goto("/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Cases").click()
    page.get_by_role("button", name="Open a case").click()
    page.get_by_label("First name").fill("Robin")
    page.get_by_label("Last name").fill("Example")
    page.get_by_label("Known, or a good estimate").check()
    for part, value in (("Day", "3"), ("Month", "10"), ("Year", "2017")):
        page.get_by_role("group", name="Date of birth").get_by_label(part, exact=True).first.fill(value)
    page.get_by_label("Female").check()
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CHILD)
    expect(page).to_have_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    return urlsplit(page.url).path


def act(page: Page, case: str, link: str, button: str, fields: dict[str, str]) -> None:
    """Follow a link on the page of who can see the case, fill in the form and send it."""
    page.goto(f"{case}access/")
    page.get_by_role("main").get_by_text(link, exact=True).first.click()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_be_visible()


def involve_the_school(page: Page, case: str) -> None:
    page.goto(f"{case}access/")
    page.get_by_role("button", name="Involve a team").click()
    expect(page.get_by_text("Everybody in the team will see the child’s details")).to_be_visible()
    page.get_by_label("Team", exact=True).select_option(label="Safeguarding team (Oakfield Primary School)")
    page.get_by_label("Contribute").check()
    page.get_by_label("Purpose").fill("Attendance and welfare")
    page.get_by_role("button", name="Involve the team").click()
    expect(page.get_by_role("alert")).to_contain_text("can see the case")


def restrict_to_tess(page: Page, case: str) -> None:
    page.goto(f"{case}access/")
    page.get_by_role("link", name="Restrict to named people").click()
    expect(page.get_by_text("Everybody whom you do not tick loses sight")).to_be_visible()
    page.get_by_label("Tess Tanner, Northshire children’s services").check()
    page.get_by_label("Which team answers out of hours?").select_option(index=1)
    page.get_by_label("Reason").fill("A colleague’s child")
    page.get_by_role("button", name="Restrict the case").click()
    expect(page.get_by_role("alert")).to_contain_text("Only the named people see the case now")


def assert_not_seen(page: Page, case: str) -> None:
    """Assert that the case is neither in the person's list nor at its address."""
    page.goto("/cases/")
    expect(page.get_by_role("heading", name="Cases", level=1)).to_be_visible()
    expect(page.get_by_text(CHILD)).to_have_count(0)
    answer = page.goto(case)
    assert answer is not None
    assert answer.status == 404
    assert CHILD not in page.content()


@pytest.mark.usefixtures("tess")
def test_a_school_is_involved_loses_sight_by_a_restriction_and_sees_the_case_again(
    desk: Open, alice: Person, tariq: Person, olive: Person
) -> None:
    worker, teacher, outsider = desk(alice), desk(tariq), desk(olive)
    case = opened_by(worker)
    assert_not_seen(teacher, case)
    assert_not_seen(outsider, case)

    involve_the_school(worker, case)
    teacher.goto("/cases/")
    teacher.get_by_role("link", name=CHILD).click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text(CHILD)
    teacher.get_by_role("link", name="Who can see this, and why").click()
    for words in ("Tariq Turner", "Alice Archer", "Attendance and welfare", "duty to safeguard"):
        expect(teacher.get_by_role("main")).to_contain_text(words)
    expect(teacher.get_by_role("button", name="Involve a team")).to_have_count(0)
    assert_not_seen(outsider, case)

    teacher.goto(case)
    restrict_to_tess(worker, case)
    teacher.get_by_role("link", name="Who can see this, and why").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text(NOT_FOUND)
    assert_not_seen(teacher, case)
    assert_not_seen(outsider, case)
    expect(worker.get_by_role("main")).to_contain_text("Tess Tanner: named")

    act(worker, case, "End the restriction", "End the restriction", {"Reason": "The colleague has left"})
    teacher.goto(case)
    expect(teacher.get_by_role("heading", level=1)).to_have_text(CHILD)
    assert_not_seen(outsider, case)


def test_a_person_is_excluded_the_case_is_allocated_and_its_filters_can_be_removed(
    desk: Open, alice: Person, tess: Person, olive: Person
) -> None:
    worker, colleague, outsider = desk(alice), desk(tess), desk(olive)
    case = opened_by(worker)
    colleague.goto(case)
    expect(colleague.get_by_role("heading", level=1)).to_have_text(CHILD)

    worker.goto(f"{case}exclude/")
    worker.get_by_label("Who is kept out?").select_option(label="Tess Tanner, Northshire children’s services")
    worker.get_by_label("Reason").fill("The child’s aunt")
    worker.get_by_role("button", name="Exclude the person").click()
    expect(worker.get_by_role("main")).to_contain_text("Tess Tanner: The child’s aunt")
    assert_not_seen(colleague, case)

    worker.goto(case)
    worker.get_by_role("link", name="Change allocation").click()
    worker.get_by_label("Person").select_option(label="Alice Archer, Northshire children’s services")
    worker.get_by_label("Level of need").select_option(label="Level 3: targeted or complex")
    worker.get_by_role("button", name="Save").click()
    expect(worker.get_by_role("alert")).to_contain_text("The allocation is saved")

    worker.goto("/cases/?allocated=me&status=closed")
    expect(worker.get_by_role("heading", name="No cases found")).to_be_visible()
    worker.get_by_role("link", name="Status: Closed").click()
    expect(worker).to_have_url(re.compile(r"\?allocated=me$"))
    expect(worker.get_by_role("status")).to_have_text("1 case, latest activity first")
    expect(worker.get_by_role("link", name=CHILD)).to_be_visible()
    assert_not_seen(outsider, case)


def test_emergency_access_opens_a_case_tells_its_lead_and_is_reviewed(
    desk: Open, alice: Person, piotr: Person, ian: Person, olive: Person
) -> None:
    worker, officer, governance, outsider = desk(alice), desk(piotr), desk(ian), desk(olive)
    case = opened_by(worker)
    with as_owner():
        reference = Case.objects.get().spoken_reference
    assert_not_seen(officer, case)

    officer.goto("/")
    officer.get_by_role("link", name="Emergency access", exact=True).click()
    officer.get_by_label("Case reference").fill(reference)
    officer.get_by_role("button", name="See the case now").click()
    expect(officer.get_by_role("alert")).to_contain_text("Answer “Why can you not wait")
    officer.get_by_label("Why can you not wait").fill("At the door now, nobody answers at the duty desk")
    officer.get_by_role("button", name="See the case now").click()
    expect(officer.get_by_role("heading", level=1)).to_have_text(CHILD)
    expect(officer.get_by_role("main")).to_contain_text("You see this case by emergency access until")

    worker.goto(reverse("notifications:inbox"))
    expect(worker.get_by_role("main")).to_contain_text(f"Emergency access was taken to case {reference}")
    expect(worker.get_by_role("main")).not_to_contain_text("Robin")
    assert_not_seen(outsider, case)

    governance.goto("/")
    governance.get_by_role("link", name="Emergency access to review").click()
    governance.get_by_role("link", name=f"Piotr Pryce, case {reference}").click()
    expect(governance.get_by_role("main")).to_contain_text("At the door now")
    governance.get_by_label("What you found").fill("Justified: the duty desk was not answering")
    governance.get_by_role("button", name="Close the review").click()
    expect(governance.get_by_role("heading", name="Nothing to review")).to_be_visible()
    outsider.goto(reverse("cases:emergency_reviews"))
    expect(outsider.get_by_role("heading", level=1)).to_have_text(NOT_FOUND)
