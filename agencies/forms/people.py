"""Forms about people: inviting, the terms of a membership, ending one, one's own profile."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.actions.terms import Terms, highest_clearance
from agencies.forms.days import ends
from agencies.models import Agency, Basis, Clearance, Invitation, Membership, MembershipState, Team, User
from agencies.roles import ROLES, Role, grantable_by
from safeguard.common.forms import DatePartsField, FilterForm, Form, Look

PHONE = Look(width=20, inputmode="tel", autocomplete="off")


class TermsForm(Form):
    """A membership's roles, teams, title, basis, clearance and last day. Offers what ``by`` may give."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)
    title = forms.CharField(
        label=_("Job title"), max_length=120, required=False, help_text=_("As colleagues know it: conference chair")
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Somebody without a team sees no team’s cases"),
    )
    basis = forms.ChoiceField(label=_("Engaged as"), choices=Basis, widget=forms.RadioSelect)
    until = DatePartsField(
        label=_("Last day"),
        required=False,
        help_text=_("An agency worker, a locum or a student must have one. Access stops when the day is over"),
    )
    clearance = forms.TypedChoiceField(
        label=_("Clearance"), coerce=int, widget=forms.RadioSelect, help_text=_("The most sensitive they may read")
    )

    looks = {
        "roles": Look(hints={role.value: str(spec.purpose) for role, spec in ROLES.items()}),
        "teams": Look(optional=False),
        "title": Look(width=30, autocomplete="off"),
        "until": Look(optional=False),
    }

    def __init__(self, *args: Any, agency: Agency, by: Acting, before: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(before) | kwargs.pop("initial", {}), **kwargs)
        held, highest = (before.roles, before.clearance) if before else ([], 0)
        offered = grantable_by(by.capabilities) | set(held)
        self._choices("roles", [(role.value, role.label) for role in ROLES if role in offered])
        top = max(highest, highest_clearance(by))
        self._choices("clearance", [(level.value, level.label) for level in Clearance if level <= top])
        teams = Team.objects.filter(agency=agency, is_active=True).order_by("name")
        self.fields["teams"].queryset = teams  # type: ignore[attr-defined]  # a model field, declared above

    def terms(self, *, since: Any) -> Terms:
        """Return what was entered, from the moment ``since`` on."""
        data = self.cleaned_data
        return Terms(
            roles=frozenset(data["roles"]),
            teams=frozenset(data["teams"]),
            title=data["title"],
            basis=data["basis"],
            clearance=data["clearance"],
            since=since,
            until=ends(data["until"]),
        )

    def _choices(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # a choice field, declared above


def _initial(before: Membership | None) -> dict[str, Any]:
    if before is None:
        return {"basis": Basis.EMPLOYEE, "clearance": Clearance.ORDINARY}
    kept = {name: getattr(before, name) for name in ("roles", "title", "basis", "clearance")}
    return kept | {"teams": before.active_teams, "until": before.last_day}


class InvitationForm(TermsForm):
    """Whom to invite, and to what."""

    name = forms.CharField(label=_("Full name"), max_length=150)
    email = forms.EmailField(
        max_length=254,
        label=_("Work e-mail address"),
        help_text=_("Their own: a mailbox that a team shares cannot sign in"),
    )
    since = DatePartsField(label=_("First day"), required=False, help_text=_("Leave empty to start at once"))
    field_order = ["name", "email", "title", "roles", "teams", "basis", "since", "until", "clearance"]

    looks = TermsForm.looks | {
        "name": Look(width=30, autocomplete="off", spellcheck=False),
        "email": Look(width=30, autocomplete="off", spellcheck=False, inputmode="email"),
        "since": Look(optional=False),
    }

    def clean_since(self) -> date | None:
        """Return the first day. Raises ValidationError for one that has passed."""
        day: date | None = self.cleaned_data["since"]
        if day and day < timezone.localdate():
            raise ValidationError(_("First day must be today or in the future"))
        return day


class EndForm(Form):
    """When a membership ends, and why."""

    NOW, ON_A_DAY = "now", "day"
    when = forms.ChoiceField(
        label=_("When does it end?"),
        choices=[(NOW, _("Now: access stops at once")), (ON_A_DAY, _("After a last day"))],
        widget=forms.RadioSelect,
    )
    until = DatePartsField(label=_("Last day"), help_text=_("Access stops when the day is over"))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=forms.Textarea,
        help_text=_("Kept in the record. Do not name a child"),
    )
    looks = {"when": Look(reveals={ON_A_DAY: ("until",)}), "until": Look(size=""), "reason": Look(rows=3)}


class ProfileForm(Form):
    """What a person says of themself."""

    name = forms.CharField(label=_("Full name"), max_length=150)
    phone = forms.CharField(
        label=_("Work phone"), max_length=40, required=False, help_text=_("Colleagues see it in the directory")
    )
    looks = {"name": Look(width=30, autocomplete="name", spellcheck=False), "phone": PHONE}


class SwitchForm(Form):
    """Which of one's agencies to act for."""

    membership = forms.ModelChoiceField(
        label=_("Which agency are you acting for?"),
        queryset=Membership.objects.none(),
        to_field_name="uuid",
        empty_label=None,
        widget=forms.RadioSelect,
    )
    looks = {"membership": Look(heading=True, size="l")}

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["membership"]
        field.queryset = Membership.objects.live().of(by.user).select_related("agency").order_by("since", "id")
        field.label_from_instance = lambda membership: membership.agency.name


class JoinForm(Form):
    """The first name and password of an invited person."""

    name = forms.CharField(label=_("Full name"), max_length=150)
    password = forms.CharField(
        label=_("Choose a password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("At least 12 characters. Three or four unrelated words are easy to remember and hard to guess"),
    )
    looks = {
        "name": Look(width=30, autocomplete="name", spellcheck=False),
        "password": Look(autocomplete="new-password"),
    }

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": invitation.name}, **kwargs)
        self.email = invitation.email

    def clean(self) -> dict[str, Any]:
        """Check the password against the name and address. Raises ValidationError."""
        data = self.cleaned_data
        if data.get("password"):
            try:
                validate_password(data["password"], User(email=self.email, name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data


class PeopleFilter(FilterForm):
    """Which people of one agency to list."""

    name = forms.CharField(label=_("Name"), required=False, max_length=150)
    state = forms.ChoiceField(label=_("Status"), required=False, choices=MembershipState, widget=forms.RadioSelect)
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, queryset=Team.objects.none(), to_field_name="uuid", empty_label=_("Any team")
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Any role")), *Role.choices])
    looks = {"state": Look(small=True), "name": Look(autocomplete="off", spellcheck=False)}

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.filter(agency=agency).order_by("name")  # type: ignore[attr-defined]  # as declared above
