"""A field of a form on its way into the page: ids, classes and descriptions as GOV.UK Frontend has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property

from safeguard.common.forms.dates import PART_NAMES, PARTS, DatePartsWidget
from safeguard.common.forms.look import PLAIN, Look

# The first class that the widget is an instance of decides; Django's checkboxes inherit from its radios.
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (DatePartsWidget, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.Select, "select"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea"),
    (forms.PasswordInput, "password"),
    (forms.FileInput, "file"),
)
CLASSES = {
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "file": "govuk-file-upload",
    "password": "govuk-input",
    "input": "govuk-input",
}
GROUPED = {"date", "checkboxes", "radios"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One radio or checkbox as its template needs it."""

    id: str
    name: str
    value: str
    label: str
    checked: bool
    hint: str = ""
    divider: bool = False
    exclusive: bool = False
    disabled: bool = False
    reveals: tuple["GovukBoundField", ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatePart:
    """One of the three inputs of a date."""

    id: str
    name: str
    label: str
    value: str
    width: int
    wrong: bool


class GovukBoundField(BoundField):
    """What the templates in ``components/forms/`` read; works for forms that are not ours too."""

    @cached_property
    def look(self) -> Look:
        """The form's wishes for this field."""
        return looks_of(self.form).get(self.name, PLAIN)

    @cached_property
    def kind(self) -> str:
        """Which template draws the field: "input", "radios", "date" and so on."""
        widget = self.field.widget
        return next((kind for cls, kind in KINDS if isinstance(widget, cls)), "input")

    @property
    def template_name(self) -> str:
        """The template of the whole group: label, hint, error, control."""
        chosen: str | None = getattr(self.field, "template_name", None)
        return chosen or f"components/forms/{self.kind}.html"

    @property
    def size(self) -> str:
        """Size of the label or legend: "s" to "xl", "" for plain."""
        return getattr(self.form, "label_size", "s") if self.look.size is None else self.look.size

    @cached_property
    def messages(self) -> list[str]:
        """The field's errors as plain texts."""
        return [str(message) for message in self.errors]

    @property
    def is_revealed(self) -> bool:
        """Whether the field is drawn under a choice of another one."""
        return self.name in revealed_names(self.form)

    @property
    def says_optional(self) -> bool:
        """Whether the label ends in "(optional)"."""
        marks = getattr(self.form, "marks_optional", False) and self.look.optional
        return bool(marks and not self.field.required and not self.is_revealed and self.kind != "checkbox")

    @property
    def hint_id(self) -> str:
        """The id of the hint."""
        return f"{self.auto_id}-hint"

    @property
    def error_id(self) -> str:
        """The id of the error message."""
        return f"{self.auto_id}-error"

    @property
    def max_length(self) -> int | None:
        """The most characters that a counted textarea takes, None where nothing is counted."""
        counted = self.kind == "textarea" and self.look.count
        return getattr(self.field, "max_length", None) if counted else None

    @property
    def described_by(self) -> str:
        """The ids that describe the control, in reading order."""
        hint = self.help_text and self.kind != "checkbox"
        ids = [
            (self.max_length, f"{self.auto_id}-info"),
            (hint, self.hint_id),
            (self.messages, self.error_id),
        ]
        return " ".join(id_ for wanted, id_ in ids if wanted)

    @property
    def focus_id(self) -> str:
        """The id that an error summary links to: the input, the first choice, the first wrong part of a date."""
        if self.kind != "date":
            return self.auto_id
        return next((part.id for part in self.date_parts if part.wrong), f"{self.auto_id}-day")

    def build_widget_attrs(
        self, attrs: dict[str, Any] | None, widget: forms.Widget | None = None
    ) -> dict[str, bool | str]:
        """Return the attributes of the control itself."""
        widget = widget or self.field.widget
        if widget.is_hidden:
            return dict(attrs or {})
        wanted: dict[str, Any] = {
            **(attrs or {}),
            "class": self._css_class(widget),
            "aria-describedby": self.described_by,
            "disabled": self.field.disabled,
            **self._typing_attrs(),
        }
        return {name: value for name, value in wanted.items() if value not in ("", None, False)}

    @cached_property
    def choices(self) -> list[Choice]:
        """The radios or checkboxes; a model field's empty choice is no radio."""
        options = [option.data for option in self.subwidgets if option.data["value"] not in ("", None)]
        return [self._choice(option, number) for number, option in enumerate(options, start=1)]

    @cached_property
    def date_parts(self) -> list[DatePart]:
        """The three inputs of a date, each saying whether it is wrong."""
        typed = self.field.widget.format_value(self.value())
        wrong = typed.faulty() if self.messages and any(typed) else PARTS if self.messages else ()
        return [
            DatePart(
                id=f"{self.auto_id}-{name}",
                name=f"{self.html_name}-{name}",
                label=str(PART_NAMES[name]).capitalize(),
                value=getattr(typed, name),
                width=4 if name == "year" else 2,
                wrong=name in wrong,
            )
            for name in PARTS
        ]

    @property
    def is_checked(self) -> bool:
        """Whether a single checkbox is ticked."""
        return bool(self.value())

    def _choice(self, option: Mapping[str, Any], number: int) -> Choice:
        value = str(option["value"])
        return Choice(
            id=self.auto_id if number == 1 else f"{self.auto_id}-{number}",
            name=self.html_name,
            value=value,
            label=option["label"],
            checked=bool(option["selected"]),
            hint=str(self.look.hints.get(value, "")),
            divider=self.look.divider == value,
            exclusive=self.look.exclusive == value,
            disabled=self.field.disabled,
            reveals=tuple(self.form[name] for name in self.look.reveals.get(value, ())),  # type: ignore[misc]  # our renderer makes every bound field
        )

    def _css_class(self, widget: forms.Widget) -> str:
        base = CLASSES.get(self.kind, "")
        names = [base, self._module_class(), widget.attrs.get("class", "")]
        if self.look.width:
            names.append(f"govuk-input--width-{self.look.width}")
        if self.messages and base:
            names.append(f"{base}--error")
        return " ".join(name for name in names if name)

    def _module_class(self) -> str:
        if self.kind == "password":
            return "govuk-password-input__input govuk-js-password-input-input"
        return "govuk-js-character-count" if self.max_length else ""

    def _typing_attrs(self) -> dict[str, Any]:
        look = self.look
        attrs: dict[str, Any] = {"rows": look.rows, "autocomplete": look.autocomplete, "inputmode": look.inputmode}
        if look.spellcheck is not None:
            attrs["spellcheck"] = str(look.spellcheck).lower()
        if self.kind == "password":
            given = self.field.widget.attrs.get("autocomplete")
            attrs |= {"spellcheck": "false", "autocapitalize": "none"}
            attrs["autocomplete"] = look.autocomplete or given or "current-password"
        return {name: value for name, value in attrs.items() if value}


def looks_of(form: forms.BaseForm) -> Mapping[str, Look]:
    """Return the form's ``looks``; a form that is not ours has none."""
    looks: Mapping[str, Look] = getattr(form, "looks", {})
    return looks


def revealed_names(form: forms.BaseForm) -> set[str]:
    """Return the names of the fields that are drawn under a choice of another field."""
    return {name for look in looks_of(form).values() for names in look.reveals.values() for name in names}


def in_reading_order(form: forms.BaseForm) -> Iterator[BoundField]:
    """Yield the visible fields as the page shows them: revealed ones right after the field that reveals them."""
    revealed = revealed_names(form)
    for field in form.visible_fields():
        if field.name not in revealed:
            yield from _with_revealed(form, field)


def _with_revealed(form: forms.BaseForm, field: BoundField) -> Iterator[BoundField]:
    yield field
    for names in looks_of(form).get(field.name, PLAIN).reveals.values():
        for name in names:
            yield from _with_revealed(form, form[name])
