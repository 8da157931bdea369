"""The forms about who may hear of a referral: kept out, let in again, called back."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from referrals.models import ReferralHold
from safeguard.common.forms import Form, Look


class _PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class KeepOutForm(Form):
    """Who, and why."""

    person = _PersonChoice(
        label=_("Who must not see it?"), queryset=User.objects.none(), to_field_name="uuid", empty_label=None
    )
    reason = forms.CharField(
        label=_("What is the conflict of interest?"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("It is kept in the audit, and shown to nobody who works on the referral"),
    )
    looks = {"reason": Look(rows=3)}

    def __init__(self, *args: Any, people: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        working = User.objects.filter(pk__in=people).order_by("name")
        self.fields["person"].queryset = working  # type: ignore[attr-defined]  # declared above


class HoldForm(Form):
    """Whether it is the same child."""

    choice = forms.ChoiceField(
        label=_("Is the referral about this child?"), choices=ReferralHold.Choice, widget=forms.RadioSelect
    )


class CalledBackForm(Form):
    """That somebody was called back."""

    called = forms.BooleanField(
        label=_("I called them on a number that I found myself, and it is them"),
        help_text=_("For example on their organisation’s website: not the number that came with the report"),
    )
