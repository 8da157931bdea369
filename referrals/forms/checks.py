"""The forms of agencies' checks: asking, and answering."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from referrals.models import Referral
from safeguard.common.forms import Form, Look

TEXT = 10_000


class AskAgencyForm(Form):
    """Whom, about whom, what."""

    agency = forms.ModelChoiceField(
        label=_("Which agency do you ask?"), queryset=Agency.objects.none(), to_field_name="uuid", empty_label=None
    )
    told = forms.CharField(
        label=_("About whom do you ask?"),
        max_length=TEXT,
        widget=forms.Textarea,
        help_text=_("They read this and your question, and nothing else of the referral. Tell what they need"),
    )
    question = forms.CharField(label=_("What do you ask?"), max_length=TEXT, widget=forms.Textarea)
    looks = {"told": Look(rows=4), "question": Look(rows=4)}

    def __init__(self, *args: Any, agencies: QuerySet[Agency], referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]  # declared above
        born = referral.born_on.strftime("%d/%m/%Y") if referral.born_on else ""
        known = (referral.child_name, born, referral.address, referral.postcode)
        self.fields["told"].initial = "\n".join(each for each in known if each)


class AnswerCheckForm(Form):
    """What the agency knows."""

    answer = forms.CharField(
        label=_("What does your agency know?"),
        max_length=TEXT,
        widget=forms.Textarea,
        help_text=_("Facts with their dates, what helps and what worries. “Nothing is known” is an answer"),
    )
    looks = {"answer": Look(rows=8)}
