"""The form that keeps somebody out of a referral."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import User
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
