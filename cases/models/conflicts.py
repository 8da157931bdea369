"""Adults around a child who resemble somebody who works for an involved agency: an exclusion is proposed."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from cases.models.case import Case, Involvement
from cases.models.family import Relationship
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class ExclusionProposal(PublicIdModel):
    """``user`` has a name like that of an adult around the case's child: somebody must say whether it is a conflict.

    Found by the worker, decided by a person, never by itself. For those alone who lead the case, see the part
    and the relationship, and are not ``user``.
    """

    protected = True

    class Decision(models.TextChoices):
        EXCLUDED = "excluded", _("Yes, it is a conflict of interest: keep them out of the case")
        NO_CONFLICT = "no_conflict", _("They are or may be this person, and there is no conflict of interest")
        OTHER_PERSON = "other_person", _("No, it is another person")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="+")
    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(db_default=Now(), editable=False)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ProtectedQuerySet.as_manager()

    # What was found stays; only the decision comes later.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, UPDATE (decision, reason, decided_by_id, decided_at)",
        WORKER_ROLE: "SELECT, INSERT",
    }

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user", "relationship"], name="exclusionproposal_once"),
            models.CheckConstraint(
                condition=Q(decision="") | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="")),
                name="exclusionproposal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.uuid}"


class ConflictDue(models.Model):
    """A case whose adults, or a person whose cases, are to be looked through for conflicts; kept by triggers."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    database_privileges: ClassVar[Mapping[str, str]] = {}

    class Meta:
        verbose_name_plural = "due for conflicts"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, user__isnull=True) | Q(case__isnull=True, user__isnull=False),
                name="conflictdue_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"due {self.pk}"
