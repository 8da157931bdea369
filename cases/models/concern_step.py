"""What became of a concern: looked at, decided, and what its writer was told."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Team, User
from cases.models.concern import Concern
from cases.querysets import ConcernStepQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class ConcernStep(PublicIdModel):
    """One step of the team that answers a concern. Append-only.

    Decisions are the team's own; that it looked, and what it says to the writer, everybody reads who sees the
    concern.
    """

    protected = True

    class Kind(models.TextChoices):
        LOOKED = "looked", _("Looked at")
        DECIDED = "decided", _("Decided")
        FEEDBACK = "feedback", _("Told the writer")

    class Decision(models.TextChoices):
        MONITOR = "monitor", _("Keep watch and note what changes")
        SUPPORT = "support", _("Support within our own agency")
        EARLY_HELP = "early_help", _("Early help")
        REFER = "refer", _("Refer to children’s social care")
        POLICE = "police", _("Call the police")
        NO_ACTION = "no_action", _("No further action")

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    text = models.TextField(blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ConcernStepQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="looked", text="", decision="")
                | (Q(kind="decided") & ~Q(decision="") & ~Q(text=""))
                | (Q(kind="feedback", decision="") & ~Q(text="")),
                name="concernstep_says_what_it_is",
            ),
            models.UniqueConstraint(fields=["concern"], condition=Q(kind="looked"), name="concernstep_looked_once"),
        ]

    def __str__(self) -> str:
        return f"step {self.uuid}"
