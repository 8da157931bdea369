"""The door to agencies' checks: triage reads what it asked, whoever is asked what was asked of their agency, no more.

Absent and forbidden are the same: ``Http404``. Every look through this door is recorded, and so is every refusal.
"""

from uuid import UUID

from django.http import Http404

from agencies.acting import Acting
from referrals.models import AgencyCheck, Referral
from referrals.querysets import ANSWERS_CHECKS
from safeguard.audit import actions as audit

MOST_ANSWERED = 20


def checks_of(by: Acting, referral: Referral) -> list[AgencyCheck]:
    """Return what triage asked other agencies about ``referral``, which came through its own door, oldest first."""
    if not getattr(referral, "has_checks", True):  # asked for together with the referral: see ``with_holds``
        return []
    found = AgencyCheck.objects.asked_by_triage(by).filter(referral=referral)
    return list(found.select_related("agency", "asked_by", "answered_by"))


def answers_checks(by: Acting) -> bool:
    """Return whether ``by`` answers for their agency what others ask of it."""
    return bool(ANSWERS_CHECKS & by.capabilities)


def checks_for(by: Acting) -> tuple[list[AgencyCheck], list[AgencyCheck]]:
    """Return what ``by``'s agency is asked and has not answered, and the newest that it has; the look is recorded."""
    found = AgencyCheck.objects.asked_of(by).select_related("asked_for")
    waiting = list(found.filter(answered_at__isnull=True).order_by("answer_by", "pk"))
    answered = list(found.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")[:MOST_ANSWERED])
    if waiting or answered:
        uuids = [each.uuid for each in (*waiting, *answered)]
        audit.record_read("agency_check.list", by=by, target="referrals.AgencyCheck", uuids=uuids)
    return waiting, answered


def check_for(by: Acting, ref: UUID | str) -> AgencyCheck:
    """Return what was asked of ``by``'s agency; the look is recorded. Raises Http404 for absent and forbidden."""
    found = AgencyCheck.objects.asked_of(by).filter(uuid=ref).select_related("asked_for", "asked_by").first()
    if found is None:
        audit.record_refusal("agency_check.view", by=by, target="referrals.AgencyCheck", uuids=[UUID(str(ref))])
        raise Http404
    audit.record_read("agency_check.view", by=by, target="referrals.AgencyCheck", uuids=[found.uuid])
    return found
