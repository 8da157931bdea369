"""The form that takes a referral onto a case: who the child is, who leads, and whether the referrer's team comes in."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.acting import Acting
from agencies.models import Team
from cases.codes import LawfulBasis
from cases.forms.known import AsksWhoItIs
from cases.forms.work import NAME, TeamChoice
from referrals.actions.accept import NAMES_REPORTER, Accepting
from referrals.models import Referral
from safeguard.common.forms import Form, Look

YES, NO = "yes", "no"


class AcceptForm(AsksWhoItIs):
    """Opens the case of a referral's child, or adds to the one that is open."""

    given = forms.CharField(label=_("First name"), max_length=150, required=False)
    surname = forms.CharField(label=_("Last name"), max_length=150, required=False)
    team = TeamChoice(
        label=_("Which of your teams leads?"), queryset=Team.objects.none(), to_field_name="uuid", empty_label=None
    )
    lawful_basis = forms.ChoiceField(label=_("Lawful basis"), choices=LawfulBasis)
    involve = forms.ChoiceField(
        label=_("Does the referrer’s team become involved in the case?"),
        choices=[(YES, _("Yes")), (NO, _("No, not now"))],
        widget=forms.RadioSelect,
        help_text=_(
            "They see what the case shows to their sector; where it was open before, what was written earlier too."
            " Referring alone gives them nothing"
        ),
    )
    purpose = forms.CharField(label=_("What do they need the case for?"), max_length=300, widget=forms.Textarea)
    involve_basis = forms.ChoiceField(label=_("Lawful basis of their part"), choices=LawfulBasis)
    account = forms.CharField(
        label=_("What was reported, for the timeline"),
        widget=forms.Textarea,
        help_text=_("Take out whatever shows who reported: their name, where they live, how they know it"),
    )
    keeps_words = forms.BooleanField(label=_("Keep it: it is not the reporter"), required=False)
    looks = {
        "given": NAME,
        "surname": NAME,
        "involve": Look(reveals={YES: ("purpose", "involve_basis")}),
        "purpose": Look(rows=2),
    }

    def __init__(self, *args: Any, by: Acting, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=by.team_ids).select_related("agency")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # declared above
        self.fields["account"].initial = referral.facts
        for name in ("account", "keeps_words") if referral.is_from_account else ("involve", "purpose", "involve_basis"):
            del self.fields[name]
        self.fields["given"].initial, self.fields["surname"].initial = referral.given, referral.surname

    def clean(self) -> dict[str, Any]:
        """Ask for a name where the referral had none."""
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("given") or data.get("surname") or self.decided().used):
            self.add_error("given", gettext("Enter a first name or a last name; part of one is enough"))
        return data

    def without_idle_tick(self) -> "AcceptForm":
        """Return the form as it is shown: with "keep it" only once words were refused."""
        refused = self.has_error(NON_FIELD_ERRORS, NAMES_REPORTER)
        if "keeps_words" in self.fields and not refused and not self["keeps_words"].value():
            del self.fields["keeps_words"]
        return self

    def accepting(self) -> Accepting:
        """Return what was entered."""
        data = self.cleaned_data
        return Accepting(
            team=data["team"],
            lawful_basis=data["lawful_basis"],
            decided=self.decided(),
            given=data["given"],
            surname=data["surname"],
            purpose=data.get("purpose") or "",
            involve_basis=data.get("involve_basis") or "",
            account=data.get("account", ""),
            keeps_words=data.get("keeps_words", False),
        )


class AcceptAgainForm(Form):
    """Puts a later decision on the child's case; asks who leads where one must be opened."""

    team = TeamChoice(
        label=_("Which of your teams leads?"), queryset=Team.objects.none(), to_field_name="uuid", empty_label=None
    )
    lawful_basis = forms.ChoiceField(label=_("Lawful basis"), choices=LawfulBasis)

    def __init__(self, *args: Any, by: Acting, opens: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=by.team_ids).select_related("agency")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # declared above
        if not opens:
            del self.fields["team"], self.fields["lawful_basis"]
