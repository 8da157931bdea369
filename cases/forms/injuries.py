"""The part of a form that says what is seen on a child's body: a list in words, and a picture that fills it in."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import body_map
from cases.actions.injuries import MOST_MARKS, NewInjury
from cases.body_map import REGIONS, Figure, InjuryKind
from safeguard.common.forms import Form, Look

ROWS = range(1, MOST_MARKS + 1)
PARTS = ("region", "kind", "words", "at")
INJURY_LOOKS = {f"mark{row}_{part}": Look(optional=False) for row in ROWS for part in PARTS}
AT = RegexValidator(r"^[0-9]{1,3},[0-9]{1,3}$")


class InjuryForm(Form):
    """A form with rows for marks: where, what it looks like, in words. The picture fills in where; so does a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in ROWS:
            for name, field in _fields(row).items():
                self.add_field(name, field)

    def injury_rows(self) -> list[dict[str, Any]]:
        """Return the bound fields row by row, for the template."""
        return [{"number": row} | {part: self[f"mark{row}_{part}"] for part in PARTS} for row in ROWS]

    def figures(self) -> list[Figure]:
        """Return the sides of the body, to put marks on."""
        return body_map.figures()

    def clean(self) -> dict[str, Any]:
        """Hold each row that says something to its region, kind and words."""
        data: dict[str, Any] = super().clean() or {}
        for row in ROWS:
            region, kind, words = (data.get(f"mark{row}_{part}") for part in ("region", "kind", "words"))
            if (kind or words) and not region:
                self.add_error(f"mark{row}_region", gettext("Say where mark %(number)s is") % {"number": row})
            if region and not kind:
                self.add_error(f"mark{row}_kind", gettext("Say what mark %(number)s looks like") % {"number": row})
            if region and not (words or "").strip():
                self.add_error(f"mark{row}_words", gettext("Describe mark %(number)s in words") % {"number": row})
        return data

    def injuries(self) -> tuple[NewInjury, ...]:
        """Return what was marked; the form is valid."""
        return tuple(self._injury(row) for row in ROWS if self.cleaned_data[f"mark{row}_region"])

    def _injury(self, row: int) -> NewInjury:
        data = self.cleaned_data
        at = data[f"mark{row}_at"]
        x, y = map(int, at.split(",")) if at else REGIONS[data[f"mark{row}_region"]].centre
        return NewInjury(
            region=data[f"mark{row}_region"],
            kind=InjuryKind(data[f"mark{row}_kind"]),
            words=data[f"mark{row}_words"],
            at=(x, y),
        )


def _fields(row: int) -> dict[str, forms.Field]:
    number = {"number": row}
    return {
        f"mark{row}_region": forms.ChoiceField(
            label=gettext("Mark %(number)s: where is it?") % number,
            required=False,
            choices=[("", _("No mark")), *body_map.choices()],
        ),
        f"mark{row}_kind": forms.ChoiceField(
            label=gettext("Mark %(number)s: what is it?") % number,
            required=False,
            choices=[("", _("Choose")), *InjuryKind.choices],
        ),
        f"mark{row}_words": forms.CharField(
            label=gettext("Mark %(number)s: describe it") % number,
            required=False,
            max_length=300,
            help_text=_("Size, shape, colour, and what the child says of it"),
        ),
        f"mark{row}_at": forms.CharField(required=False, validators=[AT], widget=forms.HiddenInput),
    }
