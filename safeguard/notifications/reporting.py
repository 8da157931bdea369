"""How reminders stand, for an operator: figures, and the history of one obligation. Keys and codes, no names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from safeguard.notifications.models import Reminder, ReminderStage


@dataclass(frozen=True)
class Figures:
    """Counts of now; ``oldest_due`` is the stage that has waited longest past its time."""

    stages_waiting: int
    stages_due: int
    oldest_due: datetime | None
    held_back: int
    sent: int
    skipped: int
    failed: int


@dataclass(frozen=True)
class Told:
    """One recipient of a stage: the person's key, as what, how, and what became of it."""

    recipient: UUID
    role: str
    channel: str
    what: str


@dataclass(frozen=True)
class StageHistory:
    """One stage: its code, when it was due, what became of it, and who was told or not."""

    stage: str
    due_at: datetime
    outcome: str
    told: list[Told]


@dataclass(frozen=True)
class Unheard:
    """A stage that mattered and reached nobody but administrators: of which obligation, when, and what became of it."""

    kind: str
    subject: UUID
    stage: str
    due_at: datetime
    outcome: str


def unheard(most: int = 50) -> list[Unheard]:
    """Return the stages that reached nobody, the newest first, at most ``most``."""
    rows = ReminderStage.objects.unheard()[:most]
    return [Unheard(each.kind, each.subject, each.stage, each.due_at, each.outcome) for each in rows]


def figures() -> Figures:
    """Return how the reminders stand now."""
    due = Q(due_at__lte=Now())
    stages = ReminderStage.objects.waiting().aggregate(
        waiting=Count("pk"), due=Count("pk", filter=due), oldest=Min("due_at", filter=due)
    )
    rows = Reminder.objects.aggregate(
        held=Count("pk", filter=Q(message_id__isnull=True, skipped_at=None)),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        skipped=Count("pk", filter=Q(skipped_at__isnull=False)),
        failed=Count("pk", filter=Q(failed_at__isnull=False)),
    )
    return Figures(
        stages_waiting=stages["waiting"],
        stages_due=stages["due"],
        oldest_due=stages["oldest"],
        held_back=rows["held"],
        sent=rows["sent"],
        skipped=rows["skipped"],
        failed=rows["failed"],
    )


def why(subject: str) -> list[StageHistory]:
    """Return what became of each stage of the obligation with that key; nothing for what is no key."""
    try:
        key = UUID(subject)
    except ValueError:
        return []
    stages = ReminderStage.objects.filter(subject=key).order_by("due_at", "pk")
    rows = Reminder.objects.filter(stage__in=stages).select_related("recipient").order_by("pk")
    told: dict[int, list[Told]] = {}
    for row in rows:
        user = row.recipient
        told.setdefault(row.stage_id, []).append(Told(user.uuid, row.role, row.channel, _became(row)))
    return [
        StageHistory(each.stage, each.due_at, each.outcome or "not due yet", told.get(each.pk, [])) for each in stages
    ]


def _became(row: Reminder) -> str:
    if row.skipped_at is not None:
        return f"not sent: {row.skip_reason}"
    if row.message_id is None:
        return "in the inbox; the e-mail waits for its hour"
    if row.sent_at is not None:
        return f"sent after {_tries(row.attempts)}"
    if row.failed_at is not None:
        return f"given up after {_tries(row.attempts)}: {row.last_error}"
    return f"waits, {_tries(row.attempts)}: {row.last_error}" if row.attempts else "waits to be sent"


def _tries(attempts: int) -> str:
    return "1 attempt" if attempts == 1 else f"{attempts} attempts"
