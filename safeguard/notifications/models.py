"""What is to be delivered, to whom and how far it has come; never why."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE
from safeguard.notifications.querysets import InboxQuerySet, OutboxQuerySet


class OutboxMessage(PublicIdModel):
    """One e-mail to one address, written in the transaction that causes it and sent after it.

    ``dedupe_key`` makes a second write of the same message impossible. ``recipient`` is None for a
    shared mailbox and for somebody without an account. Delivery says that a mail server took the
    message: it is never taken for read, whoever the recipient.
    """

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # The body holds a one-time link or code: it is emptied in the transaction that marks the message as sent.
    is_secret = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
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
                condition=Q(sent_at__isnull=True, failed_at__isnull=True),
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
