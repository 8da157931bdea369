"""What the forms of all records share: when it happened, the record's own fields, what it means, and for whom it is."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from cases.actions.records import Telling, must_have_team
from cases.forms.audience import AUDIENCE_FIELDS
from cases.forms.entries import EntryForm
from cases.models import Record
from cases.models.records import rows_of
from safeguard.common.components import Row
from safeguard.common.forms import Look, ModelForm

ASK = "ask"
FIRST = ("day", "at")
LAST = ("body", "significance", "action_taken", "matters_to_plan", "before_birth")


class RecordForm(EntryForm, ModelForm):
    """An entry with a record. Subclasses name the model, its fields, and those that a choice makes required."""

    required_if_shown: ClassVar[tuple[str, ...]] = ()

    # The record itself gives the title, and has its own place for what the child said.
    title = None  # type: ignore[assignment]  # Django's way to leave out an inherited field
    child_words = None  # type: ignore[assignment]  # as above
    body = forms.CharField(label=_("What else happened"), required=False, widget=forms.Textarea)
    looks: ClassVar[Mapping[str, Look]] = EntryForm.looks

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by: Acting = kwargs["by"]
        own = [name for name in self.fields if name not in {*FIRST, *LAST, *AUDIENCE_FIELDS, ASK}]
        self.order_fields([*FIRST, *own, *LAST, *AUDIENCE_FIELDS, ASK])
        for name in self.required_if_shown:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """Refuse what somebody in no team enters. Raises ValidationError."""
        must_have_team(self.by)
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned

    def telling(self) -> Telling:
        """Return what was entered for the entry beside the record."""
        typed = {name: self.cleaned_data[name] for name in LAST if name in self.fields}
        return Telling(occurred_at=self.occurred_at(), audience=self.chosen_audience(), **typed)

    def record(self) -> Record:
        """Return the record that was entered; its action checks it again and saves it."""
        found: Record = self.instance
        return found

    def _summary(self) -> Iterator[Row]:
        data = self.cleaned_data
        at = f", {data['at']:%H:%M}" if data["at"] else ""
        yield Row(_("When"), f"{date_format(data['day'])}{at}")
        yield from rows_of(self.record())
        for name in LAST[:3]:
            if data.get(name):
                yield Row(self.fields[name].label or name, data[name])


def radios(*names: str) -> dict[str, type[forms.Widget]]:
    """Return the widgets that show the choices of the fields ``names`` as radios."""
    return dict.fromkeys(names, forms.RadioSelect)


def short(*names: str) -> dict[str, Look]:
    """Return the looks that draw the texts ``names`` three lines high."""
    return dict.fromkeys(names, Look(rows=3))


INLINE = Look(inline=True)
BASE = {**EntryForm.looks, **short("body", "significance", "action_taken")}
