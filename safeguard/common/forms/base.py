"""The base of every form: ordinary Django forms with our looks, limits, messages and idempotency key."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.utils import pretty_name
from django.utils.functional import cached_property
from django.utils.translation import gettext

from safeguard.common.forms.dates import DatePartsField
from safeguard.common.forms.errors import ErrorLink, error_links
from safeguard.common.forms.look import Look
from safeguard.common.forms.widgets import better

TEXT_LIMIT = 10_000  # characters of a text field that names no limit of its own: about four printed pages
IDEMPOTENCY_NAME = "idempotency_key"
DEFAULT_REQUIRED = forms.Field.default_error_messages["required"]


class GovukFormMixin(forms.BaseForm):
    """Give a Django form (also somebody else's) our looks, limits and messages."""

    looks: ClassVar[Mapping[str, Look]] = {}
    label_size: ClassVar[str] = "s"
    marks_optional: ClassVar[bool] = True
    is_idempotent: ClassVar[bool] = True
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self.fields[name] = _prepared(name, field)

    def add_field(self, name: str, field: forms.Field) -> None:
        """Add a field that the class does not declare, prepared like the others."""
        self.fields[name] = _prepared(name, field)

    @property
    def error_summary(self) -> list[ErrorLink]:
        """The lines of the error summary, empty while nothing is wrong."""
        return error_links(self)

    @property
    def idempotency_name(self) -> str:
        """The name of the hidden input that carries the key."""
        return self.add_prefix(IDEMPOTENCY_NAME)

    @cached_property
    def idempotency_key(self) -> UUID:
        """The key that tells a repeated submission from a new one: as sent, else a new one.

        It is no field: ``cleaned_data`` does not hold it, and an action takes it as its own argument.
        """
        try:
            return UUID(str(self.data.get(self.idempotency_name)))
        except ValueError:
            return uuid4()

    def full_clean(self) -> None:
        """Clean the form; messages name their field, however the subclass changed the labels."""
        for name, field in self.fields.items():
            _name_in_messages(name, field)
        super().full_clean()

    def concealed(self) -> set[str]:
        """Return the fields under a choice that was not chosen: what they hold does not count."""
        return {name for name, chosen in self._revealed() if not chosen}

    def _clean_fields(self) -> None:
        hidden = self.concealed()
        for name in hidden:
            self.fields[name].required = False
        super()._clean_fields()  # type: ignore[misc]  # its stub leaves it out
        for name in hidden:
            self.errors.pop(name, None)
            self.cleaned_data[name] = self.fields[name].to_python(None)

    def _revealed(self) -> Iterator[tuple[str, bool]]:
        # A chain is followed downwards: what hangs under a concealed field is concealed too.
        concealed: set[str] = set()
        for controller, look in self.looks.items():
            if controller not in self.fields:
                continue
            chosen = set() if controller in concealed else self._chosen(controller)
            for value, names in look.reveals.items():
                if value not in chosen:
                    concealed.update(names)
                yield from ((name, value in chosen) for name in names)

    def _chosen(self, name: str) -> set[str]:
        data = self[name].data
        values = data if isinstance(data, (list, tuple)) else [data]
        return {str(value) for value in values}


class Form(GovukFormMixin, forms.Form):
    """A form that writes."""


class ModelForm(GovukFormMixin, forms.ModelForm):  # type: ignore[type-arg]  # subclasses name their model in Meta
    """A form that writes one model's row. Its views pass the values on to an action; they do not call save()."""


class FilterForm(GovukFormMixin, forms.Form):
    """A form that only asks (method GET): no idempotency key, nothing marked optional."""

    is_idempotent = False
    marks_optional = False


def _prepared(name: str, field: forms.Field) -> forms.Field:
    if type(field) is forms.DateField and not field.widget.is_hidden:
        field = _as_date_parts(field)
    field.widget = better(field.widget)
    if isinstance(field, forms.CharField) and not isinstance(field, (forms.UUIDField, forms.JSONField)):
        _limit(field)  # what those two give is no text, and has no length
    return field


def _as_date_parts(field: forms.DateField) -> DatePartsField:
    return DatePartsField(
        required=field.required,
        label=field.label,
        initial=field.initial,
        help_text=field.help_text,
        validators=field.validators,
        disabled=field.disabled,
        error_messages=field.error_messages,
    )


def _limit(field: forms.CharField) -> None:
    # The browser must not cut a pasted text short in silence: the server refuses it and says so.
    field.widget.attrs.pop("maxlength", None)
    field.widget.attrs.pop("minlength", None)
    if field.max_length is None:
        field.max_length = TEXT_LIMIT
        field.validators.append(MaxLengthValidator(TEXT_LIMIT))


def _name_in_messages(name: str, field: forms.Field) -> None:
    if not field.label:
        field.label = pretty_name(name)
    label = str(field.label)
    if field.error_messages.get("required") == DEFAULT_REQUIRED:
        field.error_messages["required"] = _required_message(field, label)
    field.error_messages.setdefault(
        "max_length",
        gettext("%(label)s must be %(limit)s characters or fewer: it has %(length)s")
        % {"label": label.rstrip("?").replace("%", "%%"), "limit": "%(limit_value)d", "length": "%(show_value)d"},
    )


def _required_message(field: forms.Field, label: str) -> str:
    if label.endswith("?"):
        return gettext("Answer “%(question)s”") % {"question": label}
    chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField, forms.BooleanField))
    pattern = gettext("Select %(label)s") if chosen else gettext("Enter %(label)s")
    return pattern % {"label": _inside_sentence(label)}


def _inside_sentence(label: str) -> str:
    # "NHS number" and "Mo's team" keep their capital: only a plain first word loses it.
    first, _, rest = label.partition(" ")
    plain = first[1:].islower() or len(first) == 1
    return f"{first.lower() if plain else first} {rest}".strip()
