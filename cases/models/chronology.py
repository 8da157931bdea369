"""Chronologies that people asked for as a document."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from cases.models.case import Case
from cases.querysets import ChronologyQuerySet
from safeguard.common.files.storing import Stored
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


class ChronologyState(models.TextChoices):
    """How far a document is."""

    WAITING = "waiting", _("Waiting for its turn")
    DRAWING = "drawing", _("Being drawn")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


# Kept in a history for ever, a file's key would open it after its row is gone.
@pghistory.track(exclude=["stored_name", "sealed_key"])
class Chronology(PublicIdModel):
    """A chronology as a PDF document for one person under one membership: nobody else sees it, gone after a day.

    It holds what that membership may see, so that another one of the same person does not open it.
    """

    protected = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="chronologies")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership_uuid = models.UUIDField(help_text=_("The membership that the person acted under when they asked"))
    state = models.CharField(max_length=10, choices=ChronologyState, default=ChronologyState.WAITING)
    filters = models.JSONField(default=dict, editable=False)
    narrowed_to = models.JSONField(default=list, help_text=_("The filters in words, as they stand on the document"))
    entries = models.PositiveIntegerField(null=True, help_text=_("How many entries it holds, once they are collected"))
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField()
    stored_name = models.CharField(max_length=32, blank=True, editable=False)
    sealed_key = models.CharField(max_length=400, blank=True, editable=False)

    objects = ChronologyQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT",
        WORKER_ROLE: "SELECT, UPDATE",
    }

    class Meta:
        verbose_name_plural = "chronologies"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ChronologyState.values), name="chronology_state_known"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(stored_name=""), name="chronology_ready_has_file"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="chronology_to_forget")]

    def __str__(self) -> str:
        return f"chronology {self.uuid}"

    @property
    def is_under_way(self) -> bool:
        """Return whether there is something to wait for."""
        return self.state in {ChronologyState.WAITING, ChronologyState.DRAWING}

    @property
    def stored(self) -> Stored:
        """Return where its content is."""
        return Stored(self.stored_name, self.sealed_key)

    @property
    def place(self) -> str:
        """Return what its key is encrypted for."""
        return place_of(self.uuid)


def place_of(key: UUID) -> str:
    """Return what the key of the document with the public key ``key`` is encrypted for."""
    return f"cases_chronology:sealed_key:{key}"
