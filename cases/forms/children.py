"""Forms of a child's record: details, names, numbers, addresses, family, services."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Agency, Team, User
from cases.actions.child_record import Details, NewAddress
from cases.actions.family import NewRelative, Tie
from cases.codes import Disability, Ethnicity, Known, Sex
from cases.forms.work import NAME, PeopleChoice, TeamChoice
from cases.models import Child, ChildIdentifier, ChildName, KnownService, Relationship
from safeguard.common.forms import DatePartsField, Form, Look
from safeguard.common.moments import moment

BIRTH = (("born", _("The child is born")), ("unborn", _("Not born yet")))


class DetailsForm(Form):
    """What makes a child who they are, and of which moment the record was that the writer had before them."""

    known_at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    birth = forms.ChoiceField(label=_("Birth"), choices=BIRTH, widget=forms.RadioSelect)
    born_on = DatePartsField(
        label=_("Date of birth"), required=False, help_text=_("Leave it empty where it is not known")
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex, widget=forms.RadioSelect)
    expected_on = DatePartsField(label=_("Expected date"))
    gender = forms.CharField(
        label=_("Gender"), max_length=80, required=False, help_text=_("In the child’s own words, where they gave any")
    )
    ethnicity = forms.ChoiceField(label=_("Ethnicity"), choices=Ethnicity)
    faith = forms.CharField(label=_("Faith or belief"), max_length=80, required=False)
    languages = forms.CharField(
        label=_("Languages"), max_length=300, required=False, help_text=_("Separate them by commas")
    )
    needs_interpreter = forms.ChoiceField(
        label=_("Does the child or family need an interpreter?"), choices=Known, widget=forms.RadioSelect
    )
    disabilities = forms.MultipleChoiceField(
        label=_("Disabilities"), choices=Disability, required=False, widget=forms.CheckboxSelectMultiple
    )
    looks = {
        "birth": Look(reveals={"born": ("born_on", "sex"), "unborn": ("expected_on",)}),
        "sex": Look(inline=True),
        "needs_interpreter": Look(inline=True),
        "disabilities": Look(exclusive=Disability.NONE),
        "gender": Look(width=20),
        "faith": Look(width=20),
    }

    def known_since(self) -> datetime | None:
        """Return when the record that was shown had been changed last."""
        return moment(self.cleaned_data["known_at"])

    def compare_with(self, child: Child) -> None:
        """Say beside each field what the record holds now where that is not what was typed; the next try knows it."""
        now = self.initial_of(child)
        for name in [name for name in self.changed_data if name in now and name != "known_at"]:
            self.add_error(
                name, gettext("The record now says: %s") % (self._shown(name, now[name]) or gettext("nothing"))
            )
        sent: Any = self.data
        changed = sent.copy()
        changed["known_at"] = now["known_at"]
        self.data = changed

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value)
        labels = {str(key): str(label) for key, label in getattr(self.fields[name], "choices", ())}
        values = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(each), str(each or "")) for each in values)

    def details(self) -> Details:
        """Return what was entered."""
        data = self.cleaned_data
        return Details(
            born_on=data["born_on"],
            expected_on=data["expected_on"],
            sex=Sex(data["sex"] or Sex.UNKNOWN),
            gender=data["gender"],
            ethnicity=Ethnicity(data["ethnicity"]),
            faith=data["faith"],
            languages=[language.strip() for language in data["languages"].split(",") if language.strip()],
            needs_interpreter=Known(data["needs_interpreter"]),
            disabilities=data["disabilities"],
        )

    @staticmethod
    def initial_of(child: Child) -> dict[str, Any]:
        """Return the form's first values for ``child``."""
        names = ("born_on", "expected_on", "sex", "gender", "ethnicity", "faith", "needs_interpreter", "disabilities")
        shown = {name: getattr(child, name) for name in names}
        shown["known_at"] = child.updated_at.isoformat()
        return shown | {"birth": "unborn" if child.expected_on else "born", "languages": ", ".join(child.languages)}


class NameForm(Form):
    """One more name of a child."""

    kind = forms.ChoiceField(label=_("What kind of name is it?"), choices=ChildName.Kind, widget=forms.RadioSelect)
    given = forms.CharField(label=_("First name"), max_length=150, required=False)
    surname = forms.CharField(label=_("Last name"), max_length=150, required=False)
    looks = {
        "given": NAME,
        "surname": NAME,
        "kind": Look(hints={ChildName.Kind.CURRENT: _("The name until now is kept as a previous name")}),
    }


class NumberForm(Form):
    """A number that follows the child."""

    kind = forms.ChoiceField(label=_("Which number is it?"), choices=ChildIdentifier.Kind, widget=forms.RadioSelect)
    value = forms.CharField(label=_("Number"), max_length=40)
    keep_unverified = forms.BooleanField(
        label=_("Keep it even if its check digit is wrong or another record has it, marked “unverified”"),
        required=False,
    )
    looks = {"value": Look(width=20, autocomplete="off", spellcheck=False)}


