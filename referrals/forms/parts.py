"""The parts of the form in which a professional refers: a page each, in any order, urgency first.

The questions are those that English referral forms share. "Not known" is an answer everywhere, and little is needed.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Agency, User
from cases.codes import Ethnicity, Known, LevelOfNeed, Sex
from cases.concern_codes import CategoryGroup, in_group
from cases.forms.concern import ColleaguesChoice, colleagues
from cases.forms.work import NAME
from cases.models import Relationship
from referrals.actions.drafts import ASKS_WHOSE
from referrals.codes import Consent, Ground, ParentsTold, Purpose, Urgency
from referrals.receiving import receivers
from safeguard.common.forms import DatePartsField, Form, Look

KNOWN: Mapping[str, Any] = {"choices": Known, "initial": Known.NOT_KNOWN, "widget": forms.RadioSelect}
LEVELS = [*((str(value), label) for value, label in LevelOfNeed.choices), ("", _("I am not sure"))]


def text(label: Any, hint: Any = "", *, required: bool = False, most: int | None = None) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most, widget=forms.Textarea)


def line(label: Any, hint: Any = "", *, most: int = 200, required: bool = False) -> forms.CharField:
    """Return a field of one line."""
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most)


class Part(Form):
    """One page of the form. ``children`` are the names of the form's children by their part's key."""

    def __init__(self, *args: Any, by: Acting, children: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.children = by, children

    def values(self) -> dict[str, Any]:
        """Return what was entered, by the names of the model's fields."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class UrgencyPart(Part):
    """How soon somebody must act, and who was telephoned."""

    urgency = forms.TypedChoiceField(
        label=_("Is a child in immediate danger?"),
        coerce=lambda value: Urgency(int(value)),
        choices=[(str(value), label) for value, label in Urgency.choices],
        widget=forms.RadioSelect,
    )
    telephoned = line(
        _("Whom have you telephoned, and when?"),
        _("For example: police on 999 at 14:10, duty desk at 14:20, spoke to Ms Example"),
        most=300,
    )
    looks = {
        "urgency": Look(hints={str(Urgency.DANGER): _("Call 999 now if you have not. Then fill in this form")}),
        "telephoned": Look(autocomplete="off"),
    }

    def clean(self) -> dict[str, Any]:
        """Hold danger to a telephone call."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("urgency") == Urgency.DANGER and not data.get("telephoned"):
            self.add_error(
                "telephoned", gettext("A child is in danger: telephone first, then say whom you reached and when")
            )
        return data


class ChildPart(Part):
    """One child, as far as the referrer knows them."""

    given = line(_("First name"), most=150)
    surname = line(_("Last name"), most=150)
    name_unknown = forms.BooleanField(label=_("I do not know the child’s name"), required=False)
    alias = line(_("Other names"), most=150)
    birth = forms.ChoiceField(
        label=_("Do you know when the child was born?"),
        choices=[
            ("known", _("Yes, or a good estimate")),
            ("unborn", _("Not born yet")),
            ("unknown", _("Not known")),
        ],
        widget=forms.RadioSelect,
    )
    born_on = DatePartsField(label=_("Date of birth"), must_be="past")
    expected_on = DatePartsField(label=_("Expected date"))
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex, initial=Sex.UNKNOWN, widget=forms.RadioSelect)
    gender = line(_("Gender"), _("In the child’s own words, where they gave any"), most=80)
    child_words = text(
        _("What has the child said, and how do they seem?"),
        _("Their own words, as they said them. For this child only"),
    )
    address = text(_("Address"), _("Where the child lives now, and before if that matters"), most=300)
    postcode = line(_("Postcode"), most=10)
    school = line(_("School or nursery, and year"))
    gp = line(_("GP"))
    languages = line(_("Language, and how the child communicates"), most=300)
    needs_interpreter = forms.ChoiceField(label=_("Is an interpreter needed?"), **KNOWN)
    ethnicity = forms.ChoiceField(label=_("Ethnicity"), choices=Ethnicity, initial=Ethnicity.NOBT)
    faith = line(_("Faith or belief"), most=80)
    disability = text(_("Disability, special needs, plans for them"), most=500)
    young_carer = forms.ChoiceField(label=_("Does the child care for somebody?"), **KNOWN)
    immigration = line(_("Immigration status, if it matters"))
    nhs_number = line(_("NHS number"), most=40)
    pupil_number = line(_("Unique pupil number"), most=40)
    looks = {
        "given": NAME,
        "surname": NAME,
        "alias": Look(width=20, autocomplete="off", spellcheck=False),
        "birth": Look(reveals={"known": ("born_on",), "unborn": ("expected_on",)}),
        "sex": Look(inline=True),
        "gender": Look(width=20),
        "child_words": Look(rows=4),
        "address": Look(rows=3, autocomplete="off", count=False),
        "postcode": Look(width=10, autocomplete="off", spellcheck=False),
        "needs_interpreter": Look(inline=True),
        "disability": Look(rows=2),
        "young_carer": Look(inline=True),
        "nhs_number": Look(width=20, autocomplete="off", inputmode="numeric"),
        "pupil_number": Look(width=20, autocomplete="off", spellcheck=False),
        "faith": Look(width=20),
    }

    def clean(self) -> dict[str, Any]:
        """Ask for a name or for the word that it is not known; an expected date long past is no expected date."""
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("given") or data.get("surname") or data.get("name_unknown")):
            self.add_error("given", gettext("Enter a part of the name, or tick that you do not know it"))
        expected = data.get("expected_on")
        if expected and (timezone.localdate() - expected).days > 30:  # noqa: PLR2004  (a month late at most)
            self.add_error("expected_on", gettext("The expected date is long past: is the child born?"))
        if expected:
            data["sex"] = Sex.UNKNOWN
        return data

    def values(self) -> dict[str, Any]:
        """Return the child's own fields."""
        return {name: value for name, value in super().values().items() if name not in {"birth", "name_unknown"}}

    @property
    def name(self) -> str:
        """The name as it was typed, valid or not."""
        return " ".join(filter(None, (self.data.get("given", "").strip(), self.data.get("surname", "").strip())))


