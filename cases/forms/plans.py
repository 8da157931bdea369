"""Forms of plans and of the actions in them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Team, User
from cases import access
from cases.audience import candidates
from cases.forms.child_protection import CATEGORIES
from cases.forms.records import BASE, RecordForm, short
from cases.models import Case, Plan, PlanAction
from safeguard.common.forms import DatePartsField, Form, Look, ModelForm

Who = User | Team | None


class PlanForm(ModelForm):
    """A plan. Everybody involved sees it, so that nobody is asked who may."""

    category = forms.ChoiceField(
        label=gettext_lazy("Main category"), choices=CATEGORIES, widget=forms.RadioSelect, required=True
    )

    class Meta:
        model = Plan
        fields = [
            *("sort", "category", "started_on", "wanted", "child_said", "no_words_because", "family_view"),
            "review_on",
        ]
        widgets = {"sort": forms.RadioSelect}
        help_texts = {
            "wanted": gettext_lazy("In words that the child would use: “Somebody is there when I come home”"),
        }

    looks: ClassVar[Mapping[str, Look]] = {
        **short("wanted", "child_said", "family_view"),
        "sort": Look(reveals={"protection": ("category",)}),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("started_on", timezone.localdate())

    def plan(self) -> Plan:
        """Return the plan that was entered; its action checks it again and saves it."""
        found: Plan = self.instance
        return found


class ActionForm(RecordForm):
    """An action: what, whose, by when."""

    body = None  # type: ignore[assignment]  # what will be done says it
    significance = None  # type: ignore[assignment]  # asked as what it will change
    action_taken = None  # type: ignore[assignment]  # nothing was done yet
    matters_to_plan = None  # type: ignore[assignment]  # it always does

    owner = forms.ChoiceField(label=gettext_lazy("Who will do it?"), required=False)
    owner_name = forms.CharField(
        label=gettext_lazy("Or who in the family?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Gran, say. An action has one owner"),
    )

    class Meta:
        model = PlanAction
        fields = ["what", "outcome", "owner", "owner_name", "due_on"]
        widgets = {"what": forms.Textarea, "outcome": forms.Textarea}

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("what", "outcome"),
        "owner_name": Look(width=20, autocomplete="off"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        case: Case = kwargs["case"]
        offered = candidates(access.who_can_see(self.by, case))
        self.owners: dict[str, User | Team] = {
            each.key: each.who for each in offered if isinstance(each.who, (User, Team))
        }
        labels = [(each.key, each.label) for each in offered if each.key in self.owners]
        chosen: Any = self.fields["owner"]
        chosen.choices = [("", _("Choose a person or a team")), *labels]
        self.fields["day"].label = _("When was it agreed?")
        self.initial.setdefault("day", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        """Refuse an action without an owner, with two, or for a day that has passed. Raises ValidationError."""
        cleaned = super().clean()
        if bool(cleaned.get("owner")) == bool(cleaned.get("owner_name")):
            raise ValidationError(_("Choose one owner: a person or team of the case, or somebody in the family."))
        if cleaned.get("owner"):
            self.cleaned_data["owner_name"] = "-"  # the action puts the name of the chosen owner here
        return self.cleaned_data

    def chosen_owner(self) -> Who:
        """Return the person or team that was chosen, None for somebody in the family."""
        return self.owners.get(self.cleaned_data["owner"])

    def action(self) -> PlanAction:
        """Return the action that was entered; what puts it on record checks it again and saves it."""
        found: PlanAction = self.instance
        return found


class EndPlanForm(Form):
    """When a plan ended, and why."""

    ended_on = DatePartsField(label=gettext_lazy("Last day of the plan"), must_be="past")
    reason = forms.CharField(
        label=gettext_lazy("Why does it end, and what has changed for the child?"),
        max_length=500,
        widget=forms.Textarea,
    )
    looks: ClassVar[Mapping[str, Look]] = short("reason")


class DoneForm(Form):
    """How we know that an action is done."""

    evidence = forms.CharField(label=gettext_lazy("How do we know?"), max_length=500, widget=forms.Textarea)
    looks: ClassVar[Mapping[str, Look]] = short("evidence")


class NotDoneForm(Form):
    """Why an action will not be done."""

    reason = forms.CharField(label=gettext_lazy("Why not, and what instead?"), max_length=500, widget=forms.Textarea)
    looks: ClassVar[Mapping[str, Look]] = short("reason")


class MoveForm(Form):
    """Another day for an action."""

    due_on = DatePartsField(label=gettext_lazy("New date"), must_be="future")
    reason = forms.CharField(label=gettext_lazy("Why does it change?"), max_length=500, widget=forms.Textarea)
    looks: ClassVar[Mapping[str, Look]] = short("reason")
