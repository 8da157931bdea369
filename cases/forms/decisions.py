"""The form of a decision."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.records import BASE, RecordForm, radios, short
from cases.models import Decision
from safeguard.common.forms import Look

TOLD = ("told_how", "not_told_because")


class DecisionForm(RecordForm):
    """A decision with its reasons; there is no other story to tell, and what follows from it is an action."""

    required_if_shown: ClassVar = TOLD
    significance = None  # type: ignore[assignment]  # what it means for the child is asked as "best interests"

    class Meta:
        model = Decision
        fields = [
            *("decision", "decided_by", "options", "rationale", "best_interests"),
            *("dissent_by", "dissent", "child_told", *TOLD),
        ]
        widgets = {**radios("child_told"), **dict.fromkeys(TOLD, forms.Textarea)}
        help_texts = {
            "options": _("Doing nothing is an option too"),
            "dissent_by": _("Name and agency. Leave it empty when everybody agreed"),
        }

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("decision", "options", "rationale", "best_interests", "dissent", *TOLD),
        "decided_by": Look(autocomplete="off"),
        "dissent_by": Look(autocomplete="off"),
        "child_told": Look(reveals={"yes": ("told_how",), "no": ("not_told_because",)}),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action_taken"].label = _("What happens next?")
