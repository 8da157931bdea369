"""Two records of one child: said to be so, or merged. Neither record is ever rewritten."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least, Now

from agencies.models import Agency, User
from cases.models.child import Child
from cases.querysets import SameChildQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class SameChild(PublicIdModel):
    """``other`` is the child of ``kept`` as well: from ``made_at`` until it is undone.

    Linked records stay two. A merged ``other`` is shown within ``kept``. Whoever is kept out of one is
    kept out of both, and merged records have one open case: both held by the database (docs/adr/0011-merging.md).
    """

    protected = True

    kept = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    merged = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_for = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    objects = SameChildQuerySet.as_manager()

    # What was said stays; only its end comes later.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT, UPDATE (ended_at, ended_by_id, end_reason)",
        WORKER_ROLE: "SELECT",
    }

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "same children"
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("other")), name="samechild_of_two_records"),
            models.CheckConstraint(condition=~Q(reason=""), name="samechild_says_why"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="samechild_end_says_why",
            ),
            models.UniqueConstraint(
                fields=["other"], condition=Q(merged=True, ended_at__isnull=True), name="samechild_merged_once"
            ),
            models.UniqueConstraint(
                Least("kept", "other"),
                Greatest("kept", "other"),
                "merged",
                condition=Q(ended_at__isnull=True),
                name="samechild_said_once",
            ),
        ]

    def __str__(self) -> str:
        return f"same child {self.uuid}"
