"""The part of a form that names a child who is not listed: what is typed is held against the children who are known."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.work import NAME
from cases.matching.facts import Facts
from safeguard.common.forms import DatePartsField, Form, Look

NEW = "new"
CHILD_LOOKS: Mapping[str, Look] = {
    "child": Look(reveals={NEW: ("given", "surname", "birth")}),
    "given": NAME,
    "surname": NAME,
    "birth": Look(reveals={"known": ("born_on",), "unborn": ("expected_on",)}),
}


class NamedChildForm(Form):
    """A child who is listed, or the name and birth of one who is not."""

    child: forms.Field = forms.CharField(required=False)
    given = forms.CharField(label=_("First name"), max_length=150, required=False)
    surname = forms.CharField(label=_("Last name"), max_length=150, required=False)
    birth = forms.ChoiceField(
        label=_("Do you know when the child was born?"),
        choices=[
            ("known", _("Yes, or a good estimate")),
            ("unborn", _("Not born yet")),
            ("unknown", _("No")),
        ],
        initial="unknown",
        required=False,
        widget=forms.RadioSelect,
    )
    born_on = DatePartsField(label=_("Date of birth"), must_be="past")
    expected_on = DatePartsField(label=_("Expected date"))
    looks = CHILD_LOOKS

    def named(self) -> Facts:
        """Return what is said of a child who is not listed, in the form that is compared; empty for one who is.

        A form with errors gives what could be read.
        """
        data = self.cleaned_data if self.is_bound and self.errors is not None else {}
        return Facts.known_as(data.get("given") or "", data.get("surname") or "", born_on=data.get("born_on"))
