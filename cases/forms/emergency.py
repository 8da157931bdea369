"""Forms of emergency access and its review."""

from django import forms
from django.utils.translation import gettext_lazy as _

from safeguard.common.forms import Form, Look


class EmergencyForm(Form):
    """Which case, and why it cannot wait."""

    reference = forms.CharField(
        label=_("Case reference"), max_length=20, help_text=_("Eight digits, such as 4821-9037")
    )
    reason = forms.CharField(
        label=_("Why can you not wait for the team that leads the case?"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("The lead team and the information governance leads read this at once"),
    )
    looks = {
        "reference": Look(width=10, autocomplete="off", spellcheck=False, inputmode="numeric"),
        "reason": Look(rows=4),
    }


class ReviewForm(Form):
    """What the reviewer found."""

    note = forms.CharField(label=_("What you found"), max_length=500, widget=forms.Textarea)
    looks = {"note": Look(rows=3)}
