"""What is to be delivered, to whom and how far it has come; never why."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE
from safeguard.notifications.querysets import InboxQuerySet, OutboxQuerySet, ReminderQuerySet, StageQuerySet


class OutboxMessage(PublicIdModel):
    """One e-mail to one address, written in the transaction that causes it and sent after it.

    ``dedupe_key`` makes a second write of the same message impossible. ``recipient`` is None for a
    shared mailbox and for somebody without an account. Delivery says that a mail server took the
    message: it is never taken for read, whoever the recipient.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "e-mail"
        SMS = "sms", "SMS"

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL, db_default=Channel.EMAIL)
    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # A calendar's part (RFC 5546), where the message invites somebody: its METHOD stands in it.
    invitation = models.TextField(blank=True, default="", db_default="")
    # The body holds a one-time link or code: it is emptied in the transaction that marks the message as sent.
    is_secret = models.BooleanField(default=False)
    # Its text is made of its reminders when it is sent: of those that still matter then.
    is_composed = models.BooleanField(default=False, db_default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Nothing in it mattered any more when it was to be sent.
    skipped_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = OutboxQuerySet.as_manager()

    # The web's role can neither read nor change what waits: a body may hold a one-time link.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "INSERT",
        WORKER_ROLE: "SELECT, INSERT, UPDATE",
    }

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="outbox_waiting",
                condition=Q(sent_at__isnull=True, failed_at__isnull=True, skipped_at__isnull=True),
            ),
            models.Index(
                fields=["id"],
                name="outbox_body_kept",
                condition=~Q(body="") & ~Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.uuid}"


class InboxItem(PublicIdModel):
    """One line in a person's in-app inbox: a title without names and a link within the site."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    agency_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200)
    path = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = InboxQuerySet.as_manager()

    # Row-level security narrows this to one's own rows (see the second migration).
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT, UPDATE (read_at)",
        WORKER_ROLE: "SELECT, INSERT, UPDATE",
    }

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="inbox_newest"),
            models.Index(fields=["recipient", "agency_id"], name="inbox_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"inbox item {self.uuid}"


class ReminderStage(PublicIdModel):
    """A moment at which people are to be reminded of an obligation, written by the transaction that makes it.

    ``subject`` is the obligation's public key; ``occasion`` changes where its day moves, so that each day has
    stages of its own. ``outcome`` says what became of it.
    """

    kind = models.CharField(max_length=40)
    subject = models.UUIDField()
    stage = models.CharField(max_length=40)
    occasion = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)
    # The stage that was told in its place: the last of those that were due at once. Kept, so that nobody is told twice.
    told_as = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Told by itself, never together with the obligation's other stages: that somebody could not be reached.
    alone = models.BooleanField(default=False, db_default=False)
    # It mattered, and nobody could be told.
    reached_nobody = models.BooleanField(default=False, db_default=False)

    objects = StageQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT",
        WORKER_ROLE: "SELECT, INSERT, UPDATE",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "occasion", "stage"], name="reminderstage_once")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(resolved_at__isnull=True), name="reminderstage_waiting"),
            models.Index(fields=["-due_at", "-id"], condition=Q(reached_nobody=True), name="reminderstage_unheard"),
        ]

    def __str__(self) -> str:
        return f"stage {self.uuid}"


class Reminder(PublicIdModel):
    """One person reminded of one stage by one channel, or why they were not."""

    stage = models.ForeignKey(ReminderStage, on_delete=models.PROTECT, related_name="reminders")
    dedupe_key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    membership = models.UUIDField(null=True)
    agency_id = models.BigIntegerField()
    role = models.CharField(max_length=40)
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=10, choices=OutboxMessage.Channel)
    title = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    is_late = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    send_after = models.DateTimeField(null=True)
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, null=True, related_name="reminders")
    skipped_at = models.DateTimeField(null=True)
    skip_reason = models.CharField(max_length=200, blank=True)
    # What became of its message, which an operator on the web may not read.
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    objects = ReminderQuerySet.as_manager()

    # Whom to tell is the worker's business; an operator's page reads it.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT",
        WORKER_ROLE: "SELECT, INSERT, UPDATE",
    }

    class Meta:
        indexes = [
            models.Index(
                fields=["send_after", "id"],
                condition=Q(message__isnull=True, skipped_at__isnull=True),
                name="reminder_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"reminder {self.uuid}"


class ReminderText(models.Model):
    """One version of a text, written once: the newest of a code holds, an empty one is Safeguard's own again."""

    code = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    # Row-level security lets those add one who configure the partnership.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT",
        WORKER_ROLE: "SELECT",
    }

    class Meta:
        indexes = [models.Index(fields=["code", "-id"], name="remindertext_newest")]

    def __str__(self) -> str:
        return self.code
