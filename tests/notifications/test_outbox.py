"""The outbox: written in the transaction that causes the message, never read by the web."""

import pytest
from django.db import transaction
from psycopg.errors import InsufficientPrivilege

from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE
from safeguard.notifications.models import OutboxMessage
from tests.notifications.conftest import Connect, queue, worker

pytestmark = pytest.mark.django_db(transaction=True)


def count() -> int:
    with worker():
        return OutboxMessage.objects.count()


def test_a_message_is_queued_once_for_one_key() -> None:
    assert queue("invite 1") is True
    assert queue("invite 1", address="other@example.org") is False
    assert queue("invite 2") is True
    assert count() == 2


def test_a_message_of_a_transaction_that_fails_is_never_queued() -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert count() == 0


def test_the_web_can_add_to_the_outbox_and_neither_read_nor_change_it(connect: Connect) -> None:
    queue()
    web = connect(WEB_ROLE)
    for statement in (
        "SELECT body FROM notifications_outboxmessage",
        "SELECT count(*) FROM notifications_outboxmessage",
        "UPDATE notifications_outboxmessage SET address = 'x@example.org'",
        "DELETE FROM notifications_outboxmessage",
        "TRUNCATE notifications_outboxmessage",
        "INSERT INTO notifications_outboxmessage DEFAULT VALUES RETURNING id",
    ):
        with pytest.raises(InsufficientPrivilege):
            web.execute(statement.encode())


def test_the_worker_can_not_delete_what_it_delivered(connect: Connect) -> None:
    for statement in ("DELETE FROM notifications_outboxmessage", "TRUNCATE notifications_outboxmessage"):
        with pytest.raises(InsufficientPrivilege):
            connect(WORKER_ROLE).execute(statement.encode())


def test_a_shared_mailbox_has_no_recipient(connect: Connect) -> None:
    """Delivery there counts as sent: no person has read anything."""
    queue(address="duty@example.org")
    with worker():
        message = OutboxMessage.objects.get()
    assert message.recipient_id is None
    assert not hasattr(message, "read_at")
