"""Meetings about a child: who is invited and came, what was asked of whom beforehand, and what was talked about."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import User
from agencies.practice_events import PracticeEvent
from cases.event_kinds import Kind
from cases.models.case import Case, Involvement
from cases.models.records import Record
from cases.querysets import SeatQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

# What was planned stays as it was; what became of it is added to the row.
# What was called stays as it was called; only what becomes of it is written later.
GOES_ON = "SELECT, INSERT, UPDATE (state, summary, child_said, no_words_because, not_held_because)"
TAKES_PART = "SELECT, INSERT, UPDATE (attendance)"


@pghistory.track()
class Meeting(PublicIdModel, Record):
    """A meeting as far as it is about one case.

    One that is about several cases is a row for each: what is said of one case is nowhere near the others, and who
    sees only one of them cannot learn that there are more. ``together`` is alike for the rows of one sitting.
    """

    protected = True
    kinds: ClassVar = (Kind.MEETING_CALLED,)
    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), GOES_ON)

    class State(models.TextChoices):
        PLANNED = "planned", gettext_lazy("Planned")
        HELD = "held", gettext_lazy("Held")
        CALLED_OFF = "called_off", gettext_lazy("Called off")

    class Sort(models.TextChoices):
        OTHER = "other", gettext_lazy("Another meeting")
        STRATEGY = "strategy", gettext_lazy("Strategy discussion")
        INITIAL = "initial", gettext_lazy("Initial or pre-birth child protection conference")
        REVIEW = "review", gettext_lazy("Review child protection conference")
        TRANSFER = "transfer", gettext_lazy("Transfer-in conference")
        CORE_GROUP = "core_group", gettext_lazy("Core group")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    sort = models.CharField(
        gettext_lazy("What sort of meeting is it?"), max_length=10, choices=Sort, default=Sort.OTHER, db_default="other"
    )
    together = models.UUIDField(default=uuid4, editable=False, db_index=True)
    purpose = models.CharField(gettext_lazy("What is the meeting for?"), max_length=300)
    planned_for = models.DateTimeField(gettext_lazy("When"))
    place = models.CharField(gettext_lazy("Where is it, or how does one join?"), max_length=300)
    contributions_by = models.DateField(gettext_lazy("Contributions by"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    summary = models.TextField(gettext_lazy("What was talked about"), blank=True, editable=False)
    child_said = models.TextField(gettext_lazy("What the child said"), blank=True, editable=False)
    no_words_because = models.CharField(
        gettext_lazy("Why there are no words of the child"), max_length=500, blank=True, editable=False
    )
    not_held_because = models.CharField(gettext_lazy("Why not held"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("meeting")
        constraints = [
            models.UniqueConstraint(fields=["case", "together"], name="meeting_once_for_a_case"),
            models.CheckConstraint(
                condition=Q(state="planned", summary="", not_held_because="")
                | (Q(state="held", not_held_because="") & ~Q(summary="") & ~Q(child_said="", no_words_because=""))
                | (Q(state="called_off", summary="") & ~Q(not_held_because="")),
                name="meeting_says_what_became_of_it",
            ),
            models.CheckConstraint(
                condition=Q(sort__in=["other", "strategy", "initial", "review", "transfer", "core_group"]),
                name="meeting_sort_known",
            ),
        ]
        indexes = [models.Index(fields=["case", "-planned_for"], name="meeting_of_case")]

    def headline(self) -> str:
        """Return for which day it was called."""
        return _("Meeting called for %(day)s") % {"day": date_format(localdate(self.planned_for))}

    @property
    def is_conference(self) -> bool:
        """Return whether reports are due before it, and it counts as a conference."""
        return self.sort in {self.Sort.INITIAL, self.Sort.REVIEW, self.Sort.TRANSFER}

    def practice_events(self, _case: Case) -> tuple[PracticeEvent, ...]:
        """Return that a conference is planned, where it is one."""
        return (PracticeEvent.CONFERENCE_PLANNED,) if self.is_conference else ()

    def counts_from(self) -> datetime | None:
        """Return when it is: reports are due so long before."""
        return self.planned_for

    def held_as(self) -> tuple[PracticeEvent, ...]:
        """Return which events of practice it is when it is held. What was decided at it is a record of its own."""
        return HELD_AS.get(self.sort, ())

    def called_off_as(self) -> tuple[PracticeEvent, ...]:
        """Return which events of practice it is when it is called off."""
        return (PracticeEvent.CONFERENCE_CANCELLED,) if self.is_conference else ()

    @property
    def is_planned(self) -> bool:
        """Return whether it is still to be held."""
        return self.state == self.State.PLANNED


HELD_AS: Mapping[str, tuple[PracticeEvent, ...]] = {
    Meeting.Sort.STRATEGY: (PracticeEvent.STRATEGY_DISCUSSION_HELD,),
    Meeting.Sort.INITIAL: (PracticeEvent.INITIAL_CONFERENCE_HELD,),
    Meeting.Sort.REVIEW: (PracticeEvent.REVIEW_CONFERENCE_HELD,),
    Meeting.Sort.TRANSFER: (PracticeEvent.TRANSFER_CONFERENCE_HELD,),
    Meeting.Sort.CORE_GROUP: (PracticeEvent.CORE_GROUP_HELD,),
}


@pghistory.track()
class MeetingSeat(PublicIdModel):
    """A team, a person of it, or a guest who is invited to a meeting: who was asked to contribute, and who came.

    The seat of a team hangs on its involvement: where that is confidential, so is the seat.
    """

    protected = True
    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), TAKES_PART)

    class Attendance(models.TextChoices):
        INVITED = "invited", gettext_lazy("Invited")
        CAME = "came", gettext_lazy("Came")
        APOLOGIES = "apologies", gettext_lazy("Sent apologies")
        ABSENT = "absent", gettext_lazy("Did not come")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    involvement = models.ForeignKey(Involvement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    guest = models.CharField(max_length=200, blank=True)
    asked = models.BooleanField(default=False)
    attendance = models.CharField(max_length=10, choices=Attendance, default=Attendance.INVITED)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "involvement", "person", "guest"], nulls_distinct=False, name="meetingseat_once"
            ),
            models.CheckConstraint(
                condition=(Q(involvement__isnull=False, guest=""))
                | (Q(involvement__isnull=True, person__isnull=True, asked=False) & ~Q(guest="")),
                name="meetingseat_of_team_or_guest",
            ),
            models.CheckConstraint(
                condition=Q(asked=False) | Q(person__isnull=True), name="meetingseat_a_team_contributes"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.uuid}"

    @property
    def name(self) -> str:
        """Return whose seat it is, as pages say it."""
        if self.involvement is None:
            return self.guest
        team = f"{self.involvement.team.agency.name}: {self.involvement.team.name}"
        return f"{self.person.name}, {team}" if self.person else team


@pghistory.track()
class MeetingContribution(Record):
    """What a team says before a meeting. Its entry has an audience of its own."""

    protected = True
    kinds: ClassVar = (Kind.MEETING_CONTRIBUTION,)

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="contributions")
    involvement = models.ForeignKey(Involvement, on_delete=models.PROTECT, related_name="+")
    changed = models.TextField(gettext_lazy("What has happened since the last meeting?"))
    worries = models.TextField(gettext_lazy("What are you worried about?"), blank=True)
    going_well = models.TextField(gettext_lazy("What is going well?"), blank=True)
    child_said = models.TextField(gettext_lazy("What does the child say?"), blank=True)
    no_words_because = models.CharField(
        gettext_lazy("If there are no words of the child, why not?"), max_length=500, blank=True
    )
    wanted = models.TextField(gettext_lazy("What should the meeting talk about or decide?"), blank=True)

    class Meta:
        verbose_name = gettext_lazy("contribution")
        constraints = [
            models.CheckConstraint(
                condition=~Q(child_said="", no_words_because=""),
                name="meetingcontribution_has_words_or_why_none",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Say what the child says, or why there are no words of theirs."
                ),
            ),
        ]

    def headline(self) -> str:
        """Return for which meeting it is."""
        return _("Contribution to the meeting on %(day)s") % {"day": date_format(localdate(self.meeting.planned_for))}
