"""Asking the audit: what somebody types, and what an address may say."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from safeguard.common.forms import DatePartsField, FilterForm, Look
from safeguard.common.forms.dates import FIRST_DAY, LAST_DAY

KINDS = [
    ("read", _("Viewed")),
    ("change", _("Changed")),
    ("refusal", _("Refused")),
    ("sign_in", _("Sign-in")),
]
SENSIBLE = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class AuditSearchForm(FilterForm):
    """The filters, sent by POST: a person's e-mail address must not get into an address or a log."""

    email = forms.EmailField(label=_("Person’s e-mail address"), required=False)
    kind = forms.ChoiceField(label=_("What happened"), choices=[("", _("Anything")), *KINDS], required=False)
    action = forms.CharField(label=_("Action"), help_text=_("Begins with, such as membership"), required=False)
    target = forms.UUIDField(label=_("Record’s reference"), help_text=_("As in its address"), required=False)
    since = DatePartsField(label=_("From"), required=False)
    until = DatePartsField(label=_("To, that day included"), required=False)

    looks = {
        "email": Look(autocomplete="off", spellcheck=False),
        "action": Look(autocomplete="off", spellcheck=False),
        "target": Look(autocomplete="off", spellcheck=False),
    }

    def __init__(self, *args: Any, agency_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency_id = agency_id
        self.person: User | None = None

    def clean_email(self) -> str:
        """Find the person among those who work or have worked in the agency. Raises ValidationError."""
        email = str(self.cleaned_data["email"]).lower()
        if email:
            self.person = User.objects.filter(email=email, memberships__agency_id=self.agency_id).first()
            if self.person is None:
                raise ValidationError(gettext("Nobody of this agency has this e-mail address: check its spelling"))
        return email

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins. Raises ValidationError."""
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("“To” must not be before “From”"))
        return data

    def as_query(self) -> dict[str, str]:
        """Return what was asked as query parameters: the person by UUID, dates in ISO 8601, nothing empty."""
        asked = {name: self.cleaned_data.get(name) for name in ("kind", "action", "target", "since", "until")}
        asked["person"] = self.person.uuid if self.person else None
        return {name: str(value) for name, value in asked.items() if value}


class AuditQueryForm(forms.Form):
    """The same as it stands in an address. What cannot be read is left out."""

    kind = forms.ChoiceField(choices=KINDS, required=False)
    action = forms.CharField(max_length=80, required=False)
    target = forms.UUIDField(required=False)
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"], validators=SENSIBLE)
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], validators=SENSIBLE)
    person = forms.UUIDField(required=False)

    def asked(self) -> dict[str, Any]:
        """Return the parameters that say something, as Python values."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
