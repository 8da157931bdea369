"""The list at the top of a page whose form was refused."""

from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField

from safeguard.common.forms.bound_field import in_reading_order


@dataclass(frozen=True)
class ErrorLink:
    """One line of the error summary; without a target it is text only."""

    message: str
    target: str = ""


def error_links(form: forms.BaseForm) -> list[ErrorLink]:
    """Return one line for each error of ``form``, in the order in which the page shows the fields."""
    if not form.errors:
        return []
    links = [ErrorLink(str(message)) for message in form.non_field_errors()]
    links += [ErrorLink(str(message)) for field in form.hidden_fields() for message in field.errors]
    for field in in_reading_order(form):
        links += [ErrorLink(str(message), _target(field)) for message in field.errors]
    return links


def _target(field: BoundField) -> str:
    return str(getattr(field, "focus_id", field.auto_id))
