"""The form that decides about a proposed exclusion."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.work import ReasonForm
from cases.models import ExclusionProposal

Decision = ExclusionProposal.Decision


class ProposalForm(ReasonForm):
    """Whether the two are one person and in a conflict of interest, and how it is known."""

    decision = forms.TypedChoiceField(
        label=_("Is it a conflict of interest?"), choices=Decision, coerce=Decision, widget=forms.RadioSelect
    )
    field_order = ["decision", "reason"]
