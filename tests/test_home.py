"""The home page offers each person what they can do, and nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from safeguard.notifications.actions import Note, put_in_inbox
from tests.conftest import Person


@pytest.mark.parametrize(
    ("who", "offered", "withheld"),
    [
        ("alice", ["Open a case", "Directory"], ["Who looked at what", "Invitations"]),
        ("maggie", ["People", "Cases"], ["Who looked at what"]),
        ("ian", ["Who looked at what"], ["Open a case"]),
        ("ana", ["Directory"], ["Open a case", "Who looked at what"]),
        ("adam", ["People"], ["Open a case", "Who looked at what"]),
    ],
)
def test_everybody_is_offered_their_own_work(
    who: str, offered: list[str], withheld: list[str], request: pytest.FixtureRequest
) -> None:
    page = request.getfixturevalue(who).client.get(reverse("home"))

    assert page.status_code == 200
    assert all(words in page.text for words in offered)
    assert not any(words in page.text for words in withheld)


def test_a_visitor_is_asked_to_sign_in(db: None, client: Client) -> None:
    answer = client.get(reverse("home"))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_unread_messages_are_counted_on_it(alice: Person) -> None:
    note = Note(kind="x", subject="Something", body="")
    for number in range(2):
        put_in_inbox(note, recipient_id=alice.user.pk, dedupe_key=f"home {number}")

    assert "Unread in your inbox: 2" in alice.client.get(reverse("home")).text
