"""The inbox: a person's own, in the page and in the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from psycopg.errors import InsufficientPrivilege

from agencies.roles import Role
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE
from safeguard.notifications.actions import Note, put_in_inbox
from safeguard.notifications.models import InboxItem
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership
from tests.notifications.conftest import Connect


def tell(person: Person, key: str, agency_id: int | None = None, path: str = "/directory/") -> None:
    """Put one item into a person's inbox, as the web does for anybody."""
    note = Note(kind="test.note", subject=f"Note {key}", body="", path=path)
    put_in_inbox(note, recipient_id=person.user.pk, dedupe_key=key, agency_id=agency_id)


def item(key: str) -> InboxItem:
    with as_owner():
        return InboxItem.objects.get(dedupe_key=key)


def test_an_empty_inbox_says_what_will_appear_there(alice: Person) -> None:
    response = alice.client.get("/inbox/")
    assert response.status_code == 200
    assert "Your inbox is empty" in response.content.decode()


def test_items_appear_newest_first_with_the_unread_ones_marked(alice: Person) -> None:
    tell(alice, "older")
    tell(alice, "newer")
    with as_owner():
        InboxItem.objects.filter(dedupe_key="older").update(created_at=Now() - timedelta(days=1), read_at=Now())

    page = alice.client.get("/inbox/").content.decode()
    assert page.index("Note newer") < page.index("Note older")
    assert page.count("Unread</strong>") == 1
    assert "<strong>1 unread</strong>" in page


def test_the_same_key_reaches_an_inbox_once(alice: Person) -> None:
    tell(alice, "once")
    tell(alice, "once")
    assert alice.client.get("/inbox/").content.decode().count("Note once</a>") == 1


def test_nobody_sees_another_persons_items(alice: Person, tess: Person) -> None:
    tell(alice, "for alice")
    assert "Note for alice" not in tess.client.get("/inbox/").content.decode()


def test_items_of_another_agency_show_only_while_one_acts_for_it(
    tariq: Person, oakfield: Place, millbrook: Place
) -> None:
    elsewhere = make_membership(tariq.user, millbrook.agency, Role.PRACTITIONER, teams=(millbrook.team,))
    tell(tariq, "school", agency_id=oakfield.agency.pk)
    tell(tariq, "other school", agency_id=millbrook.agency.pk)
    tell(tariq, "personal")

    page = tariq.client.get("/inbox/").content.decode()
    assert "Note school" in page
    assert "Note personal" in page
    assert "Note other school" not in page

    client = tariq.client
    session = client.session
    session["acting_for"] = str(elsewhere.uuid)
    session.save()
    page = client.get("/inbox/").content.decode()
    assert "Note other school" in page
    assert "Note school<" not in page


def test_an_item_is_marked_as_read(alice: Person) -> None:
    tell(alice, "one")
    tell(alice, "two")
    response = alice.client.post(f"/inbox/{item('one').uuid}/read/", follow=True)
    assert response.status_code == 200
    assert item("one").read_at is not None
    assert item("two").read_at is None


def test_somebody_elses_item_stays_unread_and_the_answer_does_not_tell(alice: Person, tess: Person) -> None:
    tell(alice, "for alice")
    theirs = tess.client.post(f"/inbox/{item('for alice').uuid}/read/")
    unknown = tess.client.post("/inbox/00000000-0000-4000-8000-000000000000/read/")
    assert (theirs.status_code, theirs["Location"]) == (unknown.status_code, unknown["Location"])
    assert item("for alice").read_at is None


def test_all_are_marked_as_read_and_the_number_is_said(alice: Person) -> None:
    tell(alice, "one")
    tell(alice, "two")
    page = alice.client.post("/inbox/read/", follow=True).content.decode()
    assert "2 items are marked as read" in page
    assert "Nothing unread, newest first" in page


@pytest.mark.parametrize("path", ["/inbox/read/", "/inbox/00000000-0000-4000-8000-000000000000/read/"])
def test_reading_an_address_marks_nothing(alice: Person, path: str) -> None:
    assert alice.client.get(path).status_code == 405


def test_a_visitor_is_sent_to_sign_in(client: Any, db: None) -> None:
    assert client.get("/inbox/").status_code == 302


