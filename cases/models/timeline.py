"""The timeline: what happened, from every agency, each entry with its audience."""

from collections.abc import Mapping
from datetime import time
from typing import ClassVar

import pghistory
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Team, User
from cases.models.case import Case
from cases.querysets import ProtectedQuerySet, TimelineQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


class Sensitivity(models.IntegerChoices):
    """How sensitive an entry is: a reader's clearance must reach it."""

    ORDINARY = 0, _("Ordinary")
    SENSITIVE = 1, _("Sensitive")
    HIGHLY_SENSITIVE = 2, _("Highly sensitive")
    SECRET = 3, _("Named clearance only")


@pghistory.track()
class TimelineEntry(PublicIdModel):
    """One event of a case. Append-only: a correction supersedes, nothing is overwritten.

    ``audience_mask`` holds sector bits; 0 means the author's team and those named. The author's
    group always sees its own entry; ``has_named`` says that TimelineEntryReader rows exist.
    """

    protected = True
    # Every bit of a mask: everybody involved.
    EVERY_SECTOR: ClassVar = 2**31 - 1

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries", db_index=False)
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    # Empty for what the clock did, such as work that passed to the team when somebody left.
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    author_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    author_group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", db_index=False)
    audience_mask = models.IntegerField(default=0)
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity, default=Sensitivity.ORDINARY)
    has_named = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    significance = models.TextField(blank=True)
    action_taken = models.TextField(blank=True)
    # Database defaults: functions of the owner write entries too, and name only what they know.
    child_words = models.TextField(blank=True, db_default="")
    matters_to_plan = models.BooleanField(default=False, db_default=False)
    before_birth = models.BooleanField(default=False, db_default=False)
    # A correction names the entry that it supersedes, and says why. Several may correct one entry.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections", db_index=False
    )
    correction_reason = models.TextField(blank=True, db_default="")
    # Whether it may be read with the family in a meeting; it lets no further account in.
    family_may_see = models.BooleanField(default=False, db_default=False)

    is_corrected: bool  # where access_timeline.latest gave it

    # The table has one more column, ``search``: the words of all its text, made by the database for full text
    # search. It is no field, so that no page loads it.

    objects = TimelineQuerySet.as_manager()

    # Append-only for the application: a correction is an entry of its own.
    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT, INSERT"}

    class Meta:
        verbose_name_plural = "timeline entries"
        constraints = [
            models.CheckConstraint(condition=Q(audience_mask__gte=0), name="timelineentry_mask_positive"),
            models.CheckConstraint(
                condition=Q(sensitivity__in=Sensitivity.values), name="timelineentry_sensitivity_known"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
                name="timelineentry_correction_says_why",
            ),
        ]
        indexes = [
            models.Index(
                "case",
                F("occurred_at").desc(),
                F("id").desc(),
                include=[
                    "audience_mask",
                    "sensitivity",
                    "author_group",
                    "has_named",
                    "author",
                    "author_agency",
                    "kind",
                    "recorded_at",
                    "matters_to_plan",
                ],
                name="timelineentry_page",
            ),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="timelineentry_corrections"),
        ]

    def __str__(self) -> str:
        return f"timeline entry {self.uuid}"

    @property
    def has_time(self) -> bool:
        """Return whether a time of day is known: nobody gave one for an entry at midnight, local time."""
        return timezone.localtime(self.occurred_at).time() != time.min

    @property
    def is_narrow(self) -> bool:
        """Return whether somebody who sees the case may not see it."""
        return self.audience_mask != self.EVERY_SECTOR or self.sensitivity != Sensitivity.ORDINARY


@pghistory.track()
class TimelineEntryReader(models.Model):
    """A named agency, team or person in an entry's audience: exactly one of the three."""

    protected = True

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="readers")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False, team__isnull=True, user__isnull=True)
                | Q(agency__isnull=True, team__isnull=False, user__isnull=True)
                | Q(agency__isnull=True, team__isnull=True, user__isnull=False),
                name="timelineentryreader_one_of_three",
            ),
            models.UniqueConstraint(
                fields=["entry", "agency", "team", "user"],
                nulls_distinct=False,
                name="timelineentryreader_once",
            ),
        ]

    def __str__(self) -> str:
        return f"reader {self.pk}"


@pghistory.track()
class EntryPin(models.Model):
    """An entry that a reader keeps at hand. A pin is the reader's own; nobody else sees it."""

    protected = True

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="pins")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    pinned_at = models.DateTimeField(db_default=Now())

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entry"], name="entrypin_once")]

    def __str__(self) -> str:
        return f"pin {self.pk}"


@pghistory.track()
class TimelineLook(models.Model):
    """Up to when a reader has read the timeline of a case, by their own word; nobody else sees it."""

    protected = True

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    looked_at = models.DateTimeField()

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="timelinelook_once")]

    def __str__(self) -> str:
        return f"look {self.pk}"
