"""Forms of a missing child and of their return."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.records import BASE, RecordForm, radios, short
from cases.models import ChildMissing, ChildReturned
from safeguard.common.forms import Look


class ChildMissingForm(RecordForm):
    """A child is missing."""

    required_if_shown: ClassVar = ("not_told_because",)

    class Meta:
        model = ChildMissing
        fields = ["last_seen", "worries", "police_told", "police_reference", "not_told_because"]
        widgets = {**radios("police_told"), "last_seen": forms.Textarea, "not_told_because": forms.Textarea}

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("last_seen", "worries", "not_told_because"),
        "police_reference": Look(width=20, autocomplete="off", spellcheck=False),
        "police_told": Look(reveals={"yes": ("police_reference",), "no": ("not_told_because",)}),
    }


class ChildReturnedForm(RecordForm):
    """A missing child is back."""

    required_if_shown: ClassVar = ("not_offered_because",)

    class Meta:
        model = ChildReturned
        fields = ["found_where", "child_said", "harm", "interviewer", "interview", "not_offered_because"]
        widgets = {**radios("interview"), "found_where": forms.Textarea, "not_offered_because": forms.Textarea}
        help_texts = {"interviewer": _("Somebody independent of where the child lives, within 72 hours")}

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("found_where", "child_said", "harm", "not_offered_because"),
        "interviewer": Look(autocomplete="off"),
        "interview": Look(reveals={"not_offered": ("not_offered_because",)}),
    }
