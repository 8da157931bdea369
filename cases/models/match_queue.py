"""The queue of records that may be of one child, filled by the clock."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.child import Child
from cases.models.matching import BANDS, MatchModel
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


class MatchPair(PublicIdModel):
    """Two records that resemble each other as likely or possibly one child's, as they stood when they were compared.

    Written by the worker alone, anew whenever one of the two has changed. What people decide about the two is
    in ``MatchDecision`` and ``SameChild``.
    """

    protected = True

    one = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    p_same = models.FloatField()
    p_household = models.FloatField()
    band = models.CharField(max_length=10, choices=BANDS)
    model = models.ForeignKey(MatchModel, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(db_default=Now())

    objects = ProtectedQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT",
        WORKER_ROLE: "SELECT, INSERT, DELETE",
    }

    class Meta:
        constraints = [
            # The key of the lower comes first, so that a pair is there once.
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="matchpair_in_order"),
            models.UniqueConstraint(fields=["one", "other"], name="matchpair_once"),
            models.CheckConstraint(condition=Q(band__in=["likely", "possible"]), name="matchpair_of_one_child"),
        ]
        indexes = [models.Index(F("p_same").desc(), name="matchpair_most_alike")]

    def __str__(self) -> str:
        return f"pair {self.uuid}"


class ChildReviewDue(models.Model):
    """A child who is new or changed since the register was last gone through; kept by a trigger."""

    child = models.OneToOneField(Child, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    database_privileges: ClassVar[Mapping[str, str]] = {}

    class Meta:
        verbose_name_plural = "children due for review"

    def __str__(self) -> str:
        return f"due {self.pk}"
