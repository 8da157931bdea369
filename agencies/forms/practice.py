"""The form that sets a local timescale."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.actions.practice import LocalPeriod
from agencies.models import Timescale
from agencies.models.practice import CountedIn, Hours
from safeguard.common.forms import Form, Look

COUNTABLE = [(code, label) for code, label in CountedIn.choices if code not in (CountedIn.CHASE, CountedIn.SAME_DAY)]


class TimescaleForm(Form):
    """A number and what it counts; for a step without delay only the hours after which it is chased."""

    amount = forms.IntegerField(label=_("How many?"), min_value=1, max_value=1000)
    unit = forms.ChoiceField(label=_("Counted in"), choices=COUNTABLE, widget=forms.RadioSelect)
    hours = forms.ChoiceField(label=_("Which hours?"), choices=Hours, widget=forms.RadioSelect, initial=Hours.CLOCK)
    chase_hours = forms.IntegerField(
        label=_("Chase after how many hours?"),
        min_value=1,
        max_value=1000,
        help_text=_("Hours of the clock, day and night"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept with the new version"))
    looks = {"unit": Look(reveals={"hour": ("hours",)}), "amount": Look(width=4), "chase_hours": Look(width=4)}

    def __init__(self, *args: Any, timescale: Timescale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amount", "unit", "hours") if timescale.is_chased else ("chase_hours",):
            del self.fields[name]

    def period(self) -> LocalPeriod:
        """Return what was entered."""
        data = self.cleaned_data
        return LocalPeriod(
            amount=data.get("amount"),
            unit=data.get("unit", ""),
            hours=data.get("hours") or "",
            chase_hours=data.get("chase_hours"),
        )
