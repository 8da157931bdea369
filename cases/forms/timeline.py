"""What a timeline is narrowed to: all of it lives in the address, so that it can be kept and shared."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agencies.forms.days import begins_on, ends
from agencies.models import Agency
from cases.access_timeline import TimelineFilters
from cases.concern_codes import CATEGORIES
from cases.event_kinds import Group, kinds_of
from safeguard.common.components import Chip
from safeguard.common.forms import DatePartsField, FilterForm, Look

LONGEST_SEARCH = 200
FIRST_YEAR, LAST_YEAR = 1900, 2199
CATEGORY_CHOICES = [("", _("Any")), *((code, category.label) for code, category in CATEGORIES.items())]
# A group of which no event can be written would always be empty.
GROUPS = [(group.value, group.label) for group in Group if kinds_of(group)]


class TimelineFilter(FilterForm):
    """The filter beside a timeline. ``agencies`` are those of the case that the reader may know of."""

    words = forms.CharField(label=_("Search in the entries"), required=False, max_length=LONGEST_SEARCH)
    group = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *GROUPS])
    category = forms.ChoiceField(label=_("Category of a concern"), required=False, choices=CATEGORY_CHOICES)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    agency = forms.ChoiceField(label=_("Agency"), required=False)
    since = DatePartsField(label=_("From"), required=False)
    until = DatePartsField(label=_("To"), required=False)
    matters = forms.BooleanField(label=_("Only what matters to the plan"), required=False)
    pinned = forms.BooleanField(label=_("Only what I pinned"), required=False)
    new = forms.BooleanField(label=_("Only what is new"), required=False)
    mark = DatePartsField(
        label=_("New since"), required=False, help_text=_("Leave empty for what is new since you last looked")
    )
    looks: ClassVar[Mapping[str, Look]] = {"words": Look(autocomplete="off")}

    def __init__(self, *args: Any, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        sectors = {each.sector.code: each.sector.name for each in agencies}
        names = {str(each.uuid): each.name for each in agencies}
        chosen["sector"].choices = [("", _("Any sector")), *sorted(sectors.items(), key=lambda pair: pair[1])]
        chosen["agency"].choices = [("", _("Any agency")), *sorted(names.items(), key=lambda pair: pair[1])]

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked; a field that makes no sense asks nothing."""
        if not self.is_bound:
            return {}
        return self.cleaned_data if self.errors is not None else {}

    def mark_at(self) -> datetime | None:
        """Return the moment since which entries count as new, None for the reader's last look."""
        day = self.asked.get("mark")
        return begins_on(day) if day else None

    def filters(self, *, new_since: datetime | None) -> TimelineFilters:
        """Return what was asked; "new" means recorded after ``new_since``."""
        asked = self.asked
        since, agency = asked.get("since"), asked.get("agency")
        bounds = [moment for moment in (ends(asked.get("until")), self._year_ends()) if moment]
        return TimelineFilters(
            agency_uuid=agency or None,
            sector=asked.get("sector") or None,
            kinds=kinds_of(asked["group"]) if asked.get("group") else None,
            category=asked.get("category") or None,
            since=begins_on(since) if since else None,
            until=min(bounds, default=None),
            recorded_since=new_since if asked.get("new") else None,
            words=asked.get("words", ""),
            matters=asked.get("matters", False),
            pinned=asked.get("pinned", False),
        )

    def _year_ends(self) -> datetime | None:
        year = str(self.data.get("year", ""))
        if not (year.isascii() and year.isdecimal() and len(year) == len(str(LAST_YEAR))):
            return None
        if not FIRST_YEAR <= int(year) <= LAST_YEAR:
            return None
        return begins_on(date(int(year) + 1, 1, 1))

    def chosen(self) -> list[Chip]:
        """Return the filters that narrow the timeline, each with the address without it."""
        asked = self.asked
        return [Chip(self._words(name), self._without(name)) for name in self.fields if asked.get(name)]

    def _words(self, name: str) -> str:
        value, label = self.asked[name], str(self.fields[name].label)
        if value is True:
            return label
        choices = {str(key): str(text) for key, text in getattr(self.fields[name], "choices", ())}
        text = date_format(value) if name in ("since", "until", "mark") else choices.get(str(value), str(value))
        return f"{label}: {text}"

    def _without(self, name: str) -> str:
        kept = QueryDict(mutable=True)
        sent: Any = self.data
        for key, values in sent.lists():
            of = key.rpartition("-")[0] or key
            if of in self.fields and of != name and any(values):
                kept.setlist(key, values)
        return f"?{kept.urlencode()}"


class SectorsFilter(TimelineFilter):
    """The filter beside the view by sector, which marks nothing as new."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["new"], self.fields["mark"]
