"""The forms of a professional challenge: each carries the number of the step that its page was opened for."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.models import ChallengeStep
from safeguard.common.forms import Form, Look


class SettleForm(Form):
    """Nothing but that it is settled."""

    number = forms.IntegerField(min_value=1, max_value=1_000, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What did you agree?"), max_length=10_000, required=False, widget=forms.Textarea,
        help_text=_("Both sides read this"),
    )  # fmt: skip
    looks = {"text": Look(rows=4)}


class RaiseForm(SettleForm):
    """Why the decision is challenged."""

    text = forms.CharField(
        label=_("What do you disagree with, and what should happen for the child?"),
        max_length=10_000,
        widget=forms.Textarea,
        help_text=_("Both sides read this"),
    )


class AnswerChallengeForm(SettleForm):
    """The answer."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=10_000,
        widget=forms.Textarea,
        help_text=_("The referrer and their safeguarding team read this. Say no more about the family than they know"),
    )


FORMS: Mapping[str, type[SettleForm]] = {
    ChallengeStep.Kind.RAISE: RaiseForm,
    ChallengeStep.Kind.ANSWER: AnswerChallengeForm,
    ChallengeStep.Kind.SETTLE: SettleForm,
}
