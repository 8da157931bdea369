"""Forms of the work on a case: opening, involving, restricting, excluding, allocating."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.forms.days import begins, ends
from agencies.models import Team, User
from cases.actions.children import NewChild
from cases.actions.involvement import Terms
from cases.codes import LawfulBasis, LevelOfNeed, Sex
from cases.forms.known import AsksWhoItIs
from cases.matching.facts import Facts
from cases.models import AccessLevel
from safeguard.common.forms import DatePartsField, Form, Look

NAME = Look(width=20, autocomplete="off", spellcheck=False, optional=False)


class TeamsByAgency(ModelChoiceIterator):  # type: ignore[type-arg]  # generic in the stubs only
    """Teams under their agencies' names."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the empty choice and one group for each agency."""
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for agency, teams in groupby(self.queryset.order_by("agency__name", "name"), key=lambda team: team.agency.name):
            yield agency, [self.choice(team) for team in teams]


class AnyTeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice among many teams, grouped by agency."""

    iterator = TeamsByAgency

    def label_from_instance(self, obj: Any) -> str:
        """Return "team (agency)": a list that is closed shows no group."""
        return f"{obj.name} ({obj.agency.name})"


class TeamChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of teams, each with its agency's name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return "agency: team"."""
        return f"{obj.agency.name}: {obj.name}"


class PeopleByPlace:
    """Mixed into a choice of people: each with the agency through which they see the case, by that agency."""

    places: Mapping[User, str]
    queryset: Any

    def offer(self, people: Mapping[User, str]) -> None:
        """Offer ``people`` (each with their place), and nobody else."""
        self.places = people
        self.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")

    def label_from_instance(self, obj: User) -> str:
        """Return "name, agency"."""
        return f"{obj.name}, {self.places[obj]}"


class PersonChoice(PeopleByPlace, forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of one of the people who see the case."""


class PeopleChoice(PeopleByPlace, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """A choice of several of the people who see the case."""


class ReasonForm(Form):
    """An action that needs nothing but its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)
    looks = {"reason": Look(rows=4)}


class OpenCaseForm(AsksWhoItIs):
    """A new child's record with its case."""

    given = forms.CharField(label=_("First name"), max_length=150, required=False)
    surname = forms.CharField(label=_("Last name"), max_length=150, required=False)
    birth = forms.ChoiceField(
        label=_("Date of birth"),
        choices=[
            ("known", _("Known, or a good estimate")),
            ("unborn", _("Not born yet")),
            ("unknown", _("Not known")),
        ],
        initial="unknown",
        required=False,
        widget=forms.RadioSelect,
    )
    born_on = DatePartsField(label=_("Date of birth"))
    expected_on = DatePartsField(label=_("Expected date"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex, initial=Sex.UNKNOWN, widget=forms.RadioSelect)
    team = TeamChoice(
        label=_("Which of your teams leads?"), queryset=Team.objects.none(), to_field_name="uuid", empty_label=None
    )
    lawful_basis = forms.ChoiceField(label=_("Lawful basis"), choices=LawfulBasis)
    looks = {
        "given": NAME,
        "surname": NAME,
        "birth": Look(reveals={"known": ("born_on",), "unborn": ("expected_on",)}),
    }

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=by.team_ids).select_related("agency")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # declared above

    def child(self) -> NewChild:
        """Return what was entered about the child."""
        data = self.cleaned_data
        return NewChild(
            given=data["given"],
            surname=data["surname"],
            born_on=data["born_on"],
            expected_on=data["expected_on"],
            sex=Sex(data["sex"]),
        )

    def facts(self) -> Facts:
        """Return what was entered in the form that is compared; a form with errors gives what could be read."""
        data = self.cleaned_data if self.is_bound and self.errors is not None else {}
        names = data.get("given") or "", data.get("surname") or ""
        return Facts.known_as(*names, born_on=data.get("born_on"), sex=data.get("sex") or "")


class InvolveForm(Form):
    """Which team comes in, on what terms."""

    team = AnyTeamChoice(
        label=_("Team"), queryset=Team.objects.none(), to_field_name="uuid", empty_label=_("Choose a team")
    )
    level = forms.TypedChoiceField(
        label=_("What may the team do?"), coerce=int, choices=AccessLevel, initial=1, widget=forms.RadioSelect
    )
    purpose = forms.CharField(
        label=_("Purpose"), max_length=300, help_text=_("What the team needs to know this for"), widget=forms.Textarea
    )
    lawful_basis = forms.ChoiceField(label=_("Lawful basis"), choices=LawfulBasis)
    since = DatePartsField(label=_("From"), required=False, help_text=_("Leave empty to start at once"))
    until = DatePartsField(label=_("Last day"), required=False, help_text=_("It then lapses by itself"))
    confidential = forms.BooleanField(
        label=_("Only this team and I may know that it is involved"), required=False, help_text=_("A refuge, say")
    )
    looks = {
        "purpose": Look(rows=2),
        "level": Look(
            hints={
                "1": _("Read what they may see, and write nothing"),
                "2": _("Also record events and reports of their own"),
                "3": _("Also involve, restrict, exclude, allocate and close, as you can"),
            }
        ),
    }

    def __init__(self, *args: Any, sector: str = "", agency: UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(is_active=True, agency__status="active").select_related("agency")
        if sector:
            teams = teams.filter(agency__sector__code=sector)
        if agency:
            teams = teams.filter(agency__uuid=agency)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # above

    def terms(self) -> Terms:
        """Return the terms that were entered."""
        data = self.cleaned_data
        return Terms(
            level=AccessLevel(data["level"]),
            purpose=data["purpose"],
            lawful_basis=data["lawful_basis"],
            since=begins(data["since"]),
            until=ends(data["until"]),
            confidential=data["confidential"],
        )


class RestrictForm(ReasonForm):
    """Who alone may see the case, and who answers for it out of hours."""

    people = PeopleChoice(
        label=_("Who may see it?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You are always among them"),
    )
    duty_team = TeamChoice(
        label=_("Which team answers out of hours?"),
        queryset=Team.objects.none(),
        to_field_name="uuid",
        help_text=_("People who need the case in an emergency are told to ask this team"),
        empty_label=_("Choose a team"),
    )
    field_order = ["people", "duty_team", "reason"]

    def __init__(self, *args: Any, people: Mapping[User, str], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["people"].offer(people)
        chosen["duty_team"].queryset = Team.objects.filter(pk__in=[t.pk for t in teams]).select_related("agency")


class ExcludeForm(ReasonForm):
    """Who is kept out, and what the conflict of interest is."""

    person = PersonChoice(
        label=_("Who is kept out?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        empty_label=_("Choose a person"),
    )
    field_order = ["person", "reason"]

    def __init__(self, *args: Any, people: Mapping[User, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(people)  # type: ignore[attr-defined]  # declared above


class AllocateForm(Form):
    """Which team and which person the case is allocated to, and the level of need."""

    allocated_team = TeamChoice(label=_("Team"), queryset=Team.objects.none(), to_field_name="uuid")
    allocated_to = PersonChoice(
        label=_("Person"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label=_("Nobody yet"),
    )
    level_of_need = forms.TypedChoiceField(
        label=_("Level of need"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Not decided")), *((str(value), label) for value, label in LevelOfNeed.choices)],
    )

    def __init__(self, *args: Any, people: Mapping[User, str], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["allocated_team"].queryset = Team.objects.filter(pk__in=[t.pk for t in teams]).select_related("agency")
        chosen["allocated_to"].offer(people)


class NotNeededForm(ReasonForm):
    """Why a sector need not be involved."""
