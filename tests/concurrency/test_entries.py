"""Several people act on one entry at the same moment: every correction is kept, a receipt is signed once."""

from functools import partial

import pytest

from cases.actions.beside import correct
from cases.actions.entries import add_entry
from cases.actions.involvement import involve
from cases.actions.receipts import confirm
from cases.event_kinds import Kind
from cases.models import EntryReceipt, TimelineEntry
from cases.timeline import Event
from safeguard.audit.models import AuditRow
from tests.cases.conftest import with_later_transaction
from tests.concurrency.test_case_access import WHY, acting, at_once, opened
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_corrections_at_once_are_both_kept_and_one_receipt_is_confirmed_once(
    *, alice: Person, mo: Person, tariq: Person, daisy: Person, social_care: Place, oakfield: Place
) -> None:
    case = opened(alice, social_care)
    with_later_transaction(case)
    acting(alice, involve, case, oakfield.team, WHY)
    event = Event(kind=Kind.NOTE, title="First")
    entry = acting(alice, add_entry, case, event, ask=[oakfield.agency])

    made = at_once(
        *(
            partial(acting, who, correct, case, entry, Event(kind=Kind.NOTE, title=who.user.name), reason="Slip")
            for who in (alice, mo)
        ),
        *(partial(acting, who, confirm, case, entry) for who in (tariq, daisy)),
    )

    assert not [each for each in made if isinstance(each, Exception)]
    with as_owner():
        kept = TimelineEntry.objects.filter(corrects=entry).values_list("title", flat=True)
        assert set(kept) == {alice.user.name, mo.user.name}
        assert EntryReceipt.objects.get().confirmed_by in {tariq.user, daisy.user}
        assert AuditRow.objects.filter(action="entry.confirm").count() == 1
