"""What happened to a referral, as both sides may read it."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from referrals.codes import Outcome, Source
from referrals.lifecycle import Action, State
from referrals.models.referral import Referral
from referrals.querysets import ReferralStepQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

# What "told" is where somebody without an account reported.
NOT_TOLD: Mapping[str, str | Promise] = {
    Source.PROFESSIONAL: _("Outcome kept for whoever reported, until their address works and they were called back"),
    Source.PUBLIC: _("Outcome kept with the referral: nobody is told"),
    Source.YOUNG: _("Outcome kept with the referral: nobody is told"),
}


@pghistory.track()
class ReferralStep(PublicIdModel):
    """One step of a referral's life, for whoever sees the referral. Append-only.

    ``text`` is what one side says to the other: a question, an answer, the reasons. What triage notes for itself
    is kept elsewhere.
    """

    protected = True

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=20, choices=Action)
    state = models.CharField(max_length=20, choices=State)
    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    # Empty for the first step of what somebody without an account sent.
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_for = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ReferralStepQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=Action.values), name="referralstep_action_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="referralstep_state_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(action=Action.FEED_BACK, outcome__in=Outcome.values),
                name="referralstep_outcome_when_told",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=False, made_for__isnull=False)
                | Q(made_by__isnull=True, made_for__isnull=True, action=Action.SUBMIT),
                name="referralstep_names_its_maker",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.uuid}"

    @property
    def action_for_receiver(self) -> str:
        """Return what was done as triage reads it: without an account nobody is told, or only once called back."""
        usual = Action(self.action).label
        return str(NOT_TOLD.get(self.referral.source, usual) if self.action == Action.FEED_BACK else usual)

    @property
    def action_for_sender(self) -> str:
        """Return what was done as the referrer is told: how a decision came to be signed stays inside."""
        shown = Action.DECIDE if self.action == Action.SIGN_OFF else Action(self.action)
        return str(shown.label)
