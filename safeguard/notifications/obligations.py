"""What somebody is reminded of: each room registers its own kind. This room knows only their names.

A higher room calls ``register`` once, from its ``AppConfig.ready``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol
from uuid import UUID

# The role of those who are told that a reminder reaches nobody, and not of the obligation itself.
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A stage to come: its code, when, and the occasion (a new one where the obligation's day moves)."""

    subject: UUID
    stage: str
    occasion: str
    due_at: datetime
    urgent: bool = False
    alone: bool = False  # told by itself: see ReminderStage


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is told, under which membership, and how; ``refused`` says why they are not told after all.

    ``digest_at`` (local time) holds back what is not urgent until then; None sends at once. ``title`` and
    ``path`` are set where this person reads, or opens, something else than the others.
    """

    user_id: int
    membership: UUID
    agency_id: int
    role: str
    email: str = ""
    phone: str = ""
    digest_at: time | None = None
    refused: str = ""
    title: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Whom a stage reaches, what they read (no child's name), and in a few words what became of the stage.

    Without a ``title`` it matters no longer, or not yet: nobody is to be told.
    """

    outcome: str
    title: str = ""
    path: str = ""
    recipients: tuple[Recipient, ...] = ()

    @property
    def reaches_nobody(self) -> bool:
        """Return whether somebody should be told, and nobody can be but those who are told just that."""
        return bool(self.title) and all(each.refused or each.role == ADMINISTRATOR for each in self.recipients)


class Obligation(Protocol):
    """One kind of thing that people are reminded of.

    It is asked about its own stages, and about those that ``reminders.escalate`` adds: ``reminders.escalation``
    tells which these are.
    """

    def resolve(self, subject: UUID, stage: str, occasion: str) -> Resolution:
        """Return whom the stage reaches now; none where it matters no longer."""

    def why_not(self, subject: UUID, occasion: str, *, user_id: int, membership: UUID, role: str) -> str:
        """Return why this person is not to be told (any more): empty where they are. Asked when it is sent."""

    def unplanned(self, most: int) -> Iterable[Planned]:
        """Return stages that should be there and are not."""


# Makes, for a subject, an occasion and an address, what the calendar behind the address reads (RFC 5546).
CalendarPart = Callable[[UUID, str, str], str]
KINDS: dict[str, Obligation] = {}
CALENDARS: dict[str, CalendarPart] = {}


def register(kind: str, obligation: Obligation, *, calendar: CalendarPart | None = None) -> None:
    """Make ``kind`` known; with ``calendar`` its e-mails have a part for the reader's calendar."""
    KINDS[kind] = obligation
    if calendar:
        CALENDARS[kind] = calendar
