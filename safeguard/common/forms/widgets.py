"""The few widgets whose behaviour, not only their look, differs from Django's."""

from collections.abc import Mapping
from typing import Any

from django import forms


class LongText(forms.Textarea):
    """Text of several lines. Line ends are one character, as the browser counts them, not two."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"rows": 5, **(attrs or {})})
        self.attrs.pop("cols", None)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the text with plain line ends."""
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class NumericText(forms.TextInput):
    """A whole or decimal number in a text box: number inputs change their value on a mouse wheel."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        kept = {name: value for name, value in (attrs or {}).items() if name not in {"min", "max", "step"}}
        super().__init__({"inputmode": "numeric", **kept})


# What a form's fields bring by default, and what they get instead.
BETTER: Mapping[type[forms.Widget], type[forms.Widget]] = {
    forms.Textarea: LongText,
    forms.NumberInput: NumericText,
    forms.ClearableFileInput: forms.FileInput,
}


def better(widget: forms.Widget) -> forms.Widget:
    """Return our widget in place of Django's default of that exact class, else the same widget."""
    replacement = BETTER.get(type(widget))
    if replacement is None:
        return widget
    attrs = {name: value for name, value in widget.attrs.items() if name not in {"cols", "rows"}}
    changed = replacement(attrs=attrs)
    changed.is_required, changed.is_localized = widget.is_required, widget.is_localized
    return changed
