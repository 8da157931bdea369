"""What somebody has typed of a referral and not sent yet."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from agencies.models import Agency, User
from referrals.querysets import ReferralDraftQuerySet
from safeguard.common.models import PublicIdModel


# What is typed is not yet said: its versions are nobody's history. That there was a draft, and whose, is.
@pghistory.track(exclude=["content", "saved_at"])
class ReferralDraft(PublicIdModel):
    """A referral that is being written: its writer's alone, until they hand it to a colleague of the same agency.

    ``content`` holds each part of the form by its key ("urgency", "child-1", ...) as ``{"version": n, "fields":
    {name: [values]}}``. A part's version goes up with every save: a window that shows an older one overwrites nothing.
    """

    protected = True

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    handed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    objects = ReferralDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-id"]

    def __str__(self) -> str:
        return f"draft {self.uuid}"
