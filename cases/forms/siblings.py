"""The part of a form that asks after brothers and sisters: each gets a record of their own, with words of their own."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.actions.children import NewChild
from cases.models import Child
from safeguard.common.forms import Form, Look

ROWS = (1, 2, 3)
PARTS = ("child", "given", "surname", "facts")
UNLISTED = "new"
SIBLING_LOOKS = {f"also{row}_{part}": Look(optional=False, rows=3) for row in ROWS for part in PARTS} | {
    f"also{row}_child": Look(reveals={UNLISTED: (f"also{row}_given", f"also{row}_surname")}, optional=False)
    for row in ROWS
}


class SiblingForm(Form):
    """A form with rows for brothers and sisters: who, and what happened to them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in ROWS:
            for name, field in _fields(row).items():
                self.add_field(name, field)

    def offer_siblings(self, children: Sequence[tuple[str, str]]) -> None:
        """Offer the children (UUID and description), and one who is not listed."""
        for row in ROWS:
            field: Any = self.fields[f"also{row}_child"]
            field.choices = [("", _("Nobody")), *children, (UNLISTED, _("A child who is not listed"))]

    def sibling_rows(self) -> list[dict[str, Any]]:
        """Return the bound fields row by row, for the template."""
        return [{part: self[f"also{row}_{part}"] for part in PARTS} for row in ROWS]

    def clean(self) -> dict[str, Any]:
        """Hold each row to its child, its words and a child of its own."""
        data: dict[str, Any] = super().clean() or {}
        for row in ROWS:
            child, facts = data.get(f"also{row}_child"), (data.get(f"also{row}_facts") or "").strip()
            if facts and not child:
                self.add_error(f"also{row}_child", gettext("Choose the child"))
            if child and not facts:
                self.add_error(f"also{row}_facts", gettext("Say what happened to this child: each has a record alone"))
            if child == UNLISTED and not (data.get(f"also{row}_given") or data.get(f"also{row}_surname")):
                self.add_error(f"also{row}_given", gettext("Enter a first name or a last name"))
            if child and child != UNLISTED and child in self._chosen_before(data, row):
                self.add_error(f"also{row}_child", gettext("This child is chosen above already"))
        return data

    def _chosen_before(self, data: dict[str, Any], row: int) -> list[Any]:
        return [data.get("child"), *(data.get(f"also{each}_child") for each in ROWS if each < row)]

    def siblings(self, children: dict[str, Child]) -> list[tuple[Child | NewChild, str]]:
        """Return who was chosen, each with what happened to them; the form is valid."""
        data = self.cleaned_data
        chosen = [(row, data[f"also{row}_child"]) for row in ROWS if data[f"also{row}_child"]]
        return [(children.get(ref) or self._new(row), data[f"also{row}_facts"]) for row, ref in chosen]

    def _new(self, row: int) -> NewChild:
        data = self.cleaned_data
        return NewChild(given=data[f"also{row}_given"] or "", surname=data[f"also{row}_surname"] or "")


def _fields(row: int) -> dict[str, forms.Field]:
    return {
        f"also{row}_child": forms.ChoiceField(label=_("Who is the brother or sister?"), required=False),
        f"also{row}_given": forms.CharField(label=_("First name"), max_length=150, required=False),
        f"also{row}_surname": forms.CharField(label=_("Last name"), max_length=150, required=False),
        f"also{row}_facts": forms.CharField(
            label=_("What happened to this child?"),
            required=False,
            widget=forms.Textarea,
            help_text=_("Write about this child only, and name no other: others may read this record than the first"),
        ),
    }
