"""Forms of the timeline: an entry by hand, and what is done to one that stands."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Agency
from cases import timeline
from cases.audience import Candidate
from cases.event_kinds import Kind
from cases.forms.audience import AUDIENCE_LOOKS, AudienceForm
from cases.models import Case, TimelineEntry
from safeguard.common.components import Row
from safeguard.common.forms import DatePartsField, Form, Look

FACTS_LOOKS: dict[str, Look] = {
    "title": Look(autocomplete="off"),
    "at": Look(width=5, inputmode="text", autocomplete="off"),
    "body": Look(rows=6),
    "child_words": Look(rows=3),
    "significance": Look(rows=3),
    "action_taken": Look(rows=3),
}
# A time that nobody gave is midnight, and pages leave it out.
NO_TIME = time(0, 0)


class FactsForm(Form):
    """What happened: facts first, then what they mean, then what was done."""

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
    looks: ClassVar[Mapping[str, Look]] = FACTS_LOOKS

    def fit_to(self, case: Case | None) -> None:
        """Leave out what cannot be asked of the child of ``case``."""
        if case is None or case.child.born_on is None:
            del self.fields["before_birth"]

    def occurred_at(self) -> datetime:
        """Return when it happened; without a time the day's first minute."""
        data = self.cleaned_data
        return timezone.make_aware(datetime.combine(data["day"], data["at"] or NO_TIME))

    def facts(self, kind: Kind, audience: timeline.Audience) -> timeline.Event:
        """Return what was typed, as an event of ``kind`` for ``audience``."""
        names = ("title", "body", "child_words", "significance", "action_taken", "matters_to_plan", "before_birth")
        typed = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return timeline.Event(kind=kind, occurred_at=self.occurred_at(), audience=audience, **typed)

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


class EntryForm(FactsForm, AudienceForm):
    """An entry that somebody writes by hand, with its audience, and who is asked to confirm that they read it."""

    ask = forms.MultipleChoiceField(
        label=_("Who should confirm that they have read it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody who sees the entry also sees who has confirmed and who has not"),
    )
    # A file cannot be carried over the page that shows the readers, so it is chosen once the entry is saved.
    then_attach = forms.BooleanField(
        label=_("I have a file to attach"),
        required=False,
        help_text=_("You choose it next, when the entry is saved. Whoever sees the entry can open it"),
    )
    looks: ClassVar[Mapping[str, Look]] = AUDIENCE_LOOKS | FACTS_LOOKS

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fit_to(kwargs["case"])
        self.agencies = agencies_to_ask(self.candidates.values(), by)
        offer_agencies(self.fields, self.agencies)
        last = ("ask", "then_attach")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def event(self, kind: Kind) -> timeline.Event:
        """Return what was typed, as an event of ``kind`` for the chosen audience."""
        return self.facts(kind, self.chosen_audience())

    def asked(self) -> list[Agency]:
        """Return the agencies that are asked to confirm."""
        return [self.agencies[key] for key in self.cleaned_data.get("ask", ())]


class CorrectionForm(FactsForm):
    """What an entry should have said, and why it is corrected."""

    reason = forms.CharField(label=_("Why do you correct it?"), max_length=500, widget=forms.Textarea)
    looks: ClassVar[Mapping[str, Look]] = FACTS_LOOKS | {"reason": Look(rows=3)}

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fit_to(case)
        self.order_fields(["reason"])


class DisputeForm(Form):
    """What another agency sees otherwise."""

    text = forms.CharField(
        label=_("What do you see otherwise?"),
        widget=forms.Textarea,
        help_text=_("Say what you know, and how. Everybody who sees the entry reads it beside it"),
    )


class AudienceChangeForm(AudienceForm):
    """Who may see an entry from now on, and why that changes."""

    reason = forms.CharField(
        label=_("Why does this change?"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("It stands beside the entry, for everybody who sees the entry afterwards"),
    )
    looks: ClassVar[Mapping[str, Look]] = AUDIENCE_LOOKS | {"reason": Look(rows=3)}


class AskForm(Form):
    """Which agencies are asked to confirm that they have read an entry."""

    ask = forms.MultipleChoiceField(label=_("Who should confirm?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, agencies: Mapping[str, Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = agencies
        offer_agencies(self.fields, agencies)

    def asked(self) -> list[Agency]:
        """Return the agencies that were chosen."""
        return [self.agencies[key] for key in self.cleaned_data["ask"]]


def agencies_to_ask(offered: Iterable[Candidate], by: Acting) -> dict[str, Agency]:
    """Return the agencies among ``offered``, but for ``by``'s own, by their UUID."""
    known = (each.who for each in offered if isinstance(each.who, Agency))
    return {str(agency.uuid): agency for agency in known if agency.pk != by.agency_id}


def offer_agencies(fields: dict[str, Any], agencies: Mapping[str, Agency]) -> None:
    """Offer ``agencies`` in the field ``ask``; without any there is nothing to ask."""
    fields["ask"].choices = [(key, agency.name) for key, agency in agencies.items()]
    if not agencies and not fields["ask"].required:
        del fields["ask"]


def initial_facts(entry: TimelineEntry) -> dict[str, Any]:
    """Return what ``entry`` says, for a form that corrects it."""
    names = ("title", "body", "child_words", "significance", "action_taken", "matters_to_plan", "before_birth")
    happened = timezone.localtime(entry.occurred_at)
    at = happened.time() if happened.time() != NO_TIME else None
    return {name: getattr(entry, name) for name in names} | {"day": happened.date(), "at": at}
