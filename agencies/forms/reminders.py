"""Forms about reminders: one's own choice, an absence, and what an agency allows."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.actions.reminders import choice_of, deputies_of, rules_of
from agencies.models import Agency, Membership
from safeguard.common.forms import DatePartsField, Form, Look

AT_ONCE, DIGEST = "at_once", "digest"
HOURS = [(f"{hour:02}:00", f"{hour}:00") for hour in range(6, 20)]


class ReminderChoiceForm(Form):
    """How somebody wants to be reminded; offers what their agency allows."""

    how = forms.ChoiceField(label=_("When do you want reminders by e-mail?"), widget=forms.RadioSelect)
    sms = forms.BooleanField(label=_("Also send urgent reminders by text message to my work phone"), required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        choice, rules = choice_of(membership), rules_of(membership.agency)
        initial = {"how": DIGEST if choice.digest and rules.allows_digest else AT_ONCE, "sms": choice.sms}
        super().__init__(*args, initial=initial, **kwargs)
        offered = [(AT_ONCE, _("Each at once"))]
        if rules.allows_digest:
            offered.append((DIGEST, _("Together once a day; urgent ones still come at once")))
        self.fields["how"].choices = offered  # type: ignore[attr-defined]  # a choice field, declared above
        if not rules.allows_sms:
            del self.fields["sms"]

    @property
    def choice(self) -> dict[str, bool]:
        """Return what was chosen, as the action takes it."""
        return {"digest": self.cleaned_data["how"] == DIGEST, "sms": bool(self.cleaned_data.get("sms"))}


class AbsenceForm(Form):
    """From when until when somebody is away, and who acts for them."""

    first_day = DatePartsField(label=_("First day away"))
    last_day = DatePartsField(label=_("Last day away"))
    deputy = forms.ChoiceField(
        label=_("Who acts for you?"),
        required=False,
        help_text=_("They are reminded instead of you, of cases that they may see themselves. You can leave it open"),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deputies = {str(each.uuid): each for each in deputies_of(membership)}
        names = [(uuid, each.user.name) for uuid, each in self._deputies.items()]
        self.fields["deputy"].choices = [("", _("Nobody in particular")), *names]  # type: ignore[attr-defined]  # as declared above

    def clean_deputy(self) -> Membership | None:
        """Return the colleague, None for nobody."""
        return self._deputies.get(self.cleaned_data["deputy"])


class ReminderRulesForm(Form):
    """What an agency lets its people choose."""

    allows_digest = forms.BooleanField(label=_("People may have reminders together once a day"), required=False)
    digest_at = forms.TypedChoiceField(label=_("At what time?"), choices=HOURS, coerce=time.fromisoformat)
    allows_sms = forms.BooleanField(label=_("People may have urgent reminders by text message"), required=False)
    looks = {"digest_at": Look(width=5)}

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        rules = rules_of(agency)
        initial = {
            "allows_digest": rules.allows_digest,
            "allows_sms": rules.allows_sms,
            "digest_at": f"{rules.digest_at:%H:00}",
        }
        super().__init__(*args, initial=initial, **kwargs)
