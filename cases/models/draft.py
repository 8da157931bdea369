"""What somebody has typed of a concern and not saved yet."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from agencies.models import Agency, User
from cases.querysets import DraftQuerySet
from safeguard.common.models import PublicIdModel


# What is typed is not yet said: its versions are nobody's history. That there was a draft is.
@pghistory.track(exclude=["content", "version", "saved_at"])
class ConcernDraft(PublicIdModel):
    """A concern that is being written: its writer's alone, on whatever device, for the agency they act for.

    ``content`` holds the form as it was sent, each name with its values. ``version`` goes up with every save, so
    that a second device which still shows an older one overwrites nothing.
    """

    protected = True

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(db_default=Now())

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-id"]

    def __str__(self) -> str:
        return f"draft {self.uuid}"

    @property
    def beginning(self) -> str:
        """Return the first words of what happened, empty while nothing is written."""
        written = " ".join(self.content.get("facts", [])).strip()
        return written if len(written) <= 90 else written[:89] + "…"  # noqa: PLR2004  (a line of a list)
