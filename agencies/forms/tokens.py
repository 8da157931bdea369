"""The form of a token for programs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agencies.acting import Acting
from agencies.actions.tokens import LIFETIMES
from agencies.scopes import SCOPES, scopes_for
from safeguard.common.forms import Form, Look


class TokenForm(Form):
    """What the token is for, what it may read, and how long it works. Offers what ``by``'s roles allow."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("Such as “School information system”. Do not write a child’s name here"),
        error_messages={"required": _("Say what the token is for")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it read?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the token may read")},
    )
    days = forms.TypedChoiceField(label=_("How long does it work?"), coerce=int, widget=forms.RadioSelect)

    looks = {
        "name": Look(width=30, autocomplete="off"),
        "scopes": Look(hints={scope.value: str(spec.purpose) for scope, spec in SCOPES.items()}),
    }

    def __init__(self, *args: Any, by: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = [(scope.value, scope.label) for scope in scopes_for(by.capabilities)]
        days = [(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in LIFETIMES]
        self.fields["scopes"].choices = scopes  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["days"].choices = days  # type: ignore[attr-defined]  # a choice field, declared above
