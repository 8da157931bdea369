"""What a leaver still holds, and how it passes to the team: each room registers its own part.

A higher room calls ``register`` once, from its ``AppConfig.ready``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.functional import Promise

from agencies.models import Membership
from safeguard.audit.actor import Actor


@dataclass(frozen=True)
class Holding:
    """So many things of one kind that somebody still holds, with the page that lists them."""

    label: str | Promise
    count: int
    link: str


class HandOver(Protocol):
    """Passes on what a membership held; runs in the transaction that ends it, and must bear running twice."""

    def __call__(self, membership: Membership, /, *, by: Actor) -> None:
        """Pass everything to the membership's teams."""


WhatTheyHold = Callable[[Membership], Iterable[Holding]]
HOOKS: list[tuple[WhatTheyHold, HandOver]] = []


def register(what_they_hold: WhatTheyHold, hand_over: HandOver) -> None:
    """Add a room's answer to "what do they hold?" and its way to pass it on."""
    HOOKS.append((what_they_hold, hand_over))


def holdings_of(membership: Membership) -> list[Holding]:
    """Return everything that the member still holds, kinds with nothing left out."""
    return [holding for what_they_hold, _ in HOOKS for holding in what_they_hold(membership) if holding.count]


def hand_over(membership: Membership, *, by: Actor) -> None:
    """Pass everything that the member holds to their teams."""
    for _, pass_on in HOOKS:
        pass_on(membership, by=by)
