"""Which case a referral became part of, and with which decision."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models.functions import Now

from agencies.models import User
from cases.models import Case, Child
from referrals.models.referral import Referral
from referrals.models.triage import TriageNote
from referrals.querysets import AcceptanceQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class Acceptance(PublicIdModel):
    """The case that a referral opened or was added to, with the decision that stands on it. Append-only.

    A referral that was opened again and decided anew has one for each decision that was put on a case: the newest
    says where it belongs. ``note`` is empty where it was made before decisions were told apart.

    Known to the agency that received the referral, and to whoever sees both the case and the referral: a school that
    becomes involved finds the way to its case here. Whoever is kept out of the child's case sees neither.
    """

    protected = True

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="acceptances")
    note = models.OneToOneField(TriageNote, on_delete=models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AcceptanceQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), "SELECT, INSERT")

    def __str__(self) -> str:
        return f"acceptance {self.uuid}"
