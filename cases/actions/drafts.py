"""Keeping what somebody types of a concern: saved while they type, never overwritten by another device."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases.models import ConcernDraft
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

Content = Mapping[str, list[str]]
LARGEST = 1_000_000  # characters: a pasted chapter fits, an attack does not


@dataclass(frozen=True)
class Kept:
    """Where a text is kept now. ``split``: another device had gone on with the draft, so it became one of its own."""

    uuid: UUID
    version: int
    split: bool = False


@one_transaction
def save_draft(ref: UUID, content: Content, *, version: int, by: Acting) -> Kept:
    """Keep ``content`` as the draft ``ref``, of which the writer's device last knew ``version`` (0: none yet).

    Where another device has saved, sent or discarded it meanwhile, both texts are kept: this one becomes a new
    draft. Raises ValidationError for a text that is too large, and for somebody without an agency.
    """
    if by.agency_id is None or not by.works_with_cases:
        raise ValidationError(_("This is not kept as a draft: your role does not log concerns."))
    if len(json.dumps(content)) > LARGEST:
        raise ValidationError(
            _("This is too long to be kept as a draft. Your text is still on this page: shorten it, or copy it.")
        )
    known = ConcernDraft.objects.visible_to(by).filter(uuid=ref, version=version)
    if known.update(content=content, version=F("version") + 1, saved_at=Now()):
        return Kept(ref, version + 1)
    return (None if version else _made(ref, content, by)) or _split(content, by)


def _made(ref: UUID, content: Content, by: Acting) -> Kept | None:
    """Return the new draft ``ref``, None where another device has made it first."""
    try:
        with transaction.atomic():
            ConcernDraft.objects.create(uuid=ref, content=content, user=by.user, agency_id=by.agency_id)  # type: ignore[misc]  # checked above
    except IntegrityError:
        return None
    return Kept(ref, 1)


def _split(content: Content, by: Acting) -> Kept:
    made = ConcernDraft.objects.create(uuid=uuid4(), content=content, user=by.user, agency_id=by.agency_id)  # type: ignore[misc]  # checked above
    return Kept(made.uuid, made.version, split=True)


@one_transaction
def discard_draft(ref: UUID, *, by: Acting) -> None:
    """Delete the writer's own draft ``ref``; one that is gone already changes nothing."""
    if ConcernDraft.objects.visible_to(by).filter(uuid=ref).delete()[0]:
        audit.record("draft.discard", by=by, target="cases.ConcernDraft", uuids=[ref])


def finish_draft(ref: UUID, *, version: int, by: Acting) -> None:
    """Delete the draft of a concern that was just saved, in its transaction.

    One with which another device has gone on stays: it holds text that was not sent.
    """
    ConcernDraft.objects.visible_to(by).filter(uuid=ref, version=version).delete()
