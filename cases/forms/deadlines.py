"""Forms of deadlines."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Team, User
from agencies.practice_events import PracticeEvent
from cases.forms.work import PersonChoice, ReasonForm, TeamChoice
from safeguard.common.forms import DatePartsField, Form, Look

LAST_SECOND = time(23, 59, 59)
TIME = _("For example 14:30. Leave empty for the end of the day")


def _moment(day: Any, at: time | None, otherwise: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at or otherwise))


def _time_field(help_text: Any = TIME) -> forms.TimeField:
    return forms.TimeField(
        label=_("At what time?"),
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text=help_text,
        error_messages={"invalid": _("Enter the time like 14:30")},
    )


class PracticeEventForm(Form):
    """An event of practice that no record of Safeguard says yet."""

    event = forms.ChoiceField(label=_("What happened, or is planned?"))
    day = DatePartsField(label=_("On which day?"))
    at = _time_field(_("For example 14:30. It counts where a timescale is given in hours"))
    looks = {"at": Look(width=5)}

    def __init__(self, *args: Any, events: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {code: label for code, label in PracticeEvent.choices if code in events}
        chosen: Any = self.fields["event"]
        chosen.choices = [("", _("Choose an event")), *sorted(labels.items(), key=lambda item: str(item[1]))]

    def moment(self) -> datetime:
        """Return when it happened; now where it is today and no time was given."""
        day, at = self.cleaned_data["day"], self.cleaned_data["at"]
        if day == timezone.localdate() and at is None:
            return timezone.now()
        return _moment(day, at, time(0, 0))


class AgreeForm(Form):
    """Something to be done for this child: what, by when, by whom."""

    what = forms.CharField(label=_("What is to be done?"), max_length=200)
    day = DatePartsField(label=_("By which day?"), must_be="future")
    at = _time_field()
    team = TeamChoice(label=_("Which team?"), queryset=Team.objects.none(), to_field_name="uuid", empty_label=None)
    person = PersonChoice(
        label=_("Which person?"),
        queryset=User.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label=_("Nobody yet: the team"),
    )
    looks = {"at": Look(width=5)}

    def __init__(self, *args: Any, people: Mapping[User, str], teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["team"].queryset = Team.objects.filter(pk__in=[t.pk for t in teams]).select_related("agency")
        chosen["person"].offer(people)

    def due_at(self) -> datetime:
        """Return the moment by which it is to be done."""
        return _moment(self.cleaned_data["day"], self.cleaned_data["at"], LAST_SECOND)


class MeetForm(Form):
    """When it was done."""

    day = DatePartsField(label=_("When was it done?"), must_be="past")
    at = _time_field()
    looks = {"at": Look(width=5)}

    def moment(self) -> datetime:
        """Return the moment; now where it is today and no time was given."""
        day, at = self.cleaned_data["day"], self.cleaned_data["at"]
        return min(_moment(day, at, LAST_SECOND), timezone.now()) if at is None else _moment(day, at, LAST_SECOND)


class ExtendForm(ReasonForm):
    """A later day."""

    day = DatePartsField(label=_("New day"), must_be="future")
    field_order = ["day", "reason"]

    def due_at(self) -> datetime:
        """Return the new moment: the end of that day."""
        return _moment(self.cleaned_data["day"], None, LAST_SECOND)


class ExplainForm(ReasonForm):
    """Why it is late, and when it is expected."""

    expected_on = DatePartsField(label=_("When is it expected?"), required=False)
