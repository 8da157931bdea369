"""Deadlines: what must be done in a case, by whom and when; started by an event, met by one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, LegalStatus, Team, Timescale, User
from agencies.models.practice import LOCAL
from cases.models.case import Case
from cases.models.timeline import TimelineEntry
from cases.querysets import DeadlineQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

RUNNING = Q(met_at__isnull=True, superseded_at__isnull=True, waived_at__isnull=True)


class DeadlineState(models.TextChoices):
    """Where a deadline stands."""

    RUNNING = "running", _("To do")
    OVERDUE = "overdue", _("Overdue")
    MET = "met", _("Done")
    MET_LATE = "met_late", _("Done late")
    SUPERSEDED = "superseded", _("Replaced")
    WAIVED = "waived", _("Not needed")


@pghistory.track()
class Deadline(PublicIdModel):
    """One thing to be done by a moment. Seen by who sees the case and, where an entry started it, that entry.

    ``due_at`` moves only where a local one is extended; ``original_due_at`` never does. A deadline without a
    timescale was agreed for this child.
    """

    protected = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines", db_index=False)
    entry = models.ForeignKey(TimelineEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    timescale = models.ForeignKey(Timescale, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=40, blank=True)
    what = models.CharField(max_length=200)
    legal_status = models.CharField(max_length=20, choices=LegalStatus)
    urgent = models.BooleanField(default=False)
    is_timed = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    original_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    superseded_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    # Why it was extended or waived, and by whom; the history has every step.
    varied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    variation_reason = models.CharField(max_length=500, blank=True)
    late_reason = models.CharField(max_length=500, blank=True)
    expected_on = models.DateField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    # A deadline ends and is never deleted.
    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT, UPDATE", WORKER_ROLE: "SELECT"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(legal_status__in=sorted(LOCAL)) | Q(due_at=F("original_due_at"), waived_at__isnull=True),
                name="deadline_only_local_varied",
            ),
            models.CheckConstraint(
                condition=Q(due_at=F("original_due_at"), waived_at__isnull=True)
                | (~Q(variation_reason="") & Q(varied_by__isnull=False)),
                name="deadline_varied_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True, superseded_at__isnull=True)
                | Q(met_at__isnull=True, waived_at__isnull=True)
                | Q(superseded_at__isnull=True, waived_at__isnull=True),
                name="deadline_ends_once",
            ),
            models.UniqueConstraint(
                fields=["entry", "code", "team"], condition=~Q(code=""), name="deadline_once_an_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "due_at"], name="deadline_of_case"),
            models.Index(fields=["person", "due_at", "id"], condition=RUNNING, name="deadline_of_person"),
            models.Index(fields=["team", "due_at", "id"], condition=RUNNING, name="deadline_of_team"),
            models.Index(fields=["agency", "due_at", "id"], condition=RUNNING, name="deadline_of_agency"),
            models.Index(fields=["due_at", "id"], condition=RUNNING, name="deadline_running"),
        ]

    def __str__(self) -> str:
        return f"deadline {self.uuid}"

    @property
    def is_local(self) -> bool:
        """Return whether it may be extended or waived."""
        return self.legal_status in LOCAL

    @property
    def is_running(self) -> bool:
        """Return whether it is still to be done."""
        return self.met_at is None and self.superseded_at is None and self.waived_at is None

    @property
    def is_late(self) -> bool:
        """Return whether it was or is done after its time: a statutory one by its original date, whatever followed."""
        return (self.met_at or timezone.now()) > self.due_at

    @property
    def due_on(self) -> date:
        """Return the local day on which it is due."""
        return timezone.localdate(self.due_at)

    @property
    def state(self) -> DeadlineState:
        """Return where it stands now."""
        if self.met_at is not None:
            return DeadlineState.MET_LATE if self.is_late else DeadlineState.MET
        if self.superseded_at is not None:
            return DeadlineState.SUPERSEDED
        if self.waived_at is not None:
            return DeadlineState.WAIVED
        return DeadlineState.OVERDUE if self.is_late else DeadlineState.RUNNING

    @property
    def ended_at(self) -> datetime | None:
        """Return when it stopped running, None while it runs."""
        return self.met_at or self.superseded_at or self.waived_at
