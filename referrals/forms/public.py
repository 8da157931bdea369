"""The short forms for people without an account: a professional, a member of the public, a young person."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from referrals.actions.public import IDENTITY, Report
from referrals.codes import Consent, Ground, ParentsTold, Source, Urgency
from referrals.forms.parts import line, text
from safeguard.common.forms import DatePartsField, Form, Look

# Addresses that anybody can have say nothing of where somebody works.
WEBMAIL = frozenset(
    {"aol.com", "btinternet.com", "gmail.com", "gmx.com", "googlemail.com", "hotmail.co.uk", "hotmail.com"}
    | {"icloud.com", "live.co.uk", "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "proton.me"}
    | {"protonmail.com", "sky.com", "virginmedia.com", "yahoo.co.uk", "yahoo.com"}
)
OFF = Look(autocomplete="off")
DANGER, SOON, PLANNED = (str(int(each)) for each in Urgency)


class ReportForm(Form):
    """What every short form asks. Nothing of it is offered by the browser later."""

    source = Source.PUBLIC
    to_agency = forms.ModelChoiceField(
        label=_("Where does the child live?"), queryset=Agency.objects.none(), to_field_name="uuid", empty_label=None
    )
    urgency = forms.TypedChoiceField(
        label=_("Is a child in danger now?"),
        coerce=lambda value: Urgency(int(value)),
        choices=[(str(value), label) for value, label in Urgency.choices],
        widget=forms.RadioSelect,
    )
    telephoned = line(_("Whom have you telephoned, and when?"), _("For example: police on 999 at 14:10"), most=300)
    facts = text(
        _("What worries you?"), _("What you saw or heard, when and where. Write it in your own words"), required=True
    )
    given = line(_("First name of the child"), _("Leave empty what you do not know"), most=150)
    surname = line(_("Last name of the child"), most=150)
    age_about = line(_("Age, about"), most=40)
    address = text(_("Where does the child live or stay?"), most=300)
    postcode = line(_("Postcode"), most=10)
    school = line(_("School or nursery"))
    looks = {
        "urgency": Look(reveals={DANGER: ("telephoned",)}),
        "telephoned": OFF,
        "facts": Look(rows=8, autocomplete="off"),
        "given": Look(width=20, autocomplete="off", spellcheck=False),
        "surname": Look(width=20, autocomplete="off", spellcheck=False),
        "age_about": Look(width=10, autocomplete="off"),
        "address": Look(rows=2, autocomplete="off", count=False),
        "postcode": Look(width=10, autocomplete="off", spellcheck=False),
        "school": OFF,
    }

    def __init__(self, *args: Any, receivers: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["to_agency"]
        found.queryset = Agency.objects.filter(pk__in=[each.pk for each in receivers]).order_by("name")
        self.only = receivers[0] if len(receivers) == 1 else None
        if self.only:
            del self.fields["to_agency"]

    def clean(self) -> dict[str, Any]:
        """Hold danger to the word of who was telephoned."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("urgency") == Urgency.DANGER and not data.get("telephoned"):
            self._without_call(data)
        return data

    def report(self) -> Report:
        """Return what was entered."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        agency = given.pop("to_agency", self.only)
        reporter = {name: given.pop(name) for name in IDENTITY if name in given}
        return Report(source=self.source, said=given, reporter=reporter, to_agency=agency)

    def _without_call(self, _data: dict[str, Any]) -> None:
        self.add_error("telephoned", gettext("A child is in danger: telephone first, then say whom and when"))


class PublicForm(ReportForm):
    """For a member of the public, who may stay unnamed."""

    name = line(_("Your name"), _("You need not give it"))
    phone = line(_("Your phone number"), _("So that a social worker can ask you more"), most=40)
    safe_contact = line(_("When and how may we call you?"), most=500)
    knows_child = line(_("How do you know the child?"), most=500)
    looks = ReportForm.looks | {
        "name": OFF,
        "phone": Look(width=20, autocomplete="off", inputmode="tel"),
        "safe_contact": OFF,
        "knows_child": OFF,
    }


class YoungForm(ReportForm):
    """For a young person, in words that a child understands."""

    source = Source.YOUNG
    urgency = forms.TypedChoiceField(
        label=_("Are you, or is somebody you know, in danger right now?"),
        coerce=lambda value: Urgency(int(value)),
        choices=[(DANGER, _("Yes")), (SOON, _("Not right now, but I am scared")), (PLANNED, _("No"))],
        widget=forms.RadioSelect,
    )
    telephoned = line(_("Have you phoned somebody? Who?"), _("If you cannot phone, leave this empty"), most=300)
    facts = text(
        _("What is happening?"), _("Write it the way you would say it. You have done nothing wrong"), required=True
    )
    given = line(_("Who is it about?"), _("You, or a friend, a brother or a sister. A first name is enough"), most=150)
    surname = line(_("Their last name"), most=150)
    age_about = line(_("How old are they?"), most=40)
    address = text(_("Where do they live or stay?"), most=300)
    school = line(_("Which school?"))
    name = line(_("What shall we call you?"), _("It need not be your real name"))
    safe_contact = text(
        _("What is a safe way to answer you?"),
        _("For example: talk to me at school, or text me after 4. Leave it empty if no way is safe"),
        most=500,
    )
    looks = ReportForm.looks | {"name": OFF, "safe_contact": Look(rows=2, autocomplete="off", count=False)}

    def _without_call(self, data: dict[str, Any]) -> None:
        # A child who cannot telephone must still be heard.
        data["telephoned"] = gettext("Nobody, or not said")


class ProfessionalForm(ReportForm):
    """For a professional whose agency has no account."""

    source = Source.PROFESSIONAL
    born_on = DatePartsField(label=_("Date of birth, if you know it"), required=False, must_be="past")
    parents_told = forms.ChoiceField(
        label=_("Do those with parental responsibility know of this?"), choices=ParentsTold, widget=forms.RadioSelect
    )
    consent = forms.ChoiceField(label=_("Do they agree that you share it?"), choices=Consent, widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label=_("Why is it right to share without their consent?"),
        choices=Ground,
        widget=forms.RadioSelect,
        help_text=_("You need no consent to protect a child from harm. Say why"),
    )
    ground_reason = text(_("In your own words: why?"), required=True)
    name = line(_("Your name"), required=True)
    role = line(_("Your role"), most=120, required=True)
    organisation = line(_("Where you work"), required=True)
    email = forms.EmailField(
        max_length=254,
        label=_("Your work e-mail address"),
        help_text=_("We send a link to it. Once confirmed, you hear the outcome"),
    )
    phone = line(_("Your phone number"), most=40, required=True)
    knows_child = line(_("How do you know the child?"), most=500)
    looks = ReportForm.looks | {
        "ground_reason": Look(rows=3, autocomplete="off"),
        "name": OFF,
        "role": OFF,
        "organisation": OFF,
        "email": Look(autocomplete="off", inputmode="email", spellcheck=False),
        "phone": Look(width=20, autocomplete="off", inputmode="tel"),
        "knows_child": OFF,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("consent") == Consent.GIVEN:
            self.fields["ground"].required = self.fields["ground_reason"].required = False

    def clean_email(self) -> str:
        """Refuse an address that anybody can have."""
        address = str(self.cleaned_data["email"]).lower()
        if address.rpartition("@")[2] in WEBMAIL:
            raise forms.ValidationError(
                gettext("Give the address of where you work. Without one, use the form for the public")
            )
        return address


class StatusForm(Form):
    """Asks whether a report was read."""

    reference = forms.CharField(label=_("Your reference"), max_length=20, help_text=_("For example: R 1234 5678"))
    secret = forms.CharField(label=_("The secret of your receipt"), max_length=40)
    is_idempotent = False
    looks = {
        "reference": Look(width=20, autocomplete="off", spellcheck=False),
        "secret": Look(width=30, autocomplete="off", spellcheck=False),
    }


FORMS: Mapping[str, type[ReportForm]] = {
    Source.PROFESSIONAL: ProfessionalForm,
    Source.PUBLIC: PublicForm,
    Source.YOUNG: YoungForm,
}
