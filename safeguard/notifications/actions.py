"""Putting messages into the outbox and the inbox, in the caller's transaction; reading the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now

from safeguard.notifications.models import InboxItem, OutboxMessage


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is said: ``kind`` (dotted code), subject and plain text without any child's name, a path to open.

    ``secret``: the body holds a one-time link or code and is emptied as soon as it was sent.
    """

    kind: str
    subject: str
    body: str
    path: str = ""
    secret: bool = False


def send_email(note: Note, *, address: str, dedupe_key: str, recipient_id: int | None = None) -> bool:
    """Queue ``note`` for ``address``. Returns False where a message with ``dedupe_key`` is queued already.

    ``recipient_id`` stays None for a shared mailbox and for somebody without an account.
    """
    return OutboxMessage.objects.add_once(
        OutboxMessage(
            kind=note.kind,
            dedupe_key=dedupe_key,
            recipient_id=recipient_id,
            address=address,
            subject=note.subject,
            body=note.body,
            is_secret=note.secret,
        )
    )


def put_in_inbox(note: Note, *, recipient_id: int, dedupe_key: str, agency_id: int | None = None) -> None:
    """Add ``note`` to the inbox of a user; a second time with the same key changes nothing.

    With an ``agency_id`` the item shows only while its reader acts for that agency.
    """
    InboxItem.objects.bulk_create(
        [
            InboxItem(
                kind=note.kind,
                dedupe_key=dedupe_key,
                recipient_id=recipient_id,
                agency_id=agency_id,
                title=note.subject,
                path=note.path,
            )
        ],
        ignore_conflicts=True,
    )


def put_in_inboxes(note: Note, *, recipient_ids: Iterable[int], occasion: str, agency_id: int | None = None) -> None:
    """Add ``note`` to several inboxes in one statement; a second time for the same ``occasion`` changes nothing."""
    InboxItem.objects.bulk_create(
        [
            InboxItem(
                kind=note.kind,
                dedupe_key=f"{occasion}:{recipient_id}",
                recipient_id=recipient_id,
                agency_id=agency_id,
                title=note.subject,
                path=note.path,
            )
            for recipient_id in recipient_ids
        ],
        ignore_conflicts=True,
    )


def mark_read(user_id: int, agency_id: int | None, *, only: UUID | None = None) -> int:
    """Mark one item (``only``), or all that the person can see now, as read. Returns how many were unread."""
    items = InboxItem.objects.for_reader(user_id, agency_id).unread()
    if only is not None:
        items = items.filter(uuid=only)
    return items.update(read_at=Now())
