"""The address from which a calendar program reads one membership's days. Only a hash of its secret is kept."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models.membership import Membership
from agencies.querysets import CalendarFeedQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE


class CalendarFeed(PublicIdModel):
    """A secret address that acts under its membership, opens nothing but the calendar, and dies with it."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="calendar_feeds")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    # One is stopped and never deleted: the audit names it.
    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT, UPDATE"}

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(stopped_at__isnull=True), name="calendarfeed_one_works"
            )
        ]

    def __str__(self) -> str:
        return f"calendar {self.uuid}"
