"""What is seen on a child's body, by region and in words."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from cases.body_map import HEIGHT, REGIONS, WIDTH, InjuryKind
from cases.models.concern import Concern
from cases.querysets import InjuryQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class InjuryMark(PublicIdModel):
    """One mark on the map of the body: where, what it looks like, and in words. Append-only, seen with its concern."""

    protected = True

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="injuries")
    region = models.CharField(max_length=40)
    # Where on the picture, in its own units (see cases.body_map).
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=InjuryKind)
    words = models.CharField(max_length=300)

    objects = InjuryQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(region__in=list(REGIONS)), name="injurymark_region_known"),
            models.CheckConstraint(condition=Q(kind__in=InjuryKind.values), name="injurymark_kind_known"),
            models.CheckConstraint(condition=~Q(words=""), name="injurymark_says_in_words"),
            models.CheckConstraint(condition=Q(x__lte=WIDTH, y__lte=HEIGHT), name="injurymark_on_the_picture"),
        ]

    def __str__(self) -> str:
        return f"injury {self.uuid}"

    @property
    def place(self) -> str:
        """Return the name of its region, and on which side that is."""
        region = REGIONS[self.region]
        return f"{region.label} ({region.view.label.lower()})"
