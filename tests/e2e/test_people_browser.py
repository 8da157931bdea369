"""People join and leave, in a real browser: from the e-mail to the first sign-in, and out of an open session."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.fixtures import Settings

from agencies.actions import invitations
from agencies.actions.terms import Terms
from agencies.models import ContactPoint
from agencies.roles import Role
from safeguard.notifications.tasks import drain_outbox
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership
from tests.notifications.conftest import Sink, sink, worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["sink"]

ADDRESS = "nia.north@example.org"
PASSWORD = "four unrelated plain words"
WIDTHS = (1280, 320)


def sign_in(context: BrowserContext, server: str, person: Person) -> Page:
    cookie = person.client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": server}])
    return context.new_page()


def problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    # GOV.UK Frontend puts aria-expanded on conditional radios: the one rule that axe does not share.
    return [
        f"{page.url}: {rule['id']} {[node['html'] for node in rule['nodes']]}"
        for rule in found
        if not (rule["id"] == "aria-allowed-attr" and all("aria-expanded" in n["html"] for n in rule["nodes"]))
    ]


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def picture(page: Page, name: str) -> None:
    """Keep pictures where SCREENSHOTS names a folder, for people who review the look."""
    if folder := os.environ.get("SCREENSHOTS"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def check(page: Page, name: str) -> None:
    """Hold the open page to axe and to a narrow screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert not sideways(page), f"{name} at {width}"
    assert problems(page) == [], name
    picture(page, name)


def link_in(mail: Any) -> str:
    found = re.search(r"https?://\S+/join/\S+", mail.get_payload(decode=True).decode())
    assert found is not None
    return found[0]


def test_an_invitation_from_the_form_by_e_mail_to_the_first_page(
    asgi_server: str, browser: Browser, maggie: Person, sink: Sink, settings: Settings
) -> None:
    settings.SITE_URL = asgi_server
    page = sign_in(browser.new_context(), asgi_server, maggie)
    page.goto(f"{asgi_server}/people/")
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Full name").fill("Nia North")
    page.get_by_label("Work e-mail address").fill(ADDRESS)
    page.get_by_label("Practitioner").check()
    page.get_by_label("Assessment team").check()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("alert")).to_contain_text("The invitation is on its way")
    check(page, "invitations")
    with worker():
        drain_outbox()

    (mail,) = sink.messages
    assert mail["To"] == ADDRESS
    new = browser.new_context().new_page()
    new.goto(link_in(mail))
    expect(new).to_have_url(f"{asgi_server}/join/")
    expect(new.get_by_label("Full name")).to_have_value("Nia North")
    check(new, "join")
    new.get_by_label("Choose a password").fill("short")
    new.get_by_role("button", name="Create account").click()
    expect(new.get_by_role("alert")).to_contain_text("too short")
    new.get_by_label("Choose a password").fill(PASSWORD)
    new.get_by_role("button", name="Create account").click()

    expect(new).to_have_url(asgi_server + reverse("mfa_index"))
    expect(new.get_by_text("Your account is ready")).to_be_visible()
    new.goto(f"{asgi_server}/directory/people/?name=Nia")
    expect(new.get_by_role("rowheader", name="Nia North")).to_be_visible()
    # The address is verified by the link and the password works: a later sign-in needs nothing more.
    later = browser.new_context().new_page()
    later.goto(f"{asgi_server}/account/login/?next=/directory/")
    later.get_by_label("E-mail address").fill(ADDRESS)
    later.get_by_label("Password", exact=True).fill(PASSWORD)
    later.get_by_role("button", name="Sign in", exact=True).click()
    expect(later.get_by_role("heading", name="Directory", level=1)).to_be_visible()

    again = browser.new_context().new_page()
    response = again.goto(link_in(mail))
    assert response is not None
    assert response.status == 410
    check(again, "join-used")


def test_the_end_of_a_membership_cuts_access_in_an_open_session(
    asgi_server: str, browser: Browser, alice: Person, maggie: Person, tess: Person
) -> None:
    worker_page = sign_in(browser.new_context(), asgi_server, alice)
    worker_page.goto(f"{asgi_server}/directory/people/")
    expect(worker_page.get_by_text("Tess Tanner")).to_be_visible()

    manager = sign_in(browser.new_context(), asgi_server, maggie)
    manager.goto(f"{asgi_server}/people/")
    manager.get_by_role("link", name="Alice Archer").click()
    manager.get_by_role("button", name="End membership").click()
    expect(manager.get_by_text("no open work is in their name")).to_be_visible()
    check(manager, "membership-end")
    manager.get_by_label("Now: access stops at once").check()
    manager.get_by_role("button", name="End membership").click()
    expect(manager.get_by_role("alert")).to_contain_text("The membership has ended")

    worker_page.reload()
    expect(worker_page.get_by_text("Tess Tanner")).to_have_count(0)
    expect(worker_page).to_have_url(re.compile("/account/login/"))


def test_a_day_before_the_start_is_explained_beside_the_field(
    asgi_server: str, browser: Browser, alice: Person, maggie: Person
) -> None:
    page = sign_in(browser.new_context(), asgi_server, maggie)
    page.goto(f"{asgi_server}/memberships/{alice.membership.uuid}/end/")
    page.get_by_label("After a last day").check()
    for part, value in (("Day", "1"), ("Month", "2"), ("Year", "2020")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="End membership").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("must not be before the first day")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    check(page, "membership-end-error")


