"""Reminders that are neither lost nor doubled.

The transaction that makes an obligation writes its stages. A worker claims one stage whose time has come with
``FOR UPDATE SKIP LOCKED``, asks the obligation whom it reaches, and writes one row a recipient under a unique
key, in one transaction: killed before its commit it has done nothing, killed after it all is there. What is
sent, and that nobody sends it twice while workers live, is the outbox's part: see ``delivery.py``.

Stages of one obligation that are due at once are told as the last of them, to whomever each of them reaches.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from safeguard.common.logs import describe
from safeguard.notifications.actions import Note, put_in_inbox
from safeguard.notifications.models import InboxItem, OutboxMessage, Reminder, ReminderStage
from safeguard.notifications.obligations import ADMINISTRATOR, CALENDARS, KINDS, Planned, Recipient, Resolution

log = logging.getLogger(__name__)

STALE = timedelta(hours=1)
GATHER = timedelta(minutes=2)  # how long what is late waits for its like, to come in one message
PAUSE = timedelta(minutes=5)  # after a stage whose recipients could not be worked out
# The stages that follow where a message reached nobody: first the manager is told, and then the administrators.
UNREACHABLE, UNDELIVERED = "unreachable", "undelivered"
LATER = "told as a later stage, which was due too"
UNKNOWN = "nothing knows this kind of obligation"
MOST_IN_A_MESSAGE = 200
NOTED = frozenset({"sent_at", "failed_at", "attempts", "last_error"})


@dataclass(frozen=True)
class _Telling:
    """A stage as it is told: as which stage, with which title, and the page to open."""

    stage: ReminderStage
    told_as: str
    title: str
    path: str


def plan(kind: str, stages: Iterable[Planned]) -> int:
    """Write stages in the caller's transaction; those that are there already stay as they are. Returns how many."""
    return plan_all((kind, each) for each in stages)


def plan_all(stages: Iterable[tuple[str, Planned]]) -> int:
    """Do as ``plan`` does for stages of several kinds, each with its kind, in one statement."""
    rows = [
        ReminderStage(
            kind=kind,
            subject=each.subject,
            stage=each.stage,
            occasion=each.occasion,
            due_at=each.due_at,
            urgent=each.urgent,
            alone=each.alone,
        )
        for kind, each in stages
    ]
    ReminderStage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def resolve_next() -> bool:
    """Work out whom the stage reaches that is longest due. Returns False where there is none to claim.

    One that cannot be worked out is tried again in some minutes, and holds up no other.
    """
    due: list[ReminderStage] = []
    try:
        with transaction.atomic():
            stage = ReminderStage.objects.claim_next()
            if stage is None:
                return False
            due += [stage] if stage.alone else [stage, *_told_with(stage)]
            _resolve(due)
    except Exception as error:
        if not due:  # the claim itself
            raise
        _put_off(due, error)
    return True


def gather_next() -> bool:
    """Put what waits for one person into one message. Returns False where nothing waits whose time has come."""
    with transaction.atomic():
        first = Reminder.objects.waiting().select_for_update(skip_locked=True).first()
        if first is None:
            return False
        like = Reminder.objects.unsent().filter(
            recipient=first.recipient_id, agency_id=first.agency_id, channel="email"
        )
        # In the order in which they wait: the first is always among them, and no two messages begin with the same.
        rows = list(like.select_for_update(skip_locked=True).order_by("send_after", "pk")[:MOST_IN_A_MESSAGE])
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
    """Return what of ``message`` still matters to its reader; the rest is marked with the reason why not.

    What matters still, and to this person no longer, has others found for it.
    """
    rows = list(message.reminders.filter(skipped_at=None).select_related("stage").order_by("stage__due_at", "pk"))
    kept, dropped = [], {}
    for row in rows:
        reason = _why_not(row)
        if reason:
            Reminder.objects.filter(pk=row.pk).update(skipped_at=Now(), skip_reason=reason[:200])
            dropped[row.stage_id] = row.stage
        else:
            kept.append(row)
    for stage in dropped.values():
        _find_others(stage)
    return kept


