"""What is decided about two records that may be of one child."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.match_pairs import Verdict
from safeguard.common.forms import Form, Look


class SameChildForm(Form):
    """One answer and why."""

    verdict = forms.ChoiceField(
        label=_("Are the two records of the same child?"), choices=Verdict, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("How do you know?"),
        help_text=_("For example a number that both have, or what the mother said. Kept with your answer."),
        max_length=500,
        widget=forms.Textarea,
    )
    looks = {"reason": Look(rows=3)}

    @property
    def said(self) -> Verdict:
        """Return the answer of a form that is valid."""
        data: dict[str, Any] = self.cleaned_data
        return Verdict(data["verdict"])
