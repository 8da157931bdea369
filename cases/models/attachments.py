"""Files that belong to an entry of a timeline."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from cases.models.concern import Concern
from cases.models.timeline import TimelineEntry
from cases.querysets import AttachmentQuerySet
from safeguard.common.files.storing import Stored
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


class ScanState(models.TextChoices):
    """What the virus scanner has said of a file. One that waits, or was refused, cannot be opened."""

    WAITING = "waiting", _("Waiting for the virus scanner")
    CLEAN = "clean", _("Scanned: no virus found")
    REFUSED = "refused", _("A virus was found: the file was deleted")
    NOT_SCANNED = "not_scanned", _("Not scanned for viruses")


# Kept in a history for ever, a file's key would open it after its row is gone. Each failed scan has an audit row.
@pghistory.track(exclude=["stored_name", "sealed_key", "scan_failed_at"])
class Attachment(PublicIdModel):
    """A file, cleaned and encrypted: its content is in a folder, and the key that opens it is here.

    It is seen where its entry, or the concern that it came with, is seen. Append-only like these; only the
    scanner's word comes later.
    """

    protected = True

    entry = models.ForeignKey(TimelineEntry, on_delete=models.PROTECT, null=True, related_name="attachments")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, related_name="attachments")
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text=_("Bytes of the cleaned file"))
    stored_name = models.CharField(max_length=32, unique=True, editable=False)
    sealed_key = models.CharField(max_length=400, editable=False)
    state = models.CharField(max_length=12, choices=ScanState)
    scan_failed_at = models.DateTimeField(null=True, editable=False)
    added_at = models.DateTimeField(db_default=Now(), editable=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_by_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT"}

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=True) ^ Q(concern__isnull=True), name="attachment_belongs"
            ),
            models.CheckConstraint(condition=Q(state__in=ScanState.values), name="attachment_state_known"),
        ]

    def __str__(self) -> str:
        return f"attachment {self.uuid}"

    @property
    def can_be_opened(self) -> bool:
        """Return whether the file may be handed out."""
        return self.state in {ScanState.CLEAN, ScanState.NOT_SCANNED}

    @property
    def place(self) -> str:
        """Return what its key is encrypted for: a key that is copied to another row opens nothing."""
        return f"cases_attachment:sealed_key:{self.uuid}"

    @property
    def stored(self) -> Stored:
        """Return where its content is."""
        return Stored(self.stored_name, self.sealed_key)
