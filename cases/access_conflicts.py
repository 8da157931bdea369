"""The door to proposed exclusions: for whoever leads the case, never for the person who is meant."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from agencies.acting import Acting
from cases.access import require
from cases.models import AccessLevel, Case, Child, ExclusionProposal, Involvement
from safeguard.audit import actions as audit

RELATED = ("user", "involvement__team__agency", "relationship__person", "decided_by")


def open_proposals(by: Acting, case: Case) -> list[ExclusionProposal]:
    """Return what waits for a decision on ``case``, which ``by`` leads and has opened, the oldest first."""
    return list(_seen(by, case).filter(decision=""))


def proposal(by: Acting, case: Case, ref: UUID) -> ExclusionProposal:
    """Return a proposal on ``case`` that waits for a decision. Raises Http404 for absent, hidden and decided.

    The look is recorded.
    """
    found = _seen(by, require(by, case, AccessLevel.LEAD)).filter(uuid=ref, decision="").first()
    if found is None:
        audit.record_refusal("exclusion.proposal", by=by, target="cases.ExclusionProposal", uuids=[ref])
        raise Http404
    audit.record_read("exclusion.proposal", by=by, target="cases.ExclusionProposal", uuids=[found.uuid])
    return found


def _seen(by: Acting, case: Case) -> QuerySet[ExclusionProposal]:
    parts = Involvement.objects.visible_to(by).filter(case=case).values("pk")
    records = Child.objects.with_record_for(by).values("pk")
    found = ExclusionProposal.objects.filter(case=case, involvement__in=parts, relationship__child__in=records)
    return found.exclude(user=by.user_id).select_related(*RELATED)
