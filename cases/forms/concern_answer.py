"""The form in which a safeguarding lead answers a concern."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import ConcernStep
from safeguard.common.forms import Form, Look

LOOKED = "looked"


class AnswerForm(Form):
    """What the team decided and why, what the writer is told, or only that somebody has looked."""

    decision = forms.ChoiceField(
        label=_("What did you decide?"),
        choices=[(LOOKED, _("Nothing yet: I have looked at it")), *ConcernStep.Decision.choices],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why?"), required=False, widget=forms.Textarea, help_text=_("For your team. The writer does not see it")
    )
    feedback = forms.CharField(
        label=_("What do you tell the person who raised it?"),
        required=False,
        widget=forms.Textarea,
        help_text=_("They read this. Say what they need to know and no more about the family"),
    )
    looks = {"reason": Look(rows=4, optional=False), "feedback": Look(rows=4)}

    def clean(self) -> dict[str, Any]:
        """Hold a decision to its reason."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") not in (None, LOOKED) and not data.get("reason", "").strip():
            self.add_error("reason", gettext("Say why you decided this"))
        return data
