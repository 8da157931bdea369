"""Forms about agencies, their teams and contact points, and what the directory is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, ContactPoint, Sector, Team
from safeguard.common.forms import FilterForm, Form, Look

NAME = Look(width=30, autocomplete="off", spellcheck=False)
OUT_OF_HOURS = _("Whom to call when the office is closed, with the number")


class AgencyForm(Form):
    """What is said of an agency; the name and sector are there for an administrator only."""

    name = forms.CharField(label=_("Name"), max_length=120)
    sector = forms.ModelChoiceField(
        label=_("Sector"), queryset=Sector.objects.all(), empty_label=None, widget=forms.RadioSelect
    )
    out_of_hours = forms.CharField(label=_("Out of hours"), max_length=300, required=False, help_text=OUT_OF_HOURS)
    looks = {"name": NAME, "out_of_hours": Look(autocomplete="off")}

    def __init__(self, *args: Any, full: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not full:
            del self.fields["name"], self.fields["sector"]


class NewAgencyForm(AgencyForm):
    """A new agency with its first team and its first manager."""

    team_name = forms.CharField(
        label=_("First team"), max_length=120, help_text=_("The team that safeguards, such as “Safeguarding team”")
    )
    manager_name = forms.CharField(label=_("First manager’s full name"), max_length=150)
    manager_email = forms.EmailField(
        max_length=254,
        label=_("First manager’s work e-mail address"),
        help_text=_("They get an invitation and invite everybody else"),
    )
    looks = AgencyForm.looks | {"team_name": NAME, "manager_name": NAME, "manager_email": NAME}


class StatusForm(Form):
    """Suspends, closes or reopens an agency."""

    status = forms.ChoiceField(label=_("Status"), choices=Agency.Status, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept in the record"))
    looks = {
        "status": Look(
            hints={
                Agency.Status.SUSPENDED: str(_("Everybody’s access there stops at once, until it is reopened")),
                Agency.Status.CLOSED: str(_("The same for good. Neither kind is listed in the directory")),
            }
        ),
        "reason": Look(autocomplete="off"),
    }


class SectorForm(Form):
    """A new sector."""

    name = forms.CharField(label=_("Name of the new sector"), max_length=80)
    looks = {"name": NAME}


class TeamForm(Form):
    """A team's name and kind."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Team.Kind, widget=forms.RadioSelect)
    looks = {"name": NAME}


class TeamChangeForm(TeamForm):
    """As above, with whether the team goes on."""

    is_active = forms.BooleanField(
        label=_("The team is open"),
        required=False,
        help_text=_("A closed team sees nothing any more, and nobody can join it"),
    )


class ContactPointForm(Form):
    """A way to reach an agency or one of its teams."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind, widget=forms.RadioSelect)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(
        max_length=254,
        label=_("E-mail address"),
        required=False,
        help_text=_("A mailbox that the team shares: it cannot sign in"),
    )
    hours = forms.CharField(
        label=_("Hours"), max_length=120, required=False, help_text=_("Such as Monday to Friday, 9am to 5pm")
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("The whole agency")
    )
    looks = {
        "phone": Look(width=20, inputmode="tel", autocomplete="off"),
        "email": Look(width=30, inputmode="email", autocomplete="off", spellcheck=False),
        "hours": Look(width=30, autocomplete="off"),
        "team": Look(optional=False),
    }

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(agency=agency, is_active=True).order_by("name")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # a model field, declared above


class DirectoryFilter(FilterForm):
    """Which agencies to list."""

    name = forms.CharField(label=_("Agency"), required=False, max_length=120)
    sector = forms.ModelChoiceField(
        label=_("Sector"),
        required=False,
        queryset=Sector.objects.all(),
        to_field_name="code",
        empty_label=_("Any sector"),
    )
    looks = {"name": Look(autocomplete="off", spellcheck=False)}


class DirectoryPeopleFilter(FilterForm):
    """Which people of the partnership to list."""

    name = forms.CharField(label=_("Person’s name"), required=False, max_length=150)
    agency = forms.CharField(label=_("Agency"), required=False, max_length=120)
    sector = forms.ModelChoiceField(
        label=_("Sector"),
        required=False,
        queryset=Sector.objects.all(),
        to_field_name="code",
        empty_label=_("Any sector"),
    )
    looks = {
        "name": Look(autocomplete="off", spellcheck=False),
        "agency": Look(autocomplete="off", spellcheck=False),
    }
