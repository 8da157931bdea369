"""Who is kept out of a referral for now, because its child may be one from whose case they are kept out."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from cases.models import Child
from referrals.models.referral import Referral
from referrals.querysets import ReferralHoldQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class ReferralHold(PublicIdModel):
    """``person`` is kept out of ``referral`` while nobody has decided that its child is not ``child``.

    Known to whoever works on the receiving agency's queue, and to ``person`` only once it is lifted. It is lifted as
    well where the referral came onto the case of another child and somebody decided that the two are not the same:
    see ``referrals_hold_is_lifted`` in migration 0009.
    """

    protected = True

    class Choice(models.TextChoices):
        SAME = "same", _("The same child: they stay out")
        NOT_SAME = "not_same", _("Another child: they may see it")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="holds")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    # Empty while nobody has decided whether it is the same child.
    choice = models.CharField(max_length=10, choices=Choice, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ReferralHoldQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (WEB_ROLE, WORKER_ROLE), "SELECT, INSERT, UPDATE (choice, decided_by_id, decided_at)"
    )

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "person", "child"], name="referralhold_once"),
            models.CheckConstraint(
                condition=Q(choice="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(choice__in=["same", "not_same"], decided_by__isnull=False, decided_at__isnull=False),
                name="referralhold_names_who_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("person")),
                name="referralhold_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.uuid}"