def calendar_part(rows: Sequence[Reminder], address: str) -> str:
    """Return what the calendar behind ``address`` reads of a message with ``rows``: of several, nothing."""
    make = CALENDARS.get(rows[0].stage.kind) if len(rows) == 1 else None
    return make(rows[0].stage.subject, rows[0].stage.occasion, address) if make else ""


def note(message: OutboxMessage, fields: Mapping[str, object]) -> None:
    """Keep beside each reminder in ``message`` what became of it: the ``fields`` of NOTED that changed."""
    if fields:
        message.reminders.filter(skipped_at=None).update(**fields)


def escalate(message: OutboxMessage) -> None:
    """Have whoever comes next told that ``message`` reached nobody: a stage of its own, due at once."""
    rows = message.reminders.filter(skipped_at=None).select_related("stage")
    for stage in {row.stage_id: row.stage for row in rows}.values():
        told = escalation(stage.stage)
        if told == UNDELIVERED:
            continue
        following = Planned(
            subject=stage.subject,
            stage=f"{UNDELIVERED if told else UNREACHABLE}:{stage.pk}",
            occasion=stage.occasion,
            due_at=timezone.now(),
            urgent=stage.urgent,
            alone=True,
        )
        plan(stage.kind, [following])


def escalation(stage: str) -> str:
    """Return UNREACHABLE or UNDELIVERED for a stage that ``escalate`` wrote, and an empty string for any other."""
    code = stage.partition(":")[0]
    return code if code in (UNREACHABLE, UNDELIVERED) else ""


def is_acknowledged(subject: UUID, occasion: str, *, since: datetime) -> bool:
    """Return whether somebody has read in the inbox what came of a stage that was due at ``since`` or later.

    What was due before that only announced it; who was not told after all, and who was told that it reaches
    nobody, does not count.
    """
    same = {"subject": subject, "occasion": occasion, "alone": False}
    counted = ReminderStage.objects.filter(**same, due_at__gte=since).values("stage")
    rows = Reminder.objects.filter(**{f"stage__{name}": value for name, value in same.items()})
    told = rows.filter(stage__told_as__in=counted, skipped_at=None).exclude(role=ADMINISTRATOR)
    return InboxItem.objects.filter(dedupe_key__in=told.values("dedupe_key"), read_at__isnull=False).exists()


def _why_not(row: Reminder) -> str:
    obligation = KINDS.get(row.stage.kind)
    if obligation is None or row.membership is None:
        return UNKNOWN
    return obligation.why_not(
        row.stage.subject,
        row.stage.occasion,
        user_id=row.recipient_id,
        membership=row.membership,
        role=row.role,
    )


def _told_with(stage: ReminderStage) -> list[ReminderStage]:
    return list(ReminderStage.objects.told_with(stage).select_for_update(skip_locked=True))


def _resolve(due: Sequence[ReminderStage]) -> None:
    """Tell whomever each of ``due`` reaches; what they read is what the last of them says."""
    last = due[-1]
    obligation = KINDS.get(last.kind)
    if obligation is None:
        for stage in due:
            _settle(stage, Resolution(outcome=UNKNOWN), stage.stage)
        return
    found = [obligation.resolve(each.subject, each.stage, each.occasion) for each in due]
    for stage, own in zip(due, found, strict=True):
        told_as = stage.told_as or last.stage
        # A title goes with the page that it opens.
        says = found[-1] if told_as == last.stage and found[-1].path == own.path else own
        telling = _Telling(stage, told_as, says.title, own.path)
        for recipient in own.recipients:
            _tell(telling, recipient)
        _settle(stage, own, told_as)


def _settle(stage: ReminderStage, found: Resolution, told_as: str) -> None:
    with_later = found.title and told_as != stage.stage
    outcome = f"{LATER}: {found.outcome}" if with_later else found.outcome
    ReminderStage.objects.filter(pk=stage.pk).update(
        resolved_at=Now(), outcome=outcome[:300], told_as=told_as, reached_nobody=found.reaches_nobody
    )


