"""Saying why a sector or a service is not involved: a decision on the record, not a gap."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Sector
from cases.actions.grants import lock_as
from cases.models import AccessLevel, Case, KnownService, NotNeeded
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def say_not_needed(case: Case, missing: Sector | KnownService, *, reason: str, by: Acting) -> None:
    """Record why a sector, or a service that the child is known to, need not be involved in ``case``.

    Raises Http404 below the lead level and ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError(_("Nothing was saved. Say why they are not needed."))
    case = lock_as(by, case, AccessLevel.LEAD)
    what = {"sector": missing} if isinstance(missing, Sector) else {"service": missing}
    NotNeeded.objects.update_or_create(case=case, **what, defaults={"reason": reason, "decided_by": by.user})
    detail = {"sector": missing.code} if isinstance(missing, Sector) else {"service": str(missing.uuid)}
    audit.record("case.not_needed", by=by, target="cases.Case", uuids=[case.uuid], reason=reason, detail=detail)
