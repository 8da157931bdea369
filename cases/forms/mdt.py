"""What a meeting's lead asks of a timeline: since when who is silent, and who is in the room."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.forms.days import begins_on
from agencies.models import User
from cases.access_room import Room
from cases.audience import Reader
from safeguard.common.forms import DatePartsField, FilterForm, Look

USUAL = timedelta(days=28)


class SilenceForm(FilterForm):
    """Since which day to look for agencies of whom there is nothing to see."""

    since = DatePartsField(label=_("Since"), required=False)

    def since_at(self) -> datetime:
        """Return the moment to look from: the day that was asked for, four weeks ago without one."""
        day = self.cleaned_data.get("since") if self.is_bound and self.errors is not None else None
        return begins_on(day or timezone.localdate() - USUAL)


class RoomForm(FilterForm):
    """Who is in the room; ``people`` are those of the case whom the reader may know of."""

    who = forms.MultipleChoiceField(label=_("Professionals"), required=False, widget=forms.CheckboxSelectMultiple)
    family = forms.BooleanField(
        label=_("Parents, carers or the child are there"),
        required=False,
        help_text=_("Then only what its author let be read with the family"),
    )
    looks = {"who": Look(small=True)}

    def __init__(self, *args: Any, people: Mapping[User, Sequence[Reader]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.uuid): (person, options) for person, options in people.items()}
        chosen: Any = self.fields["who"]
        chosen.choices = [(key, person.name) for key, (person, _options) in self.people.items()]

    def room(self) -> Room | None:
        """Return the room that was described, None while nobody is in it or somebody unknown was named."""
        if not self.is_bound or not self.is_valid():
            return None
        data = self.cleaned_data
        people = {self.people[key][0]: self.people[key][1] for key in data["who"]}
        return Room(people, family=data["family"]) if people or data["family"] else None
