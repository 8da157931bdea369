"""A read is recorded before anything is shown; a refusal is kept although the answer is "not found"."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from safeguard.audit.actor import Actor
from safeguard.audit.models import AuditRow
from safeguard.common.row_security import WEB_ROLE
from safeguard.notifications.models import InboxItem
from tests.audit.read_urls import CONTENT
from tests.conftest import Person
from tests.factories import as_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.audit.read_urls")]

THING = UUID("0b0f4b6e-4c38-4f5a-9d3e-1a2b3c4d5e6f")


@pytest.fixture
def browser(alice: Person) -> Client:
    """Alice's browser; a server error is answered as in production, not raised."""
    client = alice.client
    client.raise_request_exception = False
    return client


@pytest.fixture
def audit_is_closed() -> Iterator[None]:
    """Let the database refuse new audit rows."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"REVOKE INSERT ON audit_auditrow FROM {WEB_ROLE}")
    yield
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"GRANT INSERT ON audit_auditrow TO {WEB_ROLE}")


def rows() -> list[AuditRow]:
    return list(AuditRow.objects.exclude(kind="sign_in"))


def test_a_read_says_who_for_which_agency_what_when_and_from_where(browser: Client, alice: Person) -> None:
    response = browser.get(f"/things/{THING}/")
    assert response.content.decode() == CONTENT

    [row] = rows()
    assert (row.kind, row.action, row.target, row.target_uuids) == ("read", "thing.view", "tests.Thing", [THING])
    assert (row.user_id, row.agency_id) == (alice.user.pk, alice.membership.agency_id)
    assert str(row.membership_uuid) == str(alice.membership.uuid)
    assert (row.channel, row.address) == ("web", "127.0.0.1")
    assert row.request_id == response["X-Request-ID"]


def test_a_read_that_cannot_be_recorded_shows_nothing(browser: Client, audit_is_closed: None) -> None:
    response = browser.get(f"/things/{THING}/")
    assert response.status_code == 500
    assert CONTENT not in response.content.decode()
    assert str(THING) not in response.content.decode()
    assert "audit_auditrow" not in response.content.decode()
    assert rows() == []


def test_a_refusal_is_kept_and_looks_like_a_page_that_does_not_exist(browser: Client) -> None:
    refused, absent = browser.get(f"/forbidden/{THING}/"), browser.get("/missing/")
    assert refused.status_code == absent.status_code == 404

    [row] = rows()
    assert (row.kind, row.target_uuids) == ("refusal", [THING])


def test_a_refusal_that_cannot_be_recorded_is_a_server_error(browser: Client, audit_is_closed: None) -> None:
    assert browser.get(f"/forbidden/{THING}/").status_code == 500


def test_a_change_that_fails_leaves_neither_the_change_nor_its_record(browser: Client) -> None:
    response = browser.get("/fail/")
    assert response.status_code == 500
    assert CONTENT not in response.content.decode()
    assert rows() == []
    with as_owner():
        assert not InboxItem.objects.filter(dedupe_key="failed change").exists()


def test_an_anonymous_actor_is_refused() -> None:
    with pytest.raises(ValueError, match="a person or a named job"):
        Actor()
