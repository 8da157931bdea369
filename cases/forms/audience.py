"""The part of a form that says who may see what is written: any form that writes an entry builds on it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Agency, Sector, Team, User
from cases import access, timeline
from cases.access import Sight
from cases.audience import OPEN_TO_ALL, Candidate, Default, Reach, candidates, key_of, named
from cases.models import Case, Sensitivity
from safeguard.common.forms import Form, Look

AUDIENCE_FIELDS = ("audience", "audience_sectors", "audience_named", "sensitivity", "family_may_see", "placeholder")
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
    placeholder = forms.BooleanField(
        label=_("Others on this case may know that my team holds something"),
        required=False,
        help_text=_("They see the name of your team as the one to ask. Not what, not when, not how much"),
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
        sight = None if case is None else access.who_can_see(by, case)
        offered = [] if sight is None else candidates(sight)
        self.candidates: dict[str, Candidate] = {each.key: each for each in offered}
        chosen["audience_named"].choices = [(each.key, each.label) for each in offered]
        chosen["audience_sectors"].choices = list(Sector.objects.values_list("code", "name"))
        chosen["sensitivity"].choices = [pair for pair in Sensitivity.choices if pair[0] <= by.clearance]
        if case is None:
            chosen["audience"].choices = [(Reach.OWN_TEAM.value, Reach.OWN_TEAM.label)]
        if sight is None or _is_confidential(sight, by):
            del chosen["placeholder"]

    def chosen_audience(self) -> timeline.Audience:
        """Return the audience that was chosen; the form is valid."""
        data = self.cleaned_data
        picked = [self.candidates[key] for key in data["audience_named"]]
        return replace(
            named(picked),
            mask=_mask(data),
            sensitivity=Sensitivity(data["sensitivity"]),
            family=data["family_may_see"],
            # Where everybody sees the entry, there is no place to hold.
            placeholder=data.get("placeholder", False) and data["audience"] != Reach.EVERYBODY,
        )


def _is_confidential(sight: Sight, by: Acting) -> bool:
    return any(part.involvement.confidential and part.involvement.team_id in by.team_ids for part in sight.teams)


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


def initial_audience(audience: timeline.Audience) -> dict[str, Any]:
    """Return ``audience`` as the choices of the form, for a form that changes it."""
    who: list[Agency | Team | User] = [*audience.agencies, *audience.teams, *audience.people]
    sectors = [sector.code for sector in Sector.objects.all() if sector.mask & audience.mask]
    return {
        "audience": _reach(audience),
        "audience_sectors": sectors if _reach(audience) == Reach.SECTORS else [],
        "audience_named": [key_of(each) for each in who],
        "sensitivity": int(audience.sensitivity),
        "family_may_see": audience.family,
        "placeholder": audience.placeholder,
    }


def _reach(audience: timeline.Audience) -> Reach:
    if audience.mask == timeline.EVERY_SECTOR:
        return Reach.EVERYBODY
    if audience.mask:
        return Reach.SECTORS
    return Reach.NAMED if audience.has_named else Reach.OWN_TEAM
