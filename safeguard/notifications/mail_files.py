"""Reading the e-mails that Django's file backend wrote: one file a connection, messages apart by a line of dashes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

SEPARATOR = b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Mail:
    """One message as its reader sees it."""

    to: str
    subject: str
    sent_at: datetime | None
    text: str


def newest(folder: Path, *, most: int) -> list[Mail]:
    """Return at most ``most`` messages from ``folder``, the newest first; none where there is no folder."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found: list[Mail] = []
    for path in files:
        found.extend(reversed(list(_messages(path))))
        if len(found) >= most:
            break
    return found[:most]


def _messages(path: Path) -> Iterator[Mail]:
    for part in path.read_bytes().split(SEPARATOR):
        if part.strip():
            yield _mail(message_from_bytes(part, policy=default))


def _mail(message: EmailMessage) -> Mail:
    body = message.get_body(("plain", "html"))
    return Mail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=parsedate_to_datetime(message["Date"]) if message["Date"] else None,
        text=body.get_content().strip() if body else "",
    )
