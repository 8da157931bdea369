"""Reminders that are neither lost nor doubled.

The transaction that makes an obligation writes its stages. A worker claims one stage whose time has come with
``FOR UPDATE SKIP LOCKED``, asks the obligation whom it reaches, and writes one row a recipient under a unique
key, in one transaction: killed before its commit it has done nothing, killed after it all is there. What is
sent, and that nobody sends it twice while workers live, is the outbox's part: see ``delivery.py``.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from safeguard.notifications.actions import Note, put_in_inbox
from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage
from safeguard.notifications.obligations import KINDS, Planned, Recipient, Resolution

log = logging.getLogger(__name__)

STALE = timedelta(hours=1)
GATHER = timedelta(minutes=2)  # how long what is late waits for its like, to come in one message
UNREACHABLE = "unreachable"
LATER = "a later stage was due too, and was sent instead"
MOST_IN_A_MESSAGE = 200
NOTED = frozenset({"sent_at", "failed_at", "attempts", "last_error"})


def plan(kind: str, stages: Iterable[Planned]) -> int:
    """Write stages in the caller's transaction; those that are there already stay as they are. Returns how many."""
    rows = [
        ReminderStage(
            kind=kind,
            subject=each.subject,
            stage=each.stage,
            occasion=each.occasion,
            due_at=each.due_at,
            urgent=each.urgent,
        )
        for each in stages
    ]
    ReminderStage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def resolve_next() -> bool:
    """Work out whom the stage reaches that is longest due. Returns False where there is none to claim."""
    with transaction.atomic():
        stage = ReminderStage.objects.due().select_for_update(skip_locked=True).first()
        if stage is None:
            return False
        obligation = KINDS.get(stage.kind)
        if obligation is None:
            return _settle(stage, "nothing knows this kind of obligation")
        if _has_later(stage):
            return _settle(stage, LATER)
        found = obligation.resolve(stage.subject, stage.stage, stage.occasion)
        for recipient in found.recipients:
            _tell(stage, found, recipient)
        return _settle(stage, found.outcome)


def gather_next() -> bool:
    """Put what waits for one person into one message. Returns False where nothing waits whose time has come."""
    with transaction.atomic():
        first = Reminder.objects.waiting().select_for_update(skip_locked=True).first()
        if first is None:
            return False
        like = Reminder.objects.unsent().filter(
            recipient=first.recipient_id, agency_id=first.agency_id, channel="email"
        )
        rows = list(like.select_for_update(skip_locked=True).order_by("pk")[:MOST_IN_A_MESSAGE])
        message = _message(first, key=f"reminders:{first.pk}")
        Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(message=message)
        return True


def sweep(most: int = 500) -> int:
    """Write the stages that should be there and are not: the broker and every hint may be lost, no row is."""
    planned = 0
    for kind, obligation in KINDS.items():
        with transaction.atomic():
            planned += plan(kind, obligation.unplanned(most))
    return planned


def still_to_send(message: OutboxMessage) -> list[Reminder]:
    """Return what of ``message`` still matters to its reader; the rest is marked with the reason why not."""
    rows = list(message.reminders.filter(skipped_at=None).select_related("stage").order_by("stage__due_at", "pk"))
    kept = []
    for row in rows:
        reason = _why_not(row)
        if reason:
            Reminder.objects.filter(pk=row.pk).update(skipped_at=Now(), skip_reason=reason[:200])
        else:
            kept.append(row)
    return kept


def note(message: OutboxMessage, fields: Mapping[str, object]) -> None:
    """Keep beside each reminder in ``message`` what became of it: the ``fields`` of NOTED that changed."""
    if fields:
        message.reminders.filter(skipped_at=None).update(**fields)


def escalate(message: OutboxMessage) -> None:
    """Have whoever comes next told that ``message`` reached nobody: a stage of its own, due at once."""
    rows = message.reminders.filter(skipped_at=None).exclude(stage__stage=UNREACHABLE).select_related("stage")
    for stage in {row.stage_id: row.stage for row in rows}.values():
        unreachable = Planned(
            subject=stage.subject,
            stage=UNREACHABLE,
            occasion=stage.occasion,
            due_at=timezone.now(),
            urgent=stage.urgent,
        )
        plan(stage.kind, [unreachable])


def is_acknowledged(subject: UUID, occasion: str) -> bool:
    """Return whether anybody has read a reminder of it in the inbox."""
    keys = Reminder.objects.filter(stage__subject=subject, stage__occasion=occasion).values("dedupe_key")
    return InboxItem.objects.filter(dedupe_key__in=keys, read_at__isnull=False).exists()


