"""Asking agencies to confirm that they have read an entry, and confirming it."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency
from cases import access, access_timeline, asking
from cases.actions.grants import lock_as
from cases.audience import Outlook, outlook, to_be_told
from cases.models import AccessLevel, Case, EntryReceipt, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox


@one_transaction
def ask_to_confirm(case: Case, entry: TimelineEntry, agencies: Collection[Agency], *, by: Acting) -> None:
    """Ask ``agencies`` to confirm that they have read ``entry``; those of their people who see it are told.

    Asking again changes nothing. Raises Http404 for whoever is not of the author's team; ValidationError for an
    agency of which nobody can see the entry, as far as ``by`` may know.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    entry = access_timeline.entry(by, case, entry.uuid)
    if entry.author_group_id not in by.group_ids:
        audit.record_refusal("entry.ask", by=by, target="cases.TimelineEntry", uuids=[entry.uuid])
        raise Http404
    readers = outlook(access.who_can_see(by, case), case, access_timeline.seen_by([entry])[entry.pk])
    for agency in agencies:
        _ask(case, entry, agency, readers, by)


def _ask(case: Case, entry: TimelineEntry, agency: Agency, readers: Outlook, by: Acting) -> None:
    if not any(seat.agency == agency.pk for seat in readers.visible):
        raise ValidationError(
            _("%(agency)s was not asked, and nothing was saved: nobody there can see this entry.")
            % {"agency": agency.name}
        )
    receipt, made = EntryReceipt.objects.get_or_create(entry=entry, agency=agency, defaults={"asked_by": by.user})
    if not made:
        return
    asking.receipt_asked(case, receipt)
    audit.record("entry.ask", by=by, target="cases.TimelineEntry", uuids=[entry.uuid], detail={"agency": agency.pk})
    note = Note(
        kind="entry.confirm",
        subject=_("Please read an entry on case %(case)s and confirm it") % {"case": case.spoken_reference},
        body="",
        path=reverse("cases:entry", args=[case.uuid, entry.uuid]),
    )
    for person in to_be_told(case, readers, agency=agency.pk):
        key = f"entry.confirm:{entry.uuid}:{agency.pk}:{person.pk}"
        put_in_inbox(note, recipient_id=person.pk, dedupe_key=key, agency_id=agency.pk)


@one_transaction
def confirm(case: Case, entry: TimelineEntry, *, by: Acting) -> EntryReceipt:
    """Confirm for ``by``'s agency that it has read ``entry``. The first confirmation counts and stays.

    Raises Http404 where the agency was not asked, or ``by`` may not see the entry.
    """
    access.require(by, case, AccessLevel.VIEW)
    entry = access_timeline.entry(by, case, entry.uuid)
    # past the door: the own agency’s line of an entry that came through it
    receipt = EntryReceipt.objects.select_for_update().filter(entry=entry, agency=by.agency_id).first()
    if receipt is None:
        audit.record_refusal("entry.confirm", by=by, target="cases.TimelineEntry", uuids=[entry.uuid])
        raise Http404
    if receipt.confirmed_by_id is None:
        receipt.confirmed_by, receipt.confirmed_at = by.user, Now()
        receipt.save(update_fields=["confirmed_by", "confirmed_at"])
        audit.record("entry.confirm", by=by, target="cases.TimelineEntry", uuids=[entry.uuid])
    return receipt