def _put_off(due: Sequence[ReminderStage], error: Exception) -> None:
    # In a transaction of its own, for which another worker may have been quicker.
    stages = ReminderStage.objects.waiting().filter(pk__in=[each.pk for each in due])
    reason = describe(error)
    stages.update(due_at=Now() + PAUSE, outcome=f"it could not be worked out, and is tried again: {reason}"[:300])
    log.error("Stage %s could not be worked out: %s", due[0].uuid, reason)


def _find_others(stage: ReminderStage) -> None:
    """Let ``stage`` be worked out again where it matters still: others take the place of who fell away."""
    obligation = KINDS.get(stage.kind)
    if obligation and obligation.resolve(stage.subject, stage.stage, stage.occasion).title:
        ReminderStage.objects.filter(pk=stage.pk).update(resolved_at=None)


def _tell(telling: _Telling, recipient: Recipient) -> None:
    stage = telling.stage
    key = f"{stage.kind}:{stage.subject}:{telling.told_as}:{stage.occasion}:{recipient.user_id}"
    if recipient.refused:
        _reminder(telling, recipient, key=f"{key}:refused", refused=recipient.refused)
        return
    title, path = recipient.title or telling.title, recipient.path or telling.path
    note = Note(kind=f"reminder.{stage.kind}", subject=title, body="", path=path)
    put_in_inbox(note, recipient_id=recipient.user_id, dedupe_key=key, agency_id=recipient.agency_id)
    if not recipient.email:
        _reminder(telling, recipient, key=key, refused="no e-mail address is known: it is in the inbox only")
    else:
        _reminder(telling, recipient, key=key, send_after=_send_after(stage, recipient))
        Reminder.objects.send_at_once(key, kind=f"reminder.{stage.kind}")
    if recipient.phone and stage.urgent:
        _reminder(telling, recipient, key=f"{key}:sms", channel="sms")
        Reminder.objects.send_at_once(f"{key}:sms", kind=f"reminder.{stage.kind}", address=recipient.phone)


def _is_late(stage: ReminderStage) -> bool:
    # What was entered when its time had passed is not late by Safeguard.
    return max(stage.due_at, stage.made_at) < timezone.now() - STALE


def _send_after(stage: ReminderStage, recipient: Recipient) -> datetime | None:
    """Return until when it waits for its like: what is late a little, for a digest until its hour; None: not at all."""
    if stage.urgent:
        return None
    now = timezone.now()
    if recipient.digest_at is None:
        return now + GATHER if _is_late(stage) else None
    today = timezone.localtime(now).replace(
        hour=recipient.digest_at.hour, minute=recipient.digest_at.minute, second=0, microsecond=0
    )
    return today if today > now else today + timedelta(days=1)


def _reminder(
    telling: _Telling,
    recipient: Recipient,
    *,
    key: str,
    channel: str = "email",
    send_after: datetime | None = None,
    refused: str = "",
) -> None:
    """Add the row of one recipient; one that is there stays as it is."""
    row = Reminder(
        stage=telling.stage,
        dedupe_key=key,
        recipient_id=recipient.user_id,
        membership=recipient.membership,
        agency_id=recipient.agency_id,
        role=recipient.role,
        address=recipient.email,
        channel=channel,
        title=recipient.title or telling.title,
        path=recipient.path or telling.path,
        is_late=_is_late(telling.stage),
        send_after=send_after,
        skipped_at=timezone.now() if refused else None,
        skip_reason=refused,
    )
    Reminder.objects.bulk_create([row], ignore_conflicts=True)


def _message(row: Reminder, *, key: str) -> OutboxMessage:
    # What it says is made when it is sent, of what still matters then.
    return OutboxMessage.objects.create(
        kind=f"reminder.{row.stage.kind}",
        dedupe_key=key,
        recipient_id=row.recipient_id,
        address=row.address,
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
