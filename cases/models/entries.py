"""What stands beside an entry: remarks, requests to confirm that it was read, and a note that something is held."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Team, User
from cases.models.case import Case
from cases.models.timeline import TimelineEntry
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class EntryRemark(PublicIdModel):
    """A remark that stands beside an entry for everybody who sees the entry. Never changed."""

    protected = True

    class Kind(models.TextChoices):
        DISPUTE = "dispute", _("Disputed")
        AUDIENCE = "audience", _("Audience changed")

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ProtectedQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT, INSERT"}

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["dispute", "audience"]), name="entryremark_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="entryremark_says_something"),
        ]

    def __str__(self) -> str:
        return f"remark {self.uuid}"


@pghistory.track()
class EntryReceipt(models.Model):
    """A named agency is asked to confirm that it has read an entry, and did so or not yet."""

    protected = True

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="receipts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = ProtectedQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT, UPDATE",
        WORKER_ROLE: "SELECT, INSERT, UPDATE",
    }

    class Meta:
        ordering = ["agency__name"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "agency"], name="entryreceipt_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="entryreceipt_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


@pghistory.track()
class EntryPlaceholder(models.Model):
    """Tells everybody on a case that a team holds something: which agency, and whom to ask. Its author chose so.

    It holds no time and nothing of the entry. Pages show one line for a team, however many entries it holds.
    """

    protected = True

    entry = models.OneToOneField(TimelineEntry, on_delete=models.CASCADE, related_name="placeholder")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    objects = ProtectedQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT, DELETE",
        WORKER_ROLE: "SELECT, INSERT, DELETE",
    }

    def __str__(self) -> str:
        return f"placeholder {self.pk}"
