"""Forms of meetings: calling one, contributing to it, and saying what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import User
from cases import access
from cases.actions.meetings import Held, Invited
from cases.actions.records import Telling
from cases.forms.records import BASE, RecordForm, short
from cases.models import Case, Involvement, Meeting, MeetingContribution, MeetingSeat
from safeguard.common.components import Row
from safeguard.common.forms import DatePartsField, Form, Look

LONGEST_LIST = 2_000  # characters of the guests' names


class MeetingForm(RecordForm):
    """A meeting that is called: for what, when, where, who is invited, and who should contribute beforehand.

    ``sitting`` is the meeting about another case at the same time and place, where there is one.
    """

    body = None  # type: ignore[assignment]  # nothing was said yet
    significance = None  # type: ignore[assignment]  # as above
    action_taken = None  # type: ignore[assignment]  # as above
    matters_to_plan = None  # type: ignore[assignment]  # it always does

    day = DatePartsField(label=gettext_lazy("On which day is it?"))
    at = forms.TimeField(
        label=gettext_lazy("At what time?"),
        input_formats=["%H:%M", "%H.%M", "%H%M"],
        help_text=gettext_lazy("For example 14:30"),
        error_messages={"invalid": gettext_lazy("Enter the time like 14:30")},
    )
    teams = forms.MultipleChoiceField(
        label=gettext_lazy("Which teams are invited?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Who in particular?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Leave this empty where the team decides who comes"),
    )
    guests = forms.CharField(
        label=gettext_lazy("Who else?"),
        max_length=LONGEST_LIST,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("The child, parents, carers, an advocate. One in a line"),
    )
    contributors = forms.MultipleChoiceField(
        label=gettext_lazy("Which teams should say something beforehand?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("They are told at once, and everybody invited sees who has not"),
    )

    class Meta:
        model = Meeting
        fields = ["sort", "purpose", "place", "contributions_by"]
        widgets = {"purpose": forms.Textarea}

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("guests"),
        "purpose": Look(rows=2),
        **dict.fromkeys(("people", "teams", "contributors"), Look(small=True)),
    }

    def __init__(self, *args: Any, sitting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sitting = sitting
        for name in ("before_birth", "ask", *(("sort", "day", "at", "place") if sitting else ())):
            self.fields.pop(name, None)
        self._offer_seats(kwargs["case"])

    def _offer_seats(self, case: Case) -> None:
        parts = access.who_can_see(self.by, case).teams
        self.parts: dict[str, Involvement] = {str(each.involvement.uuid): each.involvement for each in parts}
        self.members: dict[str, tuple[Involvement, User]] = {
            f"{each.involvement.uuid}:{member.user.uuid}": (each.involvement, member.user)
            for each in parts
            for member in each.people
        }
        chosen: Any = self.fields
        teams = [(key, _team(part)) for key, part in self.parts.items()]
        chosen["teams"].choices = chosen["contributors"].choices = teams
        chosen["people"].choices = [(key, f"{who.name}, {_team(part)}") for key, (part, who) in self.members.items()]

    def clean(self) -> dict[str, Any]:
        """Refuse a meeting to which nobody is invited, or contributions without a day. Raises ValidationError."""
        cleaned = super().clean()
        if not any(cleaned.get(name) for name in ("teams", "people", "contributors")):
            raise ValidationError(_("Choose at least one team or person to invite."))
        if cleaned.get("contributors") and not cleaned.get("contributions_by"):
            self.add_error("contributions_by", _("Say by when you want the contributions."))
        return cleaned

    def planned_for(self) -> datetime:
        """Return when the meeting is."""
        return self.sitting.planned_for if self.sitting else self.occurred_at()

    def meeting(self) -> Meeting:
        """Return the meeting that was entered; its action checks it again and saves it."""
        found: Meeting = self.instance
        found.planned_for = self.planned_for()
        found.place = self.sitting.place if self.sitting else found.place
        return found

    def telling(self) -> Telling:
        """Return what the entry says beside the meeting: it is called now."""
        return Telling(audience=self.chosen_audience(), matters_to_plan=True)

    def invited(self) -> Invited:
        """Return who was chosen."""
        data = self.cleaned_data
        guests = (line.strip()[:200] for line in data["guests"].splitlines())
        return Invited(
            teams=[self.parts[key] for key in data["teams"]],
            asked=[self.parts[key] for key in data["contributors"]],
            people=[self.members[key] for key in data["people"]],
            guests=[line for line in guests if line],
        )

    def _summary(self) -> Iterator[Row]:
        yield Row(_("When"), date_format(timezone.localtime(self.planned_for()), "DATETIME_FORMAT"))
        invited, meeting = self.invited(), self.meeting()
        yield Row(_("Sort"), meeting.label_of("sort"))
        yield Row(_("What for"), meeting.purpose)
        yield Row(_("Where"), meeting.place)
        yield Row(_("Invited"), "\n".join(seat.name for seat in invited.seats(meeting)))
        if invited.asked:
            asked = "\n".join(_team(part) for part in invited.asked)
            yield Row(_("Asked to contribute"), f"{asked}\n{date_format(self.cleaned_data['contributions_by'])}")


def _team(part: Involvement) -> str:
    return f"{part.team.agency.name}: {part.team.name}"


class ContributionForm(RecordForm):
    """What a team says before a meeting."""

    body = None  # type: ignore[assignment]  # asked as what has happened
    significance = None  # type: ignore[assignment]  # asked as worries and what goes well
    action_taken = None  # type: ignore[assignment]  # asked as what is wanted
    matters_to_plan = None  # type: ignore[assignment]  # it always does

    class Meta:
        model = MeetingContribution
        fields = ["changed", "worries", "going_well", "child_said", "no_words_because", "wanted"]

    looks: ClassVar[Mapping[str, Look]] = {
        **BASE,
        **short("changed", "worries", "going_well", "child_said", "wanted"),
    }

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.meeting = meeting
        for name in ("day", "at", "before_birth"):
            self.fields.pop(name, None)

    def contribution(self) -> MeetingContribution:
        """Return the contribution that was entered; its action checks it again and saves it."""
        found: MeetingContribution = self.instance
        return found

    def telling(self) -> Telling:
        """Return what the entry says beside the contribution: it is said now."""
        return Telling(audience=self.chosen_audience())

    def _summary(self) -> Iterator[Row]:
        for name in self.Meta.fields:
            if self.cleaned_data.get(name):
                yield Row(self.fields[name].label or name, self.cleaned_data[name])


class HeldForm(Form):
    """Who came to a meeting, what was talked about, and what the child said of it."""

    summary = forms.CharField(
        label=gettext_lazy("What was talked about?"),
        widget=forms.Textarea,
        help_text=gettext_lazy("In short. Put decisions and actions on record on the next page, each by itself"),
    )
    child_said = forms.CharField(
        label=gettext_lazy("What did the child say, or have said for them?"), required=False, widget=forms.Textarea
    )
    no_words_because = forms.CharField(
        label=gettext_lazy("If there are no words of the child, why not?"), max_length=500, required=False
    )

    looks: ClassVar[Mapping[str, Look]] = {"summary": Look(rows=6), **short("child_said")}

    def __init__(self, *args: Any, seats: Sequence[MeetingSeat], **kwargs: Any) -> None:
        self.seats = {f"seat-{seat.uuid}": seat for seat in seats}
        # A question for each seat, before the others; set here, so that they are drawn and checked like the others.
        self.base_fields = {  # type: ignore[misc]  # a copy of this instance's own
            name: _who_came(seat) for name, seat in self.seats.items()
        } | self.base_fields
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse a meeting without the child's words that does not say why. Raises ValidationError."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("child_said") or cleaned.get("no_words_because")):
            raise ValidationError(_("Say what the child said, or why there are no words of theirs."))
        return cleaned

    def held(self) -> Held:
        """Return what was entered."""
        data = self.cleaned_data
        return Held(
            attendance={seat: data[name] for name, seat in self.seats.items()},
            **{name: data[name] for name in ("summary", "child_said", "no_words_because")},
        )


def _who_came(seat: MeetingSeat) -> forms.Field:
    choices = MeetingSeat.Attendance.choices[1:]
    return forms.ChoiceField(label=seat.name, choices=choices, widget=forms.RadioSelect)


class CallOffForm(Form):
    """Why a meeting is not held."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it not held, and what happens instead?"), max_length=500, widget=forms.Textarea
    )
    looks: ClassVar[Mapping[str, Look]] = short("reason")


class OtherCaseForm(Form):
    """The reference of another case that the meeting is about as well."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of the other case"),
        max_length=20,
        help_text=gettext_lazy("Eight digits, for example 1234-5678"),
    )
    looks: ClassVar[Mapping[str, Look]] = {"reference": Look(width=10, autocomplete="off")}
