"""Sending what waits in the outbox: one message, one transaction.

A worker claims one due row with ``FOR UPDATE SKIP LOCKED``, hands it to the mail server and marks it, so
workers never send the same row while they live. One that dies between the server's "accepted" and its own
commit leaves the row due: it is sent again under the same Message-ID. So the promise is at least once.
"""

import logging
import smtplib
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from safeguard.common.batch import batch
from safeguard.common.logs import describe
from safeguard.notifications import reminders
from safeguard.notifications.models import OutboxMessage
from safeguard.notifications.providers import NotSetUp, Sender
from safeguard.notifications.texts import body_of, subject_of, texts

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 48  # three days and some hours: a mail server that is down over a weekend loses nothing
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
DOUBLINGS = 8  # more than enough to reach the longest
UNTIL_SET_UP = timedelta(minutes=10)
HUNG_WORKER = "90s"
PERMANENT = range(500, 600)
TRIES_OF_REMINDER = 3


class NotComposed(OSError):
    """A message's words could not be made: it is tried again, and holds up no other."""

    def __init__(self, message: OutboxMessage) -> None:
        super().__init__()
        self.message = message


def drain(seconds: float = 25.0) -> int:
    """Send what is due until nothing is, or ``seconds`` have passed. Returns the number of messages tried."""
    stop = time.monotonic() + seconds
    tried, sender = 0, Sender()
    try:
        with batch():
            while time.monotonic() < stop and deliver_next(sender):
                tried += 1
    finally:
        sender.close()
    return tried


def deliver_next(sender: Sender) -> bool:
    """Try the message that is longest due. Returns False where there is none that no other worker holds."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # The server frees the row of a worker that hangs while it talks to the mail server.
                cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{HUNG_WORKER}'")
            message = OutboxMessage.objects.claim_next()
            if message is None:
                return False
            _deliver(message, sender)
    except NotComposed as error:
        _put_off_uncomposed(error)
    return True


def _deliver(message: OutboxMessage, sender: Sender) -> None:
    matters = not message.is_composed or _composed(message)
    try:
        if matters:
            sender.send(message, message.body)
    except (OSError, ValueError) as error:  # SMTPException is an OSError; a malformed address a ValueError
        _put_off(message, error)
    else:
        _mark_sent(message) if matters else _update(message, skipped_at=Now())


def _composed(message: OutboxMessage) -> bool:
    try:
        return _compose(message)
    except Exception as error:
        log.error("Message %s could not be composed: %s", message.uuid, describe(error))  # noqa: TRY400  (no traceback: it quotes)
        raise NotComposed(message) from error


def _put_off_uncomposed(error: NotComposed) -> None:
    """Put the message off in a transaction of its own: what failed may have ended the one that held it."""
    with transaction.atomic():
        again = OutboxMessage.objects.due().filter(pk=error.message.pk).select_for_update(skip_locked=True).first()
        if again is not None:  # no other worker was quicker
            _put_off(again, error)


def _compose(message: OutboxMessage) -> bool:
    """Give ``message`` the words of what still matters in it; False where nothing does."""
    kept = reminders.still_to_send(message)
    if kept:
        words = texts()
        message.body = body_of(kept, message.channel, words)
        is_email = message.channel == OutboxMessage.Channel.EMAIL
        message.subject = subject_of(kept, words) if is_email else ""
        message.invitation = reminders.calendar_part(kept, message.address) if is_email else ""
    return bool(kept)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after that many failures: half a minute, doubled each time, at most two hours."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, DOUBLINGS)), LONGEST_PAUSE)


def purge_bodies() -> int:
    """Empty the text of messages sent or given up longer than OUTBOX_BODY_DAYS ago. Returns how many."""
    keep = timedelta(days=settings.OUTBOX_BODY_DAYS)
    return OutboxMessage.objects.with_stale_body(keep).update(body="", invitation="")


def retry_failed() -> int:
    """Make every message that was given up, and whose text is still there, due again. Returns how many."""
    failed = OutboxMessage.objects.filter(failed_at__isnull=False).exclude(body="")
    return failed.update(failed_at=None, attempts=0, due_at=Now())


def _mark_sent(message: OutboxMessage) -> None:
    body = "" if message.is_secret else message.body
    said = {"body": body, "subject": message.subject, "invitation": message.invitation}
    _update(message, sent_at=Now(), attempts=F("attempts") + 1, last_error="", **said)


def _put_off(message: OutboxMessage, error: Exception) -> None:
    if isinstance(error, NotSetUp):  # an operator's to do, and no fault of the message
        _update(message, last_error=_reason(error)[:300], due_at=Now() + UNTIL_SET_UP)
        return
    attempts = message.attempts + 1
    # A reminder's address that is refused is tried again twice: mail servers refuse by mistake, too.
    refused = _is_final(error) and (not message.is_composed or attempts >= TRIES_OF_REMINDER)
    gives_up = attempts >= MOST_ATTEMPTS or refused
    reason = _reason(error)
    _update(
        message,
        attempts=attempts,
        last_error=reason[:300],
        due_at=Now() + pause_after(attempts),
        failed_at=Now() if gives_up else None,
    )
    if gives_up and message.is_composed:
        reminders.escalate(message)
    log.log(
        logging.ERROR if gives_up else logging.WARNING,
        "Message %s %s after attempt %d: %s",
        message.uuid,
        "was given up" if gives_up else "was put off",
        attempts,
        reason,
    )


def _codes(error: Exception) -> list[int]:
    """Return the mail server's answers to the message, as SMTP codes."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return [error.smtp_code]
    return []


def _is_final(error: Exception) -> bool:
    if isinstance(error, ValueError):
        return True
    refused = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return refused and all(code in PERMANENT for code in _codes(error))


def _reason(error: Exception) -> str:
    # Never the server's own words: they quote the address.
    codes = ", ".join(map(str, _codes(error)))
    return f"{describe(error)}{f' SMTP {codes}' if codes else ''}"


def _update(message: OutboxMessage, **fields: object) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(**fields)
    if message.is_composed:
        reminders.note(message, {name: fields[name] for name in fields.keys() & reminders.NOTED})
