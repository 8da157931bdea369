"""Chronologies as documents: asked for by a person, made by the worker as that person, forgotten after a day."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting, acting
from agencies.models import User
from cases import access, access_chronologies, beyond_sight
from cases.access_timeline import TimelineFilters
from cases.exports.chronology import WHOLE, Collected, Narrowing, PdfUnavailable, collect, pdf
from cases.models import Case, Chronology, ChronologyState
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Origin
from safeguard.common import row_security
from safeguard.common.files import storing

KEPT = timedelta(days=1)
MOST_WAITING = 3


@one_transaction
def ask_for(case: Case, *, narrowing: Narrowing = WHOLE, by: Acting) -> Chronology:
    """Ask for the chronology of ``case``, which came through the door, as ``by`` may see it, narrowed as they say.

    Raises ValidationError where ``by`` waits for MOST_WAITING others already.
    """
    waiting = Chronology.objects.visible_to(by).filter(state__in=["waiting", "drawing"]).count()
    if waiting >= MOST_WAITING or by.membership_uuid is None:
        raise ValidationError(_("No document was started: three of yours are being made. Wait until one is ready."))
    asked = Chronology.objects.create(
        case=case,
        user=by.user,
        membership_uuid=by.membership_uuid,
        expires_at=timezone.now() + KEPT,
        filters=narrowing.filters.as_json(),
        narrowed_to=list(narrowing.words),
    )
    audit.record("chronology.ask", by=by, target="cases.Chronology", uuids=[asked.uuid, case.uuid])
    return asked


def make_waiting() -> int:
    """Make the documents that wait, oldest first, each as the person who asked. Returns how many were made."""
    return sum(_make(job) for job in beyond_sight.chronologies_waiting())


def _make(job: beyond_sight.WaitingChronology) -> bool:
    collected = _begun(job)
    if collected is None:
        return False
    try:
        drawn = pdf(collected)
    except PdfUnavailable:
        return _finish(job, None)
    return _finish(job, drawn)


def _begun(job: beyond_sight.WaitingChronology) -> Collected | None:
    """Collect what the person may see now; None where another worker has it, or where they no longer see the case."""
    with transaction.atomic():
        by = _enter(job)
        claimed = access_chronologies.claim(by, job.uuid)
        if claimed is None or claimed.state == ChronologyState.READY:
            return None
        case = access.case(by, job.case_uuid, look="chronology.make")
        narrowing = Narrowing(TimelineFilters.from_json(claimed.filters), claimed.narrowed_to)
        collected = collect(by, case, how="chronology.collect", narrowing=narrowing)
        claimed.state, claimed.begun_at = ChronologyState.DRAWING, timezone.now()
        claimed.entries = len(collected.entries)
        claimed.save(update_fields=["state", "begun_at", "entries"])
        return collected


def _finish(job: beyond_sight.WaitingChronology, drawn: bytes | None) -> bool:
    with transaction.atomic():
        by = _enter(job)
        made = access_chronologies.claim(by, job.uuid)
        if made is None:
            return False
        made.state = ChronologyState.FAILED
        if drawn is not None:
            stored = storing.put(drawn, context=made.place)
            made.state, made.stored_name, made.sealed_key = ChronologyState.READY, stored.name, stored.sealed_key
        made.save(update_fields=["state", "stored_name", "sealed_key"])
        audit.record("chronology.made", by=by, target="cases.Chronology", uuids=[made.uuid], reason=made.state)
        return drawn is not None


def _enter(job: beyond_sight.WaitingChronology) -> Acting:
    """Act as the person who asked, under the membership of then, as far as it still holds."""
    row_security.apply(row_security.NOBODY)
    by = acting(User.objects.get(pk=job.user_id), Origin(channel="worker"), str(job.membership_uuid))
    if by.membership_uuid == job.membership_uuid:  # else it is over: they see nothing, and another one must not count
        row_security.apply(by.row_security())
    return by


def forget_expired() -> int:
    """Delete the files of documents whose day is over. Returns how many."""
    names = beyond_sight.chronologies_expired()
    for name in names:
        storing.forget(name)
    return len(names)
