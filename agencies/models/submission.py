"""Forms that were sent and saved, so that the same one sent again saves nothing twice."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class FormSubmission(models.Model):
    """A form that a person sent and that was saved: its key, its address, and where its sender went next.

    What a program sends has a digest too (SHA-256 of the body), so that its key is not taken for another request's.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=500)
    digest = models.CharField(max_length=64, blank=True, db_default="", default="")
    saved_at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key", "path"], name="formsubmission_once")]

    def __str__(self) -> str:
        return f"submission {self.pk}"