class RelativePart(Part):
    """Somebody of the family or household."""

    name = line(_("Name"), _("Write “not known” if you do not know it"), required=True)
    kind = forms.ChoiceField(label=_("What are they to the child?"), choices=Relationship.Kind)
    of = forms.MultipleChoiceField(
        label=_("To which of the children?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are named in the referrals of these children and in no other"),
    )
    asks_whose = forms.CharField(required=False, widget=forms.HiddenInput)
    parental_responsibility = forms.ChoiceField(label=_("Do they have parental responsibility?"), **KNOWN)
    lives_with = forms.ChoiceField(label=_("Do they live with the child?"), **KNOWN)
    born_on = DatePartsField(label=_("Date of birth"), required=False, must_be="past")
    phone = line(_("Phone"), most=40)
    address = text(_("Address, if it is another one"), most=300)
    risk_to_visitors = text(_("What must visitors know for their own safety?"), most=300)
    looks = {
        "name": Look(width=30, autocomplete="off", spellcheck=False),
        "parental_responsibility": Look(inline=True),
        "lives_with": Look(inline=True),
        "phone": Look(width=20, autocomplete="off", inputmode="tel"),
        "address": Look(rows=2, autocomplete="off", count=False),
        "risk_to_visitors": Look(rows=2),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asks = self.is_bound and bool(self.data.get(ASKS_WHOSE))  # their child was taken out of the form
        if not asks:
            del self.fields["asks_whose"]
        if len(self.children) > 1 or asks:
            self.fields["of"].choices = list(self.children.items())  # type: ignore[attr-defined]  # declared above
        else:
            del self.fields["of"]

    def belongs_to(self) -> list[str]:
        """Return the keys of the children whom they belong to: those that were ticked, else the form's only one."""
        return list(self.cleaned_data["of"] if "of" in self.fields else self.children)


class ConcernPart(Part):
    """What the referrer is worried about, and what is good."""

    facts = text(
        _("What happened?"),
        _("Facts and dates: what you saw, heard or were told, and who said it"),
        required=True,
    )
    category_groups = forms.MultipleChoiceField(
        label=_("What is it about?"), choices=CategoryGroup, required=False, widget=forms.CheckboxSelectMultiple
    )
    impact = text(_("What does it do to the child?"))
    injuries = text(_("Injuries: where, what they look like, since when"), _("Leave empty if there are none"))
    history = text(_("What happened before?"), _("Earlier concerns, with dates"))
    risks = text(
        _("What adds to the risk?"), _("Violence at home, alcohol, drugs, mental health, exploitation, going missing")
    )
    parenting = text(_("How do the parents care for the child?"))
    surroundings = text(_("The wider family, the home, money, the neighbourhood"))
    strengths = text(_("What goes well, and who protects the child?"))
    tried = text(_("What has been tried, and how did it go?"))
    hoped = text(_("What must change, and what do you hope for?"))
    looks = {
        "facts": Look(rows=8),
        "category_groups": Look(reveals={group: (f"categories_{group}",) for group in CategoryGroup.values}),
        **{name: Look(rows=3) for name in ("impact", "injuries", "history", "risks", "parenting")},
        **{name: Look(rows=3) for name in ("surroundings", "strengths", "tried", "hoped")},
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in CategoryGroup:
            self.fields[f"categories_{group}"] = forms.MultipleChoiceField(
                label=group.label, choices=in_group(group), required=False, widget=forms.CheckboxSelectMultiple
            )

    def values(self) -> dict[str, Any]:
        """Return the texts, and the categories as one list."""
        data = super().values()
        codes = [code for group in data.pop("category_groups") for code in data[f"categories_{group}"]]
        return {name: value for name, value in data.items() if not name.startswith("categories_")} | {
            "categories": codes
        }


class ConsentPart(Part):
    """Who knows, who agrees, and why it is right without them."""

    parents_told = forms.ChoiceField(
        label=_("Do those with parental responsibility know that you refer?"),
        choices=ParentsTold,
        widget=forms.RadioSelect,
    )
    consent = forms.ChoiceField(
        label=_("Do they agree that you share this?"), choices=Consent, widget=forms.RadioSelect
    )
    consent_by = line(_("Who agreed, and for whom?"), most=300)
    ground = forms.ChoiceField(
        label=_("Why is it right to share without their consent?"),
        choices=Ground,
        widget=forms.RadioSelect,
        help_text=_("You need no consent to protect a child from harm. Say why"),
    )
    ground_reason = text(_("In your own words: why?"), required=True)
    child_view = text(_("What does the child or young person say about this referral?"))
    looks = {"ground_reason": Look(rows=3), "child_view": Look(rows=3)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("consent") == Consent.GIVEN:
            self.fields["ground"].required = self.fields["ground_reason"].required = False


class LevelPart(Part):
    """What is asked for, and at which level."""

    purpose = forms.ChoiceField(label=_("What do you ask for?"), choices=Purpose, widget=forms.RadioSelect)
    level_of_need = forms.TypedChoiceField(
        label=_("Which level of need do you see?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=LEVELS,
        widget=forms.RadioSelect,
    )
    level_reason = text(_("Why this level?"))
    looks = {
        "level_of_need": Look(
            hints={
                "1": _("Universal services are enough: no referral is needed"),
                "2": _("Early help: with the family’s consent"),
                "3": _("Several needs at once; a child in need under section 17"),
                "4": _("Significant harm is suspected: no consent is needed"),
            },
            optional=False,
        ),
        "level_reason": Look(rows=3),
    }


class AgenciesPart(Part):
    """Who else works with the family."""

    agencies = text(_("Which agencies know the family?"), _("Name, what they do, how to reach them, since when"))
    agencies_aware = forms.ChoiceField(label=_("Do they know of this referral?"), **KNOWN)
    looks = {"agencies": Look(rows=4), "agencies_aware": Look(inline=True)}


class ReferrerPart(Part):
    """Who refers, where it goes, and who must not see it."""

    referrer_role = line(_("Your role"), _("For example: class teacher, health visitor"), most=120, required=True)
    referrer_phone = line(_("Phone number at which you can be reached"), most=40, required=True)
    knows_child = text(_("How do you know the child, and for how long?"), most=500)
    consulted = line(_("Whom have you consulted?"), _("Your safeguarding lead or manager, say"), most=300)
    to_agency = forms.ModelChoiceField(
        label=_("Who is it for?"),
        queryset=Agency.objects.none(),
        to_field_name="uuid",
        empty_label=None,
        help_text=_("The children’s social care of the place where the child lives"),
    )
    kept_from = ColleaguesChoice(
        label=_("Is it about a colleague’s own child or family? Who must not see it?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They never see this referral, whatever their role"),
    )
    looks = {
        "referrer_phone": Look(width=20, autocomplete="tel", inputmode="tel"),
        "knows_child": Look(rows=2),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to_agency"].queryset = receivers()
        fields["kept_from"].queryset = colleagues(self.by).exclude(pk=self.by.user.pk)

    def values(self) -> dict[str, Any]:
        """Return what the referral itself holds; the receiver and those kept out have their own places."""
        return {name: value for name, value in super().values().items() if name not in {"to_agency", "kept_from"}}
