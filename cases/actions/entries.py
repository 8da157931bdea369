"""Writing an entry by hand."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency
from cases import timeline
from cases.actions.grants import lock_as
from cases.actions.receipts import ask_to_confirm
from cases.event_kinds import KINDS
from cases.models import AccessLevel, Case, TimelineEntry
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def add_entry(case: Case, event: timeline.Event, *, ask: Collection[Agency] = (), by: Acting) -> TimelineEntry:
    """Add ``event``, of a kind that people write by hand, to the timeline of ``case``. Returns the entry.

    The agencies ``ask`` are asked to confirm that they have read it.

    Raises Http404 below the contribute level; ValidationError for an event in the future, before the child's
    birth and not marked so, without a title, or more sensitive than ``by`` is cleared for.
    """
    if not KINDS[event.kind].by_hand:
        raise ValidationError(_("Nothing was saved. This kind of event is recorded by the page that causes it."))
    if not event.title.strip():
        raise ValidationError(_("Nothing was saved. Say in one line what happened."))
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    timeline.check_time(case, event.occurred_at, before_birth=event.before_birth)
    if event.audience:
        timeline.check_clearance(event.audience, by=by)
    entry = timeline.write(case, event, by=by)
    audit.record("entry.add", by=by, target="cases.TimelineEntry", uuids=[entry.uuid, case.uuid])
    if ask:
        ask_to_confirm(case, entry, ask, by=by)
    return entry
