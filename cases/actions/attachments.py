"""Attaching a file to an entry or a concern, and what the virus scanner says of it."""

import logging
import unicodedata
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases import beyond_sight
from cases.actions.grants import lock_as
from cases.beyond_sight import WaitingFile
from cases.models import AccessLevel, Attachment, Concern, ScanState, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Actor
from safeguard.common.encryption import CannotDecrypt
from safeguard.common.files import scanning, storing
from safeguard.common.files.sandbox import Cleaned, FileRefused, cleaned, extension_of
from safeguard.common.files.scanning import ScannerAway, TooLarge, Verdict
from safeguard.common.files.storing import FileLost

logger = logging.getLogger(__name__)
LONGEST_NAME = 200


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, its content, and what the sender says of it."""

    name: str
    content: bytes
    description: str = ""


@one_transaction
def attach(entry: TimelineEntry, upload: Upload, *, by: Acting) -> Attachment:
    """Keep ``upload`` with ``entry``, cleaned and encrypted. Returns the attachment.

    Where the scanner does not answer the file is kept and cannot be opened until it has.
    Raises Http404 below the contribute level; ValidationError for a file that is not taken, and for an entry
    of another team.
    """
    if entry.author_group_id not in by.group_ids:
        raise ValidationError(_("The file was not attached. Only the team that recorded the entry can add to it."))
    made = _prepared(upload, by)
    case = lock_as(by, entry.case, AccessLevel.CONTRIBUTE)
    made.entry = entry
    return _kept(made, [entry.uuid, case.uuid], by)


@one_transaction
def attach_to_concern(concern: Concern, upload: Upload, *, by: Acting) -> Attachment:
    """Keep ``upload`` with ``concern``, which came through the door, as ``attach`` does. Returns the attachment.

    Raises ValidationError for a file that is not taken, and for somebody who neither wrote the concern nor
    belongs to the team that answers it.
    """
    if not may_attach(concern, by):
        message = _("The file was not attached. Only its writer and the team that answers the concern can add to it.")
        raise ValidationError(message)
    made = _prepared(upload, by)
    made.concern = concern
    return _kept(made, [concern.uuid], by)


def may_attach(concern: Concern, by: Acting) -> bool:
    """Return whether ``by`` wrote ``concern``, which they see, or belongs to the team that answers it."""
    return concern.author_id == by.user_id or concern.team_id in by.team_ids


def _kept(made: Attachment, places: list[UUID], by: Acting) -> Attachment:
    made.save(force_insert=True)
    detail = {"bytes": made.size, "media_type": made.media_type, "state": made.state}
    audit.record("attachment.add", by=by, target="cases.Attachment", uuids=[made.uuid, *places], detail=detail)
    return made


def _clean(upload: Upload) -> Cleaned:
    try:
        return cleaned(upload.content, upload.name)
    except FileRefused as error:
        raise ValidationError(_("The file was not attached. %(why)s") % {"why": error}) from None


def _scanned(content: bytes, by: Acting) -> ScanState:
    if not scanning.is_configured():
        return ScanState.NOT_SCANNED
    try:
        verdict = scanning.scan(content)
    except (ScannerAway, TooLarge):
        return ScanState.WAITING
    if verdict == Verdict.INFECTED:
        audit.record_refusal("attachment.virus", by=by, target="cases.Attachment")
        raise ValidationError(
            _("The file was not attached: a virus was found in it. Do not send it on. Tell your IT team.")
        )
    return ScanState.CLEAN


def _prepared(upload: Upload, by: Acting) -> Attachment:
    """Return ``upload``, cleaned, scanned and stored, as a row that belongs nowhere yet."""
    taken, state = _clean(upload), _scanned(upload.content, by)
    attachment = Attachment(uuid=uuid4(), name=plain_name(upload.name), description=upload.description)
    stored = storing.put(taken.content, context=attachment.place)
    attachment.stored_name, attachment.sealed_key = stored.name, stored.sealed_key
    attachment.media_type, attachment.size = taken.media_type, len(taken.content)
    attachment.state, attachment.added_by, attachment.added_by_agency_id = state, by.user, by.agency_id or 0
    return attachment


def plain_name(name: str) -> str:
    """Return the name of a file without folders and without characters that are not shown or turn the writing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip()
    extension = extension_of(shown)
    return shown.removesuffix(extension)[: LONGEST_NAME - len(extension)] + extension


def scan_waiting(*, by: Actor) -> int:
    """Scan the files that wait for it, oldest first; returns how many were. Stops while the scanner is away.

    Each file is a transaction of its own. One that cannot be read, or that the scanner finds too large, stays
    unopened, is noted, and is tried again a day later; the others go on.
    """
    done = 0
    for waiting in beyond_sight.attachments_waiting():
        try:
            done += _scan(waiting, by=by)
        except ScannerAway:
            break
        except (FileLost, CannotDecrypt, TooLarge) as error:
            logger.warning("Attachment %s could not be scanned: %s", waiting.uuid, type(error).__name__)
            _not_scanned(waiting, type(error).__name__, by=by)
    return done


@one_transaction
def _scan(waiting: WaitingFile, *, by: Actor) -> bool:
    """Scan one file, and delete it where a virus was found; False where it waited no longer."""
    place = f"cases_attachment:sealed_key:{waiting.uuid}"
    content = storing.get(storing.Stored(waiting.stored_name, waiting.sealed_key), context=place)
    infected = scanning.scan(content) == Verdict.INFECTED
    state = ScanState.REFUSED if infected else ScanState.CLEAN
    if not beyond_sight.attachment_scanned(waiting.uuid, state):
        return False
    audit.record("attachment.scanned", by=by, target="cases.Attachment", uuids=[waiting.uuid], reason=state)
    if infected:
        # Not before: a row that was rolled back would have lost its file.
        transaction.on_commit(partial(storing.forget, waiting.stored_name))
    return True


@one_transaction
def _not_scanned(waiting: WaitingFile, why: str, *, by: Actor) -> None:
    beyond_sight.attachment_not_scanned(waiting.uuid)
    audit.record("attachment.not_scanned", by=by, target="cases.Attachment", uuids=[waiting.uuid], reason=why)
