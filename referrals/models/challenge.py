"""How the referrer's side challenges a decision: stage by stage, with an answer to each."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from referrals.models.referral import Referral
from referrals.querysets import OfReferralQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class ChallengeStep(PublicIdModel):
    """What one side says in a professional challenge of a decision, for whoever sees the referral. Append-only.

    ``number`` counts the steps of a referral from 1, ``stage`` those of the practice profile: worker to worker first.
    ``answer_by`` is by when a challenge of its stage should be answered, empty where the profile says nothing.
    """

    protected = True

    class Kind(models.TextChoices):
        RAISE = "raise", _("Challenged")
        ANSWER = "answer", _("Answered")
        SETTLE = "settle", _("Settled")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="challenge")
    number = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField(blank=True)
    answer_by = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_for = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OfReferralQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="challengestep_one_after_another"),
            models.CheckConstraint(condition=Q(stage__gte=1), name="challengestep_has_a_stage"),
            models.CheckConstraint(condition=Q(kind="settle") | ~Q(text=""), name="challengestep_says_why"),
            models.CheckConstraint(
                condition=Q(kind__in=["raise", "answer", "settle"]), name="challengestep_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(answer_by__isnull=True) | Q(kind="raise"), name="challengestep_clock_of_a_challenge"
            ),
        ]

    def __str__(self) -> str:
        return f"challenge {self.uuid}"
