"""The door to files: one is opened by who may see what it belongs to, and each opening is on record."""

from uuid import UUID

from django.http import Http404

from agencies.acting import Acting
from cases.models import Attachment, Case
from safeguard.audit import actions as audit


def attachment(by: Acting, case: Case, ref: UUID) -> Attachment:
    """Return a file of ``case``, which came through the door; the look is recorded.

    Raises Http404 alike for a file that does not exist and for one that ``by`` may not see.
    """
    found = Attachment.objects.visible_to(by).filter(entry__case=case, uuid=ref).select_related("entry").first()
    if found is None:
        audit.record_refusal("attachment.open", by=by, target="cases.Attachment", uuids=[ref])
        raise Http404
    audit.record_read("attachment.open", by=by, target="cases.Attachment", uuids=[found.uuid, case.uuid])
    return found
