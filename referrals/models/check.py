"""What triage asks another agency about a child before it decides, and what that agency answers."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import Agency, User
from referrals.models.referral import TEXT, Referral
from referrals.querysets import AgencyCheckQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class AgencyCheck(PublicIdModel):
    """A question to ``agency`` about the child of ``referral``, with what triage chose to tell for it.

    Seen by whoever works on the referral, and by those who answer for ``agency``: these see this row, and of the
    referral nothing. The answer stays with triage and with them. Nobody who is kept out of the referral sees either.
    """

    protected = True

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="checks")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    # Beside the referral, which those who are asked do not see.
    asked_for = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    told = models.TextField(max_length=TEXT)
    question = models.TextField(max_length=TEXT)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    answer_by = models.DateTimeField()
    answer = models.TextField(max_length=TEXT, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = AgencyCheckQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (WEB_ROLE, WORKER_ROLE), "SELECT, INSERT, UPDATE (answer, answered_by_id, answered_at)"
    )

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(told="") & ~Q(question=""), name="agencycheck_says_what_it_asks"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="agencycheck_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"check {self.uuid}"
