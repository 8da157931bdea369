"""The door to files: one is opened by who may see what it belongs to, and each opening is on record."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from agencies.acting import Acting
from cases.models import Attachment, Case, Concern
from safeguard.audit import actions as audit


def attachment(by: Acting, case: Case, ref: UUID) -> Attachment:
    """Return a file of ``case``, which came through the door; the look is recorded.

    Raises Http404 alike for a file that does not exist and for one that ``by`` may not see.
    """
    return _opened(by, Attachment.objects.visible_to(by).filter(entry__case=case), ref, case.uuid)


def attachment_of(by: Acting, concern: Concern, ref: UUID) -> Attachment:
    """Return a file of ``concern``, which came through the door; the look is recorded. Raises as ``attachment``."""
    return _opened(by, Attachment.objects.visible_to(by).filter(concern=concern), ref, concern.uuid)


def files_of(by: Acting, concern: Concern) -> list[Attachment]:
    """Return the files of ``concern``, which came through the door, in their order. Records nothing."""
    return list(Attachment.objects.visible_to(by).filter(concern=concern))


def _opened(by: Acting, among: QuerySet[Attachment], ref: UUID, place: UUID) -> Attachment:
    found = among.filter(uuid=ref).first()
    if found is None:
        audit.record_refusal("attachment.open", by=by, target="cases.Attachment", uuids=[ref])
        raise Http404
    audit.record_read("attachment.open", by=by, target="cases.Attachment", uuids=[found.uuid, place])
    return found
