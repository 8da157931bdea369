"""Who does a thing: the one shape that every action's ``by=`` has."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Origin:
    """Where a request came from: client address, request id, and the way in (web, api, command, worker)."""

    channel: str = "command"
    address: str | None = None
    request_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person acting for one agency, or a named system job (``user_id`` is None, ``job`` says which)."""

    user_id: int | None = None
    agency_id: int | None = None
    membership_uuid: UUID | None = None
    job: str = ""
    origin: Origin = field(default_factory=Origin)
    # What was refused to this actor: see safeguard.audit.actions.one_transaction.
    refused: list[Any] = field(default_factory=list, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an anonymous actor. Raises ValueError."""
        if self.user_id is None and not self.job:
            message = "An actor is a person or a named job."
            raise ValueError(message)


def system(job: str) -> Actor:
    """Return the actor for the system job named ``job``, such as ``"seal audit"``."""
    return Actor(job=job)
