"""The door to chronologies: each is for the person who asked, under that membership, as long as they see the case."""

from uuid import UUID

from django.http import Http404

from agencies.acting import Acting
from cases.models import Case, Chronology
from safeguard.audit import actions as audit


def chronology(by: Acting, case: Case, ref: UUID) -> Chronology:
    """Return a chronology of ``case``, which came through the door. Raises Http404 for absent and forbidden alike."""
    found = Chronology.objects.visible_to(by).filter(case=case, uuid=ref).first()
    if found is None:
        audit.record_refusal("chronology.view", by=by, target="cases.Chronology", uuids=[ref])
        raise Http404
    return found


def claim(by: Acting, ref: UUID) -> Chronology | None:
    """Lock and return the chronology ``ref`` of ``by``; None where another worker holds it."""
    if by.membership_uuid is None:
        return None
    own = Chronology.objects.filter(uuid=ref, user=by.user_id, membership_uuid=by.membership_uuid)
    return own.select_for_update(skip_locked=True).first()
