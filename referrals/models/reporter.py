"""Who sent a referral without an account: known to triage alone."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import User
from referrals.models.referral import Referral
from referrals.querysets import PublicReporterQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


@pghistory.track()
class PublicReporter(PublicIdModel):
    """Somebody without an account who sent ``referral``. It stands in no timeline, document or export.

    Seen by whoever works on the receiving agency's queue, as triage notes are. The row is made by the database's own
    function (migration 0006), which nobody who reads through the web's role can see into. ``form_hash`` tells the same
    form sent twice; with the secret, of which only ``secret_hash`` is kept, the reporter asks whether it was read.
    A confirmed address shows that it works, not whose it is: an outcome is released to a professional once they were
    called back as well.
    """

    protected = True

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="reporter")
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    knows_child = models.CharField(max_length=500, blank=True)
    safe_contact = models.CharField(max_length=500, blank=True)
    email_confirmed_at = models.DateTimeField(null=True)
    # That somebody of triage telephoned a number which they found themselves, and spoke with this person.
    called_back_at = models.DateTimeField(null=True)
    called_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    form_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PublicReporterQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (WEB_ROLE, WORKER_ROLE), "SELECT, UPDATE (called_back_at, called_back_by_id)"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email_confirmed_at__isnull=True) | ~Q(email=""), name="publicreporter_confirms_an_address"
            ),
            models.CheckConstraint(
                condition=Q(called_back_at__isnull=True, called_back_by__isnull=True)
                | Q(called_back_at__isnull=False, called_back_by__isnull=False),
                name="publicreporter_called_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"reporter {self.uuid}"
