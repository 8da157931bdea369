"""The administrator's page of what reminders say: change, preview, take back, and who did it when."""

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.http import Http404

from agencies.actions.reminder_texts import change_text, reset_text
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import ReminderText
from safeguard.notifications.texts import TEXTS, texts
from tests.conftest import Person
from tests.factories import as_owner

pytestmark = pytest.mark.django_db
ADDRESS = "/reminders/texts/one/"


def test_every_text_is_listed_by_its_kind_and_can_be_changed(adam: Person) -> None:
    page = adam.client.get("/reminders/texts/").text

    assert "Every reminder" in page
    assert "Deadlines" in page
    for code, spec in TEXTS.items():
        assert f"/reminders/texts/{code}/" in page
        assert str(spec.label) in page


def test_a_text_names_its_words_with_examples_and_shows_what_it_says_now(adam: Person) -> None:
    page = adam.client.get(ADDRESS).text

    assert "{title}" in page
    assert "{link} (needed)" in page
    assert "Due 3 December 2026: case 1234-5678" in page


def test_a_preview_fills_in_examples_and_saves_nothing(adam: Person) -> None:
    answer = adam.client.post(ADDRESS, {"text": "Dear colleague: {title}\r\n{link}", "preview": "1"})

    assert answer.status_code == 200
    assert "Dear colleague: Due 3 December 2026: case 1234-5678" in answer.text
    assert "Nothing is saved yet" in answer.text
    assert not ReminderText.objects.exists()


def test_a_saved_text_is_used_and_its_history_says_who_and_when(adam: Person) -> None:
    answer = adam.client.post(ADDRESS, {"text": "Dear colleague: {title}\r\n{link}"}, follow=True)

    assert "The text is saved" in answer.text
    assert texts()["one"] == "Dear colleague: {title}\n{link}"
    page = adam.client.get(ADDRESS).text
    assert adam.user.name in page
    assert "Earlier versions" in page
    with as_owner():
        row = AuditRow.objects.get(action="reminder.text")
    assert (row.user_id, row.detail["text"], row.detail["own"]) == (adam.user.pk, "one", True)


def test_safeguards_own_text_comes_back_and_the_history_stays(adam: Person) -> None:
    adam.client.post(ADDRESS, {"text": "Mine: {title} {link}"})
    answer = adam.client.post(f"{ADDRESS}reset/", follow=True)

    assert "own text is used again" in answer.text
    assert texts()["one"] == str(TEXTS["one"].default)
    assert ReminderText.objects.filter(code="one").count() == 2
    assert "Mine: {title} {link}" in adam.client.get(ADDRESS).text


@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_a_text_that_could_not_be_filled_in_is_kept_in_the_form_and_refused_in_words(
    adam: Person, preview: dict[str, str]
) -> None:
    answer = adam.client.post(ADDRESS, {"text": "Hello {child}, {link}", **preview})

    assert answer.status_code == 422
    assert "{child} is unknown here. You can use: {link}, {title}" in answer.text
    assert "Hello {child}, {link}" in answer.text
    assert not ReminderText.objects.exists()


def test_a_text_that_does_not_exist_is_not_found(adam: Person) -> None:
    assert adam.client.get("/reminders/texts/nothing/").status_code == 404
    assert adam.client.post("/reminders/texts/nothing/reset/").status_code == 404


def test_nobody_but_who_configures_changes_a_text(alice: Person, adam: Person) -> None:
    with pytest.raises(Http404):
        change_text("one", "{link}", by=alice.by)
    with pytest.raises(Http404):
        reset_text("one", by=alice.by)
    with pytest.raises(ValidationError):
        change_text("one", "no link", by=adam.by)
    with pytest.raises(Error), transaction.atomic():  # nor does the database let them
        ReminderText.objects.create(code="one", text="{link}")
    assert not ReminderText.objects.exists()
