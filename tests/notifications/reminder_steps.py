"""What the tests of reminders do: let time come, let the worker work and send, and look at who was told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agencies.models import ReminderChoice, ReminderRules, User
from cases.models import Deadline
from safeguard.common import row_security
from safeguard.common.row_security import WORKER_ROLE
from safeguard.notifications import delivery, reminders
from safeguard.notifications.models import Reminder, ReminderStage
from tests.conftest import Person
from tests.factories import as_owner, database_role


def time_comes(deadline: Deadline, *stages: str, ago: timedelta = timedelta(minutes=1)) -> None:
    """Make the named stages of ``deadline`` due, and the others far away."""
    with as_owner():
        mine = ReminderStage.objects.filter(subject=deadline.uuid)
        mine.filter(stage__in=stages).update(due_at=timezone.now() - ago)


@contextmanager
def the_worker() -> Iterator[None]:
    """Run the body as the worker, which nobody's row-security settings reach."""
    with database_role(WORKER_ROLE):
        row_security.apply(row_security.NOBODY)
        yield


def work() -> None:
    with the_worker():
        while reminders.resolve_next():
            pass


def send() -> int:
    with the_worker():
        return delivery.drain()


def told() -> list[tuple[str, str]]:
    """Return who was told, as what, and not refused."""
    with as_owner():
        rows = Reminder.objects.filter(skipped_at=None).select_related("recipient").order_by("pk")
        return [(row.recipient.name.split()[0], row.role) for row in rows]


def refusals() -> dict[str, str]:
    with as_owner():
        rows = Reminder.objects.exclude(skipped_at=None).select_related("recipient")
        return {row.recipient.name.split()[0]: row.skip_reason for row in rows}


def outcome(deadline: Deadline, stage: str) -> str:
    with as_owner():
        return ReminderStage.objects.get(subject=deadline.uuid, stage=stage).outcome


def choose(person: Person, *, digest: bool = False, sms: bool = False, **rules: Any) -> None:
    with as_owner():
        ReminderChoice.objects.create(membership=person.membership, digest=digest, sms=sms)
        ReminderRules.objects.create(agency=person.membership.agency, **rules)
        User.objects.filter(pk=person.user.pk).update(phone="01632 960001")


def gather() -> None:
    with as_owner():
        Reminder.objects.exclude(send_after=None).update(send_after=timezone.now() - timedelta(seconds=1))
    with the_worker():
        while reminders.gather_next():
            pass