def test_switching_the_agency_shows_in_the_header(
    asgi_server: str, browser: Browser, tariq: Person, health: Place
) -> None:
    make_membership(tariq.user, health.agency, Role.PRACTITIONER, teams=(health.team,))
    page = sign_in(browser.new_context(), asgi_server, tariq)
    page.goto(f"{asgi_server}/profile/memberships/")
    check(page, "memberships")
    page.get_by_role("link", name="Switch agency").click()
    check(page, "switch")
    page.get_by_label(health.agency.name).check()
    page.get_by_role("button", name="Act for this agency").click()
    page.goto(f"{asgi_server}/directory/")

    expect(page.get_by_role("banner")).to_contain_text(health.agency.name)


def test_the_directory_works_without_script(
    asgi_server: str, browser: Browser, vera: Person, tariq: Person, piotr: Person
) -> None:
    page = sign_in(browser.new_context(java_script_enabled=False), asgi_server, vera)
    page.goto(f"{asgi_server}/directory/people/")
    page.get_by_label("Person’s name").fill("tariq")
    page.locator("main").get_by_role("button", name="Search").click()

    expect(page.get_by_role("rowheader", name="Tariq Turner")).to_be_visible()
    expect(page.get_by_text("Piotr Pryce")).to_have_count(0)


PAGES = {
    "profile": "/profile/",
    "profile-change": "/profile/change/",
    "directory": "/directory/",
    "directory-people": "/directory/people/",
    "agency": "/directory/agencies/{agency}/",
    "people": "/agencies/{agency}/people/",
    "invite": "/agencies/{agency}/people/invite/",
    "membership": "/memberships/{membership}/",
    "membership-change": "/memberships/{membership}/change/",
    "sectors": "/sectors/",
    "agency-add": "/agencies/add/",
    "agency-change": "/agencies/{agency}/change/",
    "agency-status": "/agencies/{agency}/status/",
    "team-add": "/agencies/{agency}/teams/add/",
    "team-change": "/teams/{team}/change/",
    "contact-point-add": "/agencies/{agency}/contact-points/add/",
    "contact-point-change": "/contact-points/{point}/change/",
}


@pytest.mark.usefixtures("maggie", "tess")
def test_every_page_passes_axe_and_fits_a_narrow_screen(
    asgi_server: str, browser: Browser, adam: Person, alice: Person, social_care: Place
) -> None:
    names = {
        "point": _contact_points(social_care).uuid,
        "agency": social_care.agency.uuid,
        "team": social_care.team.uuid,
        "membership": alice.membership.uuid,
    }
    page = sign_in(browser.new_context(), asgi_server, adam)
    for name, path in PAGES.items():
        response = page.goto(asgi_server + path.format(**names))
        assert response is not None
        assert response.status == 200, name
        check(page, name)


def _contact_points(social_care: Place) -> ContactPoint:
    with as_owner():
        agency, hours = social_care.agency, "Monday to Friday, 9am to 5pm"
        mailbox = "assessment.duty.team@northshire-childrens-services.example.org"
        ContactPoint.objects.create(agency=agency, kind="shared_mailbox", email=mailbox, team=social_care.team)
        return ContactPoint.objects.create(agency=agency, kind="duty_desk", phone="01632 960101", hours=hours)


def link_by_mail(maggie: Person, place: Place, address: str, sink: Sink) -> str:
    terms = Terms(roles=frozenset({Role.PRACTITIONER}), teams=frozenset({place.team}), since=timezone.now())
    invitations.invite(place.agency, email=address, name="Somebody", terms=terms, by=maggie.by)
    with worker():
        drain_outbox()
    return link_in(sink.messages[-1])


def test_a_visitor_with_an_invitation_sees_accessible_pages(
    asgi_server: str, page: Page, tariq: Person, social_care: Place, by_mail: Callable[[str], str]
) -> None:
    page.goto(by_mail(tariq.user.email))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to accept the invitation")
    check(page, "join-sign-in")
    page.goto(f"{asgi_server}/join/{'A' * 43}/")
    check(page, "join-not-valid")


def test_somebody_with_an_account_accepts_and_a_stranger_learns_nothing(
    asgi_server: str, browser: Browser, tariq: Person, olive: Person, by_mail: Callable[[str], str]
) -> None:
    link = by_mail(tariq.user.email)
    wrong = sign_in(browser.new_context(), asgi_server, olive)
    wrong.goto(link)
    expect(wrong.get_by_role("heading", level=1)).to_have_text("This invitation is not for this account")
    check(wrong, "join-other-account")
    right = sign_in(browser.new_context(), asgi_server, tariq)
    right.goto(link)
    check(right, "join-as")
    right.get_by_role("button", name="Accept invitation").click()
    expect(right.get_by_role("alert")).to_contain_text("You have joined Northshire children’s services")


@pytest.fixture
def by_mail(
    asgi_server: str, maggie: Person, social_care: Place, sink: Sink, settings: Settings
) -> Callable[[str], str]:
    """Invite an address to children's services and give the link that its e-mail carries."""
    settings.SITE_URL = asgi_server
    return lambda address: link_by_mail(maggie, social_care, address, sink)