def test_a_long_inbox_is_read_page_by_page(alice: Person) -> None:
    for number in range(30):
        tell(alice, f"{number:02}")
    client = alice.client
    first = client.get("/inbox/")
    second = client.get("/inbox/", {"cursor": first.context["page"].after})
    shown = [each.title for page in (first, second) for each in page.context["page"].items]
    assert shown == [f"Note {number:02}" for number in reversed(range(30))]


def test_the_header_counts_what_is_unread_and_stops_at_a_hundred(alice: Person) -> None:
    for number in range(101):
        tell(alice, str(number))
    assert "Inbox (99+" in alice.client.get("/inbox/").content.decode()


@pytest.mark.parametrize("items", [1, 30])
def test_the_inbox_takes_the_same_number_of_queries_however_long(
    alice: Person, items: int, django_assert_num_queries: Any
) -> None:
    for number in range(items):
        tell(alice, str(number))
    client = alice.client
    client.get("/inbox/")
    with django_assert_num_queries(INBOX_QUERIES):
        client.get("/inbox/")


# Session, person, membership, row-security settings, items, unread count; in tests also two savepoints and the
# settings' clearing.
INBOX_QUERIES = 9


# --- The second lock: the policy, asked by plain SQL without any filter ----------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_database_shows_the_web_only_the_readers_own_items(alice: Person, tess: Person, connect: Connect) -> None:
    tell(alice, "for alice")
    tell(tess, "for tess")
    web = connect(WEB_ROLE)

    def titles(user_id: object) -> list[str]:
        with web.transaction():
            web.execute("SELECT set_config('app.user_id', %s, true)", [str(user_id)])
            return [title for (title,) in web.execute("SELECT title FROM notifications_inboxitem")]

    assert titles(alice.user.pk) == ["Note for alice"]
    assert titles(tess.user.pk) == ["Note for tess"]
    assert titles("") == []
    assert list(web.execute("SELECT title FROM notifications_inboxitem")) == []


@pytest.mark.django_db(transaction=True)
def test_the_database_lets_the_web_mark_only_the_readers_own_items(
    alice: Person, tess: Person, connect: Connect
) -> None:
    tell(alice, "for alice")
    tell(tess, "for tess")
    web = connect(WEB_ROLE)
    with web.transaction():
        web.execute("SELECT set_config('app.user_id', %s, true)", [str(tess.user.pk)])
        changed = web.execute("UPDATE notifications_inboxitem SET read_at = now()")
    assert changed.rowcount == 1
    assert item("for alice").read_at is None


@pytest.mark.django_db(transaction=True)
def test_the_web_can_change_nothing_of_an_item_but_its_mark(alice: Person, connect: Connect) -> None:
    tell(alice, "for alice")
    web = connect(WEB_ROLE)
    for statement in (
        "UPDATE notifications_inboxitem SET title = 'x'",
        "UPDATE notifications_inboxitem SET recipient_id = 1",
        "DELETE FROM notifications_inboxitem",
        "ALTER TABLE notifications_inboxitem DISABLE ROW LEVEL SECURITY",
        "DROP POLICY inbox_read_own ON notifications_inboxitem",
    ):
        with pytest.raises(InsufficientPrivilege):
            web.execute(statement.encode())


@pytest.mark.django_db(transaction=True)
def test_the_worker_sees_every_inbox(alice: Person, tess: Person, connect: Connect) -> None:
    tell(alice, "for alice")
    tell(tess, "for tess")
    rows = connect(WORKER_ROLE).execute("SELECT count(*) FROM notifications_inboxitem").fetchone()
    assert rows == (2,)


@pytest.mark.django_db(transaction=True)
def test_without_the_codes_own_filter_the_page_still_leaks_nothing(
    alice: Person, tess: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safeguard.notifications.querysets import InboxQuerySet

    tell(alice, "for alice")
    tell(tess, "for tess")
    monkeypatch.setattr(InboxQuerySet, "for_reader", lambda self, *_: self.all())
    page = tess.client.get("/inbox/").content.decode()
    assert "Note for tess" in page
    assert "Note for alice" not in page