class AddressForm(Form):
    """Where a child lives."""

    lines = forms.CharField(label=_("Address"), max_length=300, widget=forms.Textarea)
    postcode = forms.CharField(label=_("Postcode"), max_length=10, required=False)
    since = DatePartsField(
        label=_("Since when?"), required=False, must_be="past", help_text=_("Leave it empty for today")
    )
    replaces = forms.ChoiceField(
        label=_("Does the child still live at the addresses recorded before?"),
        choices=[("moved", _("No, they moved here")), ("also", _("Yes, this is one more address"))],
        widget=forms.RadioSelect,
    )
    secrecy = forms.ChoiceField(
        label=_("Must this address stay secret?"),
        choices=[("no", _("No")), ("yes", _("Yes, only I and the people that I tick may know it"))],
        widget=forms.RadioSelect,
        help_text=_("A refuge or a foster home that must not become known, say"),
    )
    readers = PeopleChoice(
        label=_("Who may know it?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    looks = {
        "lines": Look(rows=3, autocomplete="off", count=False),
        "postcode": Look(width=10, autocomplete="off", spellcheck=False),
        "secrecy": Look(reveals={"yes": ("readers",)}),
    }

    def __init__(self, *args: Any, people: Mapping[User, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].offer(people)  # type: ignore[attr-defined]  # declared above

    def address(self) -> NewAddress:
        """Return what was entered."""
        data = self.cleaned_data
        return NewAddress(
            lines=data["lines"],
            postcode=data["postcode"],
            since=data["since"],
            replaces=data["replaces"] == "moved",
            is_protected=data["secrecy"] == "yes",
            readers=list(data["readers"] or []),
        )


class TieForm(Form):
    """What somebody is to the child."""

    kind = forms.ChoiceField(label=_("What are they to the child?"), choices=Relationship.Kind)
    parental_responsibility = forms.ChoiceField(
        label=_("Do they have parental responsibility?"), choices=Known, widget=forms.RadioSelect
    )
    lives_with = forms.ChoiceField(label=_("Do they live with the child?"), choices=Known, widget=forms.RadioSelect)
    contact_not_allowed = forms.BooleanField(label=_("Contact with the child is not allowed"), required=False)
    looks = {"parental_responsibility": Look(inline=True), "lives_with": Look(inline=True)}

    def tie(self) -> Tie:
        """Return what was entered of the relationship."""
        data = self.cleaned_data
        return Tie(
            kind=Relationship.Kind(data["kind"]),
            parental_responsibility=Known(data["parental_responsibility"]),
            lives_with=Known(data["lives_with"]),
            contact_not_allowed=data["contact_not_allowed"],
        )

    @staticmethod
    def initial_of(relationship: Relationship) -> dict[str, Any]:
        """Return the form's first values for ``relationship``."""
        names = ("kind", "parental_responsibility", "lives_with", "contact_not_allowed")
        return {name: getattr(relationship, name) for name in names}


class RelativeForm(TieForm):
    """Somebody around the child who has no record yet."""

    name = forms.CharField(label=_("Name"), max_length=200)
    born_on = DatePartsField(label=_("Date of birth"), required=False, must_be="past")
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    risk_to_visitors = forms.CharField(
        label=_("What must visitors know for their own safety?"), max_length=300, required=False, widget=forms.Textarea
    )
    team = TeamChoice(
        label=_("Which of your teams records them?"),
        queryset=Team.objects.none(),
        to_field_name="uuid",
        empty_label=None,
    )
    field_order = ["name", "kind", "parental_responsibility", "lives_with", "contact_not_allowed"]
    looks = TieForm.looks | {
        "name": Look(width=30, autocomplete="off", spellcheck=False),
        "phone": Look(width=20, autocomplete="off", inputmode="tel"),
        "risk_to_visitors": Look(rows=2),
    }

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=by.team_ids).select_related("agency")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # declared above

    def relative(self) -> NewRelative:
        """Return what was entered of the person."""
        data = self.cleaned_data
        return NewRelative(
            name=data["name"], born_on=data["born_on"], phone=data["phone"], risk_to_visitors=data["risk_to_visitors"]
        )


class ServiceForm(Form):
    """A service that knows the child."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=KnownService.Kind)
    agency = forms.ModelChoiceField(
        label=_("Which agency is it?"),
        queryset=Agency.objects.filter(status="active").order_by("name"),
        to_field_name="uuid",
        required=False,
        empty_label=_("None of these"),
    )
    name = forms.CharField(label=_("Its name, if it is none of these"), max_length=200, required=False)
    looks = {"name": Look(width=30, autocomplete="off")}


class LastDayForm(Form):
    """Until when something held."""

    last_day = DatePartsField(label=_("Until which day?"), must_be="past")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate
