"""The words of reminders: what an administrator may put into them, and what one and many say."""

import pytest
from django.core.exceptions import ValidationError

from safeguard.notifications.models import Reminder
from safeguard.notifications.texts import DEFAULTS, body_of, check_text


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("one", "Hello {child}, {link}", "{child} is unknown here"),
        ("one", "Hello", "must hold {link}"),
        ("many", "{lines", "no partner"),
        ("late", "{title}", "You can use: none"),
    ],
)
def test_a_text_that_could_not_be_filled_in_is_refused(code: str, text: str, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        check_text(code, text)
    assert said in raised.value.messages[0]


def test_a_message_of_one_and_of_many_say_what_they_hold() -> None:
    rows = [Reminder(title=f"Due: case {n}", path=f"/cases/{n}/") for n in (1, 2)]

    words = {code: str(text) for code, text in DEFAULTS.items()}
    assert "Due: case 1" in body_of(rows[:1], "email", words)
    assert "2 reminders" in body_of(rows, "email", words)
    assert body_of(rows[:1], "sms", words).startswith("Safeguard: Due: case 1.")
