"""What triage notes for itself: never read by the side that referred."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import User
from referrals.codes import Outcome
from referrals.models.referral import Referral
from referrals.querysets import TriageNoteQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class TriageNote(PublicIdModel):
    """A decision with its rationale, as it was proposed or made, or why it was sent back. Append-only.

    ``reasons`` are the words for the referrer, who reads them once they are told: as a step of the referral.
    """

    protected = True

    class Kind(models.TextChoices):
        PROPOSED = "proposed"
        DECIDED = "decided"
        SENT_BACK = "sent_back"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=20, choices=Kind)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    text = models.TextField()
    reasons = models.TextField(blank=True)
    # Why the referrer is told later; empty where they are told at once.
    tell_later = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TriageNoteQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="triagenote_gives_the_rationale"),
            models.CheckConstraint(
                condition=Q(kind="sent_back", outcome="") | (~Q(kind="sent_back") & Q(outcome__in=Outcome.values)),
                name="triagenote_names_the_outcome",
            ),
            models.CheckConstraint(
                condition=Q(kind="sent_back") | ~Q(reasons="") | ~Q(tell_later=""),
                name="triagenote_reasons_or_why_later",
            ),
        ]

    def __str__(self) -> str:
        return f"note {self.uuid}"
