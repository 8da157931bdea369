"""How one field of a form looks, beyond what Django's own fields and widgets say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from safeguard.common.components import Text


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a form's ``looks`` may say of a field; every attribute has a sensible default.

    Args:
        size: label or legend size: "s", "m", "l", "xl" or "" (plain). None takes the form's ``label_size``.
        heading: the label or legend is the page's only heading (h1).
        width: width of a text input in characters: 2, 3, 4, 5, 10, 20 or 30.
        prefix: shown inside the box before the text, for example "£".
        suffix: shown inside the box after the text, for example "per week".
        autocomplete: the HTML autocomplete token, for example "given-name"; "off" on another person's data.
        inputmode: the keyboard that phones offer: "numeric", "tel", "email", "decimal".
        spellcheck: False for names, codes and addresses.
        rows: height of a textarea in lines.
        count: whether a textarea with a maximum shows how many characters are left.
        inline: radios or checkboxes side by side (two short choices).
        small: smaller radios or checkboxes, for filters only.
        hints: a hint for each choice, by the choice's value.
        reveals: names of the form's fields shown under a choice, by the choice's value. They are cleaned
            only when that choice is chosen, and required (if they are) only then.
        divider: the value of the choice that is set apart by the word "or".
        exclusive: the value of the checkbox that unchecks all others ("none of these").
        optional: whether a field that may stay empty says so; False where the page explains it.
    """

    size: str | None = None
    heading: bool = False
    width: int | None = None
    prefix: Text = ""
    suffix: Text = ""
    autocomplete: str = ""
    inputmode: str = ""
    spellcheck: bool | None = None
    rows: int | None = None
    count: bool = True
    inline: bool = False
    small: bool = False
    hints: Mapping[str, Text] = field(default_factory=dict)
    reveals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    divider: str | None = None
    exclusive: str | None = None
    optional: bool = True


PLAIN = Look()
