"""Which cases to list, and in which order: all of it lives in the address, so that it can be kept and shared."""

from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Sector
from cases.access import Filters
from cases.codes import LevelOfNeed
from cases.models import Case
from safeguard.common.components import Chip
from safeguard.common.forms import FilterForm

ANY = ("", _("Any"))


class CaseFilter(FilterForm):
    """The filter beside the list of cases."""

    MINE, MY_TEAMS, NOBODY = "me", "team", "nobody"
    ACTIVITY, DUE = "activity", "due"
    OVERDUE, WEEK, MONTH = "overdue", "week", "month"
    WITHIN_DAYS = {OVERDUE: 0, WEEK: 7, MONTH: 30}

    allocated = forms.ChoiceField(
        label=_("Allocated to"),
        required=False,
        choices=[("", _("Anybody")), (MINE, _("Me")), (MY_TEAMS, _("My team")), (NOBODY, _("Nobody"))],
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ANY, *Case.Status.choices])
    level = forms.TypedChoiceField(
        label=_("Level of need"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[ANY, *((str(value), label) for value, label in LevelOfNeed.choices)],
    )
    sector = forms.ModelChoiceField(
        label=_("Led by"),
        required=False,
        queryset=Sector.objects.all(),
        to_field_name="code",
        empty_label=_("Any sector"),
    )
    due = forms.ChoiceField(
        label=_("Due"),
        required=False,
        choices=[ANY, (OVERDUE, _("Overdue")), (WEEK, _("Within 7 days")), (MONTH, _("Within 30 days"))],
    )
    order = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[(ACTIVITY, _("Latest activity")), (DUE, _("Next due"))],
    )

    def filters(self, by: Acting) -> Filters:
        """Return what was asked; a filter that makes no sense asks nothing."""
        asked: dict[str, Any] = self.cleaned_data if self.is_bound and self.is_valid() else {}
        allocated, sector = asked.get("allocated"), asked.get("sector")
        return Filters(
            status=asked.get("status") or None,
            level_of_need=asked.get("level"),
            lead_sector=sector.code if sector else None,
            allocated_to=by.user_id if allocated == self.MINE else None,
            allocated_teams=by.team_ids if allocated == self.MY_TEAMS else None,
            unallocated=allocated == self.NOBODY,
            due_within_days=self.WITHIN_DAYS.get(asked.get("due", "")),
        )

    def chosen(self) -> list[Chip]:
        """Return the filters that narrow the list, each with the address without it."""
        asked = self.cleaned_data if self.is_bound and self.is_valid() else {}
        names = [name for name in ("allocated", "status", "level", "sector", "due") if asked.get(name)]
        return [
            Chip(f"{self.fields[name].label}: {self._words(name, asked[name])}", self._without(name)) for name in names
        ]

    def _words(self, name: str, value: Any) -> str:
        choices: dict[str, Any] = {str(key): text for key, text in getattr(self.fields[name], "choices", ())}
        return f"{self.fields[name].label}: {choices.get(str(value), value)}"

    def _without(self, name: str) -> str:
        kept = {key: value for key, value in self.data.items() if key in self.fields and key != name and value}
        return f"?{urlencode(kept)}"

    def by_due(self) -> bool:
        """Return whether the list is sorted by what is due next."""
        return self.is_bound and self.is_valid() and self.cleaned_data["order"] == self.DUE
