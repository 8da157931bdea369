"""The forms of a school's terms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.actions.school_terms import Dates
from agencies.models import Agency, SchoolTerm
from safeguard.common.forms import DatePartsField, Form


class TermForm(Form):
    """A term's name and days, and whose it is; with ``term`` also why it is changed."""

    agency = forms.ModelChoiceField(
        queryset=Agency.objects.none(),
        label=_("Whose term is it?"),
        required=False,
        empty_label=_("Every school’s"),
        help_text=_("A school with terms of its own is counted by them alone"),
    )
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For example, Autumn 2026, first half"))
    first_day = DatePartsField(label=_("First day of the term"))
    last_day = DatePartsField(label=_("Last day of the term"))
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept with the dates as they were"))

    def __init__(self, *args: Any, term: SchoolTerm | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools: Any = self.fields["agency"]
        schools.queryset = Agency.objects.active().filter(sector__code="education").order_by("name")
        if term is None:
            del self.fields["reason"]
        else:  # a term never passes to another school
            del self.fields["agency"]

    def dates(self, agency: Agency | None) -> Dates:
        """Return what was entered, for ``agency``."""
        data = self.cleaned_data
        return Dates(name=data["name"], first_day=data["first_day"], last_day=data["last_day"], agency=agency)


class TermRemovalForm(Form):
    """Why a term is removed."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept with the dates as they were"))
