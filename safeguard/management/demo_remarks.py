"""What stands beside the demo's entries: one is corrected, one disputed, one is to be confirmed as read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from agencies.acting import Acting
from agencies.models import Agency
from cases import timeline
from cases.actions.beside import correct, dispute
from cases.actions.receipts import ask_to_confirm, confirm
from cases.event_kinds import Kind
from cases.models import TimelineEntry
from safeguard.common import row_security
from safeguard.management import demo_accounts as demo
from safeguard.management.demo_cases import ALICE, HANA, TARIQ
from safeguard.management.demo_records import case_of, person

WRITTEN_AFTER = timedelta(hours=3)
LATE = "Officers called to the home"  # is written down days later
CORRECTED, DISPUTED, TO_CONFIRM = "Attendance is up to 91 %", "Home visit: nobody in", "Visit to Robin at home"


def seed_remarks() -> None:
    """Add them to the case of the guide, and date back when entries were written down. Once, after the entries."""
    case = case_of("Example")
    # past the door: the owner adds to the demo
    written = {entry.title: entry for entry in TimelineEntry.objects.filter(case=case)}
    wrong = written[CORRECTED]
    right = timeline.Event(
        kind=Kind(wrong.kind),
        title="Attendance is up to 89 %",
        body="Was 78 % in the autumn. Robin joined the choir.",
        occurred_at=wrong.occurred_at,
    )
    with _acting(TARIQ) as by:
        correct(case, wrong, right, reason="Two afternoons were counted as present.", by=by)
    with _acting(ALICE) as by:
        said = "Robin’s mother says that she rang back at noon and left a message. The call is on her phone."
        dispute(case, written[DISPUTED], text=said, by=by)
        agencies = list(Agency.objects.filter(name__in=[demo.OAKFIELD, demo.HEALTH]))
        ask_to_confirm(case, written[TO_CONFIRM], agencies, by=by)
    with _acting(HANA) as by:
        confirm(case, written[TO_CONFIRM], by=by)
    _date_back()


def _date_back() -> None:
    """Let every entry have been written down some hours after it happened, and one some days later."""
    # past the door: the owner dates the demo back
    past = TimelineEntry.objects.filter(occurred_at__lt=timezone.now() - WRITTEN_AFTER)
    past.exclude(title=LATE).update(recorded_at=F("occurred_at") + WRITTEN_AFTER)
    past.filter(title=LATE).update(recorded_at=F("occurred_at") + timedelta(days=3))


@contextmanager
def _acting(email: str) -> Iterator[Acting]:
    by = person(email)
    row_security.apply(by.row_security())  # the database asks for itself who is looking
    yield by
    row_security.apply(row_security.NOBODY)
