"""How a message leaves: by the mail server, or by a provider's web service that honours an idempotency key.

A provider that is told the same key twice delivers once: with one, a worker that dies between "accepted" and
its commit doubles nothing. A mail server knows no such key: there the promise is at least once, under the
same Message-ID.
"""

import http.client
import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

from safeguard.notifications.models import OutboxMessage

SECONDS = 10
# These are about the message. Whatever else is answered (a wrong token or address, too many at once) can be mended.
PERMANENT = frozenset({400, 410, 413, 422})
METHOD = re.compile(r"^METHOD:(\w+)\s*$", re.MULTILINE)


class Refused(ValueError):
    """The provider will never take this message."""


class NotSetUp(OSError):
    """No provider is set for this channel: what waits goes out once there is one."""


class Sender:
    """Sends messages, keeping one connection to the mail server open between them."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, message: OutboxMessage, body: str) -> None:
        """Hand ``message`` over. Raises OSError to try again later, ValueError for what can never be sent."""
        if message.channel == OutboxMessage.Channel.SMS:
            post(settings.SMS_URL, settings.SMS_TOKEN, message, body)
        elif settings.EMAIL_PROVIDER_URL:
            post(settings.EMAIL_PROVIDER_URL, settings.EMAIL_PROVIDER_TOKEN, message, body)
        else:
            self._by_smtp(message, body)

    def close(self) -> None:
        """Let the mail server go."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _by_smtp(self, message: OutboxMessage, body: str) -> None:
        if self._connection is None:
            self._connection = get_connection()
        email = as_email(message, body)
        email.connection = self._connection
        try:
            self._connection.open()
            email.send()
        except Exception:
            self.close()
            raise


def as_email(message: OutboxMessage, body: str) -> EmailMessage:
    """Return ``message`` as plain text, with its calendar's part, under a Message-ID made of its row alone."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{message.uuid}@{host}>", "Auto-Submitted": "auto-generated"}
    made = EmailMultiAlternatives(message.subject, body, to=[message.address], headers=headers)
    if message.invitation:
        # What it asks of the calendar stands beside the type, too: programs look there first (RFC 6047).
        method = METHOD.search(message.invitation)
        made.attach_alternative(message.invitation, f"text/calendar; method={method[1] if method else 'PUBLISH'}")
    return made


def post(url: str, token: str, message: OutboxMessage, body: str) -> None:
    """Hand ``message`` to a web service. Raises NotSetUp, Refused (a ValueError) or OSError."""
    if not url:
        raise NotSetUp(f"No provider is set for {message.channel}.")
    content = {"to": message.address, "subject": message.subject, "text": body, "id": str(message.uuid)}
    content |= {"calendar": message.invitation} if message.invitation else {}
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.uuid)}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    try:
        request = urllib.request.Request(url, json.dumps(content).encode(), headers)  # noqa: S310  (an operator's setting)
    except ValueError:
        raise NotSetUp(f"The address of the provider for {message.channel} is none.") from None
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310  (as above)
            return
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in PERMANENT:
            raise Refused(f"The provider answered {error.code}.") from None
        raise OSError(f"The provider answered {error.code}.") from None
    except http.client.HTTPException as error:  # an answer that is no HTTP, or breaks off
        raise OSError("The provider's answer could not be read.") from error
