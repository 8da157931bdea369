"""Forms of the timeline: an entry by hand."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases import timeline
from cases.event_kinds import Kind
from cases.forms.audience import AUDIENCE_LOOKS, AudienceForm
from cases.models import Case
from safeguard.common.components import Row
from safeguard.common.forms import DatePartsField, Look

# A time that nobody gave is midnight, and pages leave it out.
NO_TIME = time(0, 0)


class EntryForm(AudienceForm):
    """An entry that somebody writes by hand: facts first, then what they mean, then what was done."""

    title = forms.CharField(label=_("What happened, in one line"), max_length=200)
    day = DatePartsField(label=_("When did it happen?"), must_be="past")
    at = forms.TimeField(
        label=_("At what time?"),
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text=_("For example 14:30. Leave empty if you do not know"),
        error_messages={"invalid": _("Enter the time like 14:30")},
    )
    body = forms.CharField(
        label=_("Facts"),
        required=False,
        widget=forms.Textarea,
        help_text=_("What was seen, heard or done, by whom. Keep opinion out of it"),
    )
    child_words = forms.CharField(
        label=_("The child’s own words"),
        required=False,
        widget=forms.Textarea,
        help_text=_("As they were said, also by sign, drawing or play"),
    )
    significance = forms.CharField(
        label=_("What does it mean for the child?"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Your judgement"),
    )
    action_taken = forms.CharField(label=_("What was done about it?"), required=False, widget=forms.Textarea)
    matters_to_plan = forms.BooleanField(label=_("It matters to the plan"), required=False)
    before_birth = forms.BooleanField(label=_("This happened before the child was born"), required=False)
    looks: ClassVar[Mapping[str, Look]] = AUDIENCE_LOOKS | {
        "title": Look(autocomplete="off"),
        "at": Look(width=5, inputmode="text", autocomplete="off"),
        "body": Look(rows=6),
        "child_words": Look(rows=3),
        "significance": Look(rows=3),
        "action_taken": Look(rows=3),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case: Case | None = kwargs["case"]
        if case is None or case.child.born_on is None:
            del self.fields["before_birth"]

    def occurred_at(self) -> datetime:
        """Return when it happened; without a time the day's first minute."""
        data = self.cleaned_data
        return timezone.make_aware(datetime.combine(data["day"], data["at"] or NO_TIME))

    def event(self, kind: Kind) -> timeline.Event:
        """Return what was typed, as an event of ``kind``."""
        names = ("title", "body", "child_words", "significance", "action_taken", "matters_to_plan", "before_birth")
        typed = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return timeline.Event(kind=kind, occurred_at=self.occurred_at(), audience=self.chosen_audience(), **typed)

    def summary(self) -> list[Row]:
        """Return what was typed, for the page that asks whether to save it."""
        return list(self._summary())

    def _summary(self) -> Iterator[Row]:
        data: dict[str, Any] = self.cleaned_data
        at = f", {data['at']:%H:%M}" if data["at"] else ""
        yield Row(_("When"), f"{date_format(data['day'])}{at}")
        for name in ("title", "body", "child_words", "significance", "action_taken"):
            if data[name]:
                yield Row(self.fields[name].label or name, data[name])
