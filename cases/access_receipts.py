"""The door to what the reader's agency is asked to confirm that it has read."""

from agencies.acting import Acting
from cases.models import Case, EntryReceipt, TimelineEntry
from cases.querysets import ProtectedQuerySet
from safeguard.audit import actions as audit

MOST_RECEIPTS = 100


def to_confirm(by: Acting) -> list[EntryReceipt]:
    """Return what ``by``'s agency is asked to confirm and has not, of entries that ``by`` sees, the oldest first.

    At most MOST_RECEIPTS + 1, so that a page can say that there are more. One audit row.
    """
    found = list(_waiting(by).select_related("entry__case", "entry__author_agency", "asked_by"))
    uuids = [each.entry.uuid for each in found]
    audit.record_read("entry.to_confirm", by=by, target="cases.TimelineEntry", uuids=uuids)
    return found


def waiting_count(by: Acting) -> int:
    """Return how many there are, at most MOST_RECEIPTS + 1; records nothing."""
    return _waiting(by).count()


def _waiting(by: Acting) -> "ProtectedQuerySet[EntryReceipt]":
    seen = TimelineEntry.objects.visible_to(by).filter(case__status=Case.Status.OPEN)
    asked = EntryReceipt.objects.filter(agency=by.agency_id, confirmed_by__isnull=True, entry__in=seen.values("pk"))
    return asked.order_by("asked_at", "pk")[: MOST_RECEIPTS + 1]
