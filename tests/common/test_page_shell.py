"""What surrounds every page."""

import pytest

from tests.conftest import Person

pytestmark = pytest.mark.django_db


def test_without_scripts_one_line_says_when_the_session_ends(alice: Person) -> None:
    html = alice.client.get("/style/").content.decode()
    assert "<noscript><p" in html
    assert "You are signed out after 30 minutes without loading a page" in html
