"""The part of a form that says who may see what is written: any form that writes an entry builds on it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Sector
from cases import access, timeline
from cases.audience import OPEN_TO_ALL, Candidate, Default, Reach, candidates, named
from cases.models import Case, Sensitivity
from safeguard.common.forms import Form, Look

AUDIENCE_FIELDS = ("audience", "audience_sectors", "audience_named", "sensitivity", "family_may_see")
AUDIENCE_LOOKS: dict[str, Look] = {
    "audience": Look(
        reveals={Reach.SECTORS: ("audience_sectors",), Reach.NAMED: ("audience_named",)},
        hints={Reach.EVERYBODY: _("Also teams that are brought in later")},
    ),
    "sensitivity": Look(
        hints={
            "1": _("Only people who are cleared for sensitive entries"),
            "2": _("Only people who are cleared for highly sensitive entries"),
            "3": _("Only people with a clearance for every entry"),
        }
    ),
}


class AudienceForm(Form):
    """A form whose text gets an audience. Subclasses add fields of their own, and ``AUDIENCE_LOOKS`` to their looks.

    Args (keywords):
        by: the writer.
        case: the case; without one (nothing is linked yet) only the writer's own team can see it.
        default: what is chosen at first.
    """

    audience = forms.ChoiceField(
        label=_("Who may see this?"),
        choices=Reach,
        widget=forms.RadioSelect,
        help_text=_("Your own team always can. You see everybody’s names before it is saved."),
    )
    audience_sectors = forms.MultipleChoiceField(label=_("Which sectors?"), widget=forms.CheckboxSelectMultiple)
    audience_named = forms.MultipleChoiceField(label=_("Who exactly?"), widget=forms.CheckboxSelectMultiple)
    sensitivity = forms.TypedChoiceField(
        label=_("How sensitive is it?"), coerce=int, choices=Sensitivity, widget=forms.RadioSelect
    )
    family_may_see = forms.BooleanField(
        label=_("It may be read with the family in a meeting"),
        required=False,
        help_text=_("Leave this empty where reading it together could put the child or somebody else at risk"),
    )
    looks: ClassVar[Mapping[str, Look]] = AUDIENCE_LOOKS

    def __init__(
        self, *args: Any, by: Acting, case: Case | None, default: Default = OPEN_TO_ALL, **kwargs: Any
    ) -> None:
        first = _initial(default, by)
        super().__init__(*args, initial=first | (kwargs.pop("initial", None) or {}), **kwargs)
        self.order_fields([name for name in self.fields if name not in AUDIENCE_FIELDS])
        self._offer(case, by)

    def _offer(self, case: Case | None, by: Acting) -> None:
        chosen: Any = self.fields
        offered = [] if case is None else candidates(access.who_can_see(by, case))
        self.candidates: dict[str, Candidate] = {each.key: each for each in offered}
        chosen["audience_named"].choices = [(each.key, each.label) for each in offered]
        chosen["audience_sectors"].choices = list(Sector.objects.values_list("code", "name"))
        chosen["sensitivity"].choices = [pair for pair in Sensitivity.choices if pair[0] <= by.clearance]
        if case is None:
            chosen["audience"].choices = [(Reach.OWN_TEAM.value, Reach.OWN_TEAM.label)]

    def chosen_audience(self) -> timeline.Audience:
        """Return the audience that was chosen; the form is valid."""
        data = self.cleaned_data
        sensitivity, family = Sensitivity(data["sensitivity"]), data["family_may_see"]
        if data["audience"] == Reach.NAMED:
            picked = [self.candidates[key] for key in data["audience_named"]]
            return named(picked, sensitivity=sensitivity, family=family)
        return timeline.Audience(mask=_mask(data), sensitivity=sensitivity, family=family)


def _initial(default: Default, by: Acting) -> dict[str, Any]:
    return {
        "audience": default.reach,
        "audience_sectors": list(default.sectors),
        "sensitivity": min(int(default.sensitivity), by.clearance),
    }


def _mask(data: Mapping[str, Any]) -> int:
    if data["audience"] == Reach.EVERYBODY:
        return timeline.EVERY_SECTOR
    if data["audience"] == Reach.SECTORS:
        return sum(sector.mask for sector in Sector.objects.filter(code__in=data["audience_sectors"]))
    return timeline.AUTHORS_TEAM_ONLY
