"""The forms of a referral's steps: each carries the version that its page showed."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.actions.life import Decision
from referrals.codes import HINTS, Outcome, Rating, Urgency
from safeguard.common.forms import Form, Look

NOW, LATER = "now", "later"
SIGN, BACK = "sign", "back"


class StepForm(Form):
    """A step that needs nothing but the press of its button."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class TakeForm(StepForm):
    """How triage rates it."""

    rating = forms.ChoiceField(label=_("How do you rate it?"), choices=Rating, widget=forms.RadioSelect)


class TextForm(StepForm):
    """A step with its words."""

    text = forms.CharField(label=_("Your words"), widget=forms.Textarea)
    looks = {"text": Look(rows=5)}


class AskForm(TextForm):
    """What triage needs to know."""

    text = forms.CharField(
        label=_("What do you need to know?"),
        widget=forms.Textarea,
        help_text=_("The referrer and their safeguarding team read this. Say no more about the family than they know"),
    )


class AnswerForm(TextForm):
    """The answer to a question."""

    text = forms.CharField(label=_("Your answer"), widget=forms.Textarea)


class WithdrawForm(TextForm):
    """Why a referral is withdrawn."""

    text = forms.CharField(label=_("Why do you withdraw it?"), widget=forms.Textarea)


class ReopenForm(TextForm):
    """Why a referral is opened again."""

    text = forms.CharField(
        label=_("What is new, or why must it be looked at again?"),
        widget=forms.Textarea,
        help_text=_("Both sides read this"),
    )
    urgency = forms.TypedChoiceField(
        label=_("How urgent is it now?"),
        coerce=lambda value: Urgency(int(value)),
        choices=[(str(value), label) for value, label in Urgency.choices],
        widget=forms.RadioSelect,
    )
    looks = TextForm.looks | {
        "urgency": Look(hints={str(Urgency.DANGER): _("Call 999 now if you have not")}),
    }


class DecideForm(StepForm):
    """What triage decides, why, and what the referrer hears."""

    outcome = forms.ChoiceField(label=_("What do you decide?"), choices=Outcome, widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Rationale"),
        widget=forms.Textarea,
        help_text=_("For your agency: what was known and checked, the threshold, why this serves the child"),
    )
    telling = forms.ChoiceField(
        label=_("When is the referrer told?"),
        choices=[(NOW, _("Now")), (LATER, _("Later, because…"))],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons for the referrer"),
        widget=forms.Textarea,
        help_text=_("They read this. Say what they need to know and can do, and no more about the family"),
    )
    tell_later = forms.CharField(
        label=_("Why must it wait?"), max_length=500, help_text=_("For your agency"), widget=forms.Textarea
    )
    looks = {
        "outcome": Look(hints=HINTS),
        "rationale": Look(rows=6),
        "telling": Look(reveals={NOW: ("reasons",), LATER: ("tell_later",)}),
        "reasons": Look(rows=5),
        "tell_later": Look(rows=2),
    }

    def decision(self) -> Decision:
        """Return what was entered."""
        data = self.cleaned_data
        return Decision(
            outcome=Outcome(data["outcome"]),
            rationale=data["rationale"],
            reasons=data["reasons"] or "",
            tell_later=data["tell_later"] or "",
        )


class SignOffForm(StepForm):
    """Whether a manager signs what was proposed."""

    answer = forms.ChoiceField(
        label=_("Do you sign this decision?"),
        choices=[(SIGN, _("Yes")), (BACK, _("No, it goes back to triage"))],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=_("What is missing?"), widget=forms.Textarea)
    looks = {"answer": Look(reveals={BACK: ("text",)}), "text": Look(rows=4)}


class FeedBackForm(TextForm):
    """The reasons that the referrer hears later."""

    text = forms.CharField(
        label=_("Reasons for the referrer"),
        widget=forms.Textarea,
        help_text=_("They read this. Say what they need to know and can do, and no more about the family"),
    )


def with_version(form: type[StepForm], data: Any, version: int) -> StepForm:
    """Return a step's form: the version that is shown with it on the first look, what was sent afterwards."""
    made = form(data or None, initial={"version": version})
    made.fields["version"].error_messages["required"] = gettext("Open the page anew: it was not sent whole")
    return made
