"""The words of reminders: what an administrator may put into them, and what one and many say."""

import pytest
from django.core.exceptions import ValidationError

from safeguard.notifications.models import Reminder
from safeguard.notifications.texts import TEXTS, body_of, check_text, filled, preview, subject_of

WORDS = {code: str(text.default) for code, text in TEXTS.items()}


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("one", "Hello {child}, {link}", "{child} is unknown here"),
        ("one", "Hello", "must hold {link}"),
        ("many", "{lines", "no partner"),
        ("late", "{title}", "You can use: none"),
        ("one", "{link} {}", "{} is unknown here"),
        ("one", "{link} {0}", "{0} is unknown here"),
        ("one", "{link:>9999999}", "Nothing may follow a word"),
        ("one", "{link:{title}}", "Nothing may follow a word"),
        ("one", "{link!r}", "Nothing may follow a word"),
        ("one", "{link!x}", "Nothing may follow a word"),
        ("one", "{link.__class__}", "Nothing may follow a word"),
        ("many", "{lines[0]}", "Nothing may follow a word"),
        ("subject", "{title}\nBcc: all@example.org", "must be one line"),
        ("subject", "  ", "is empty"),
        ("one", "{link}" + "x" * 2000, "2000 are the most"),
        ("deadline_due", "It is due on {day}", "must hold {case}"),
    ],
)
def test_a_text_that_could_not_be_filled_in_is_refused(code: str, text: str, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        check_text(code, text)
    assert said in raised.value.messages[0]
    assert raised.value.messages[0].startswith("Nothing was saved.")


@pytest.mark.parametrize("code", TEXTS)
def test_each_of_safeguards_own_texts_can_be_filled_in_and_shown(code: str) -> None:
    check_text(code, WORDS[code])
    assert preview(code, WORDS[code])


def test_a_message_of_one_and_of_many_say_what_they_hold() -> None:
    rows = [Reminder(title=f"Due: case {n}", path=f"/cases/{n}/") for n in (1, 2)]

    assert "Due: case 1" in body_of(rows[:1], "email", WORDS)
    assert "2 reminders" in body_of(rows, "email", WORDS)
    assert subject_of(rows, WORDS) == "2 reminders from Safeguard"
    assert body_of(rows[:1], "sms", WORDS).startswith("Safeguard: Due: case 1.")


def test_what_is_filled_in_cannot_break_a_subject_into_two_lines() -> None:
    assert filled("subject", "{title}", {"title": "Due\nBcc: all@example.org"}) == "Due Bcc: all@example.org"
