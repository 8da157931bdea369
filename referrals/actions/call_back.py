"""Calling back a professional without an account, before an outcome is released to them."""

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from agencies.acting import Acting
from referrals import access, telling
from referrals.actions.keeping import WORKS
from referrals.models import PublicReporter, Referral
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def call_back(referral: Referral, *, by: Acting) -> None:
    """Note that ``by`` called whoever sent ``referral`` back and that it was them; an outcome told already is released.

    Raises Http404 for whoever does not work on the referral and where no professional without an account sent it,
    ValidationError where it is noted already.
    """
    locked = access.locked(by, referral)
    if not WORKS & access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    reporter = access.reporter_to_call(by, locked)
    open_ones = PublicReporter.objects.visible_to(by).filter(pk=reporter.pk, called_back_at__isnull=True)
    if not open_ones.update(called_back_at=Now(), called_back_by=by.user):
        raise ValidationError(_("Nothing was saved: it is noted already that they were called back."))
    audit.record("referral.call_back", by=by, target="referrals.PublicReporter", uuids=[reporter.uuid])
    told = access.outcome_of(by, locked)
    if told:
        telling.tell_released(locked, told, by=by)
