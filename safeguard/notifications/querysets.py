"""How the outbox and the inbox are asked, and how a row is added once."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

if TYPE_CHECKING:
    from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage
else:
    InboxItem = OutboxMessage = Reminder = ReminderStage = object


class OutboxQuerySet(QuerySet["OutboxMessage"]):
    """Messages by how far they have come."""

    def waiting(self) -> Self:
        """Return those neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True, skipped_at__isnull=True)

    def due(self) -> Self:
        """Return those whose time has come by the database's clock, the longest due first."""
        return self.waiting().filter(due_at__lte=Now()).order_by("due_at", "id")

    def claim_next(self) -> "OutboxMessage | None":
        """Return the one longest due that no other worker holds, locked; None where there is none."""
        sql, params = _claim_message_sql()
        return next(iter(self.model.objects.raw(sql, params)), None)

    def failed(self) -> Self:
        """Return those given up, the newest first."""
        return self.filter(failed_at__isnull=False).order_by("-failed_at")

    def with_stale_body(self, keep: timedelta) -> Self:
        """Return those sent or given up longer than ``keep`` ago whose text is still there."""
        limit = Now() - keep
        return self.filter(Q(sent_at__lt=limit) | Q(failed_at__lt=limit)).exclude(body="")

    def add_once(self, message: "OutboxMessage") -> bool:
        """Insert ``message`` unless its ``dedupe_key`` is there; returns whether it was inserted.

        Plain SQL, since the web's role may not read the table: it can use no RETURNING, and Django
        does not pass on the number of rows that an insert with ON CONFLICT made.
        """
        sql = """
            INSERT INTO notifications_outboxmessage
                (uuid, created_at, due_at, dedupe_key, kind, recipient_id, address, subject, body, is_secret,
                attempts, last_error)
            VALUES (%s, statement_timestamp(), statement_timestamp(), %s, %s, %s, %s, %s, %s, %s, 0, '')
            ON CONFLICT DO NOTHING
        """
        row: list[Any] = [message.uuid, message.dedupe_key, message.kind, message.recipient_id]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*row, message.address, message.subject, message.body, message.is_secret])
            return bool(cursor.rowcount)


@cache
def _claim_message_sql() -> tuple[str, tuple[Any, ...]]:
    messages: OutboxQuerySet = OutboxQuerySet(apps.get_model("notifications", "OutboxMessage"))
    sql, params = messages.due().select_for_update(skip_locked=True)[:1].query.sql_with_params()
    return sql, tuple(params)


class InboxQuerySet(QuerySet["InboxItem"]):
    """Inbox items of one person."""

    def for_reader(self, user_id: int, agency_id: int | None) -> Self:
        """Return the person's items of the acted-for agency, and those of no agency; never another agency's."""
        return self.filter(Q(agency_id__isnull=True) | Q(agency_id=agency_id), recipient_id=user_id)

    def unread(self) -> Self:
        """Return those that are not marked as read."""
        return self.filter(read_at__isnull=True)

    def count_up_to(self, most: int) -> int:
        """Return how many there are, counting no further than ``most``."""
        return self.order_by()[:most].count()


class StageQuerySet(QuerySet["ReminderStage"]):
    """Stages by how far they have come."""

    def waiting(self) -> Self:
        """Return those whose recipients have not been worked out."""
        return self.filter(resolved_at__isnull=True)

    def due(self) -> Self:
        """Return those whose time has come by the database's clock, the longest due first."""
        return self.waiting().filter(due_at__lte=Now()).order_by("due_at", "id")

    def claim_next(self) -> "ReminderStage | None":
        """Return the first that ``claimable`` returns and no other worker holds, locked; None where there is none."""
        sql, params = _claim_sql()
        return next(iter(self.model.objects.raw(sql, params)), None)

    def claimable(self) -> Self:
        """Return those due that are the first of their obligation: two workers never hold stages of one at once."""
        before = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
        same = {name: OuterRef(name) for name in ("kind", "subject", "occasion")}
        earlier = self.model.objects.waiting().filter(before, alone=False, **same)
        return self.due().filter(Q(alone=True) | ~Exists(earlier))

    def told_with(self, stage: "ReminderStage") -> Self:
        """Return the later stages of the same obligation that are due too."""
        same = self.due().filter(kind=stage.kind, subject=stage.subject, occasion=stage.occasion, alone=False)
        return same.exclude(pk=stage.pk)

    def unheard(self) -> Self:
        """Return those that mattered and reached nobody, the newest first."""
        return self.filter(reached_nobody=True).order_by("-due_at", "-id")


@cache
def _claim_sql() -> tuple[str, tuple[Any, ...]]:
    # Asked for every stage and always the same: Django would write it anew each time, for longer than it takes.
    stages: StageQuerySet = StageQuerySet(apps.get_model("notifications", "ReminderStage"))
    sql, params = stages.claimable().select_for_update(skip_locked=True)[:1].query.sql_with_params()
    return sql, tuple(params)


class ReminderQuerySet(QuerySet["Reminder"]):
    """Reminders by how far they have come."""

    def send_at_once(self, dedupe_key: str, *, kind: str, address: str = "") -> None:
        """Put the reminder with that key into a message of its own, where it is in none and waits for no hour."""
        sql = """
            WITH found AS (
                SELECT id, recipient_id, address, channel FROM notifications_reminder
                WHERE dedupe_key = %s AND message_id IS NULL AND skipped_at IS NULL AND send_after IS NULL
            ), made AS (
                INSERT INTO notifications_outboxmessage (uuid, created_at, due_at, channel, dedupe_key, kind,
                    recipient_id, address, subject, body, is_secret, is_composed, attempts, last_error)
                SELECT %s, statement_timestamp(), statement_timestamp(), channel, 'reminder:' || id, %s,
                    recipient_id, coalesce(nullif(%s, ''), address), '', '', false, true, 0, '' FROM found
                RETURNING id
            )
            UPDATE notifications_reminder r SET message_id = made.id FROM found, made WHERE r.id = found.id
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [dedupe_key, uuid4(), kind, address])

    def unsent(self) -> Self:
        """Return those that are in no message yet and are still to be sent."""
        return self.filter(message__isnull=True, skipped_at__isnull=True)

    def waiting(self) -> Self:
        """Return those whose time to be put into a message has come, the longest first."""
        return self.unsent().filter(send_after__lte=Now()).order_by("send_after", "id")