def _why_not(row: Reminder) -> str:
    obligation = KINDS.get(row.stage.kind)
    if obligation is None or row.membership is None:
        return "nothing knows this kind of obligation"
    return obligation.why_not(
        row.stage.subject,
        row.stage.occasion,
        user_id=row.recipient_id,
        membership=row.membership,
        role=row.role,
    )


def _has_later(stage: ReminderStage) -> bool:
    same = ReminderStage.objects.due().filter(kind=stage.kind, subject=stage.subject, occasion=stage.occasion)
    return same.exclude(pk=stage.pk).filter(due_at__gt=stage.due_at).exists()


def _settle(stage: ReminderStage, outcome: str) -> bool:
    ReminderStage.objects.filter(pk=stage.pk).update(resolved_at=Now(), outcome=outcome[:300])
    return True


def _tell(stage: ReminderStage, found: Resolution, recipient: Recipient) -> None:
    key = f"{stage.kind}:{stage.subject}:{stage.stage}:{stage.occasion}:{recipient.user_id}"
    if recipient.refused:
        _reminder(stage, found, recipient, key=f"{key}:refused", refused=recipient.refused)
        return
    note = Note(kind=f"reminder.{stage.kind}", subject=found.title, body="", path=found.path)
    put_in_inbox(note, recipient_id=recipient.user_id, dedupe_key=key, agency_id=recipient.agency_id)
    if not recipient.email:
        _reminder(stage, found, recipient, key=key, refused="no e-mail address is known: it is in the inbox only")
    else:
        row = _reminder(stage, found, recipient, key=key, send_after=_send_after(stage, recipient))
        if row and row.send_after is None:
            _send_at_once(row)
    if recipient.phone and stage.urgent:
        row = _reminder(stage, found, recipient, key=f"{key}:sms", channel="sms")
        if row:
            _send_at_once(row, address=recipient.phone)


def _send_after(stage: ReminderStage, recipient: Recipient) -> datetime | None:
    """Return until when it waits for its like: what is late a little, for a digest until its hour; None: not at all."""
    if stage.urgent:
        return None
    now = timezone.now()
    if recipient.digest_at is None:
        return now + GATHER if stage.due_at < now - STALE else None
    today = timezone.localtime(now).replace(
        hour=recipient.digest_at.hour, minute=recipient.digest_at.minute, second=0, microsecond=0
    )
    return today if today > now else today + timedelta(days=1)


def _reminder(
    stage: ReminderStage,
    found: Resolution,
    recipient: Recipient,
    *,
    key: str,
    channel: str = "email",
    send_after: datetime | None = None,
    refused: str = "",
) -> Reminder | None:
    """Add the row of one recipient; None where it is there already."""
    row = Reminder(
        stage=stage,
        dedupe_key=key,
        recipient_id=recipient.user_id,
        membership=recipient.membership,
        agency_id=recipient.agency_id,
        role=recipient.role,
        address=recipient.email,
        channel=channel,
        title=found.title,
        path=found.path,
        is_late=stage.due_at < timezone.now() - STALE,
        send_after=send_after,
        skipped_at=timezone.now() if refused else None,
        skip_reason=refused,
    )
    Reminder.objects.bulk_create([row], ignore_conflicts=True)
    return Reminder.objects.filter(dedupe_key=key, message=None, skipped_at=None).first()


def _send_at_once(row: Reminder, *, address: str = "") -> None:
    message = _message(row, key=f"reminder:{row.pk}", address=address)
    Reminder.objects.filter(pk=row.pk).update(message=message)


def _message(row: Reminder, *, key: str, address: str = "") -> OutboxMessage:
    # What it says is made when it is sent, of what still matters then.
    return OutboxMessage.objects.create(
        kind=f"reminder.{row.stage.kind}",
        dedupe_key=key,
        recipient_id=row.recipient_id,
        address=address or row.address,
        channel=row.channel,
        subject="",
        body="",
        is_composed=True,
    )


def retry_failed() -> int:
    """Make every reminder that was given up due again; return how many messages."""
    failed = OutboxMessage.objects.filter(failed_at__isnull=False, is_composed=True)
    Reminder.objects.filter(message__in=failed).update(failed_at=None, attempts=0)
    return failed.update(failed_at=None, attempts=0, due_at=Now())
