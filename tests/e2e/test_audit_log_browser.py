"""The audit's page in a real browser: found from the menu, filtered, narrow, accessible."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from safeguard.audit import actions
from safeguard.audit.models import AuditRow
from tests.conftest import Person
from tests.e2e.test_inbox_browser import picture, sideways, sign_in, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def some_rows(alice: Person, maggie: Person) -> None:
    """What two people did."""
    child = UUID("0b0f4b6e-4c38-4f5a-9d3e-1a2b3c4d5e6f")
    for _ in range(26):
        actions.record_read("case.view", by=alice.by, target="cases.Case", uuids=[child, child])
    actions.record(
        "membership.end", by=maggie.by, target="agencies.Membership", uuids=[child], reason="left the agency"
    )
    actions.record("case.view", by=alice.by, kind=AuditRow.Kind.REFUSAL, target="cases.Case", uuids=[child])


def test_a_lead_finds_what_one_person_did_by_e_mail(asgi_server: str, page: Page, ian: Person, some_rows: None) -> None:
    sign_in(page, asgi_server, ian)
    page.goto(f"{asgi_server}/audit/")
    page.get_by_label("Person’s e-mail address").fill("maggie@example.org")
    page.get_by_role("button", name="Apply filters").click()

    table = page.get_by_role("table")
    expect(table.get_by_text("left the agency")).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(2)
    assert "maggie%40" not in page.url
    assert "maggie@" not in page.url

    page.get_by_role("link", name="Remove filter: Maggie Mills").click()
    expect(table.get_by_role("link", name="Alice Archer").first).to_be_visible()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()


def test_a_mistyped_address_is_shown_at_its_field(asgi_server: str, page: Page, ian: Person) -> None:
    sign_in(page, asgi_server, ian)
    page.goto(f"{asgi_server}/audit/")
    page.get_by_label("Person’s e-mail address").fill("nobody@example.org")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("Person’s e-mail address")).to_have_value("nobody@example.org")
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_audit_is_accessible_and_fits(
    asgi_server: str, page: Page, ian: Person, some_rows: None, width: int
) -> None:
    sign_in(page, asgi_server, ian)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{asgi_server}/audit/?kind=change")
    expect(page.get_by_text("left the agency")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{asgi_server}/audit/")
    picture(page, f"audit-{width}")
    assert violations(page) == []
    assert not sideways(page)
