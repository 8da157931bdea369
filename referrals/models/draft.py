"""What somebody has typed of a referral and not sent yet."""

from datetime import datetime, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from agencies.models import Agency, User
from referrals.querysets import ReferralDraftQuerySet
from safeguard.common.models import PublicIdModel


# What is typed is not yet said: its versions are nobody's history. That there was a draft, and whose, is.
@pghistory.track(exclude=["content", "saved_at", "warned_at"])
class ReferralDraft(PublicIdModel):
    """A referral that is being written: its writer's alone, until they hand it to a colleague of the same agency.

    ``content`` holds each part of the form by its key ("urgency", "child-1", ...) as ``{"version": n, "fields":
    {name: [values]}}``. A part's version goes up with every save: a window that shows an older one overwrites nothing.
    One that nobody touches is deleted in the end, after a warning: see actions/draft_life.py.
    """

    protected = True

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    handed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())
    # When its writer was told that it will be deleted; it is not before they were, and had time.
    warned_at = models.DateTimeField(null=True)

    objects = ReferralDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-id"]

    @property
    def kept_until(self) -> datetime:
        """Return when it is deleted at the earliest if nobody touches it."""
        kept = self.saved_at + timedelta(days=settings.REFERRAL_DRAFT_DAYS)
        warned = self.warned_at and self.warned_at + timedelta(days=settings.REFERRAL_DRAFT_WARNING_DAYS)
        return max(kept, warned) if warned and warned > self.saved_at else kept

    def __str__(self) -> str:
        return f"draft {self.uuid}"
