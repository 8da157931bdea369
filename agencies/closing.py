"""What nobody would look after once teams close: each room registers its own answer.

A higher room calls ``register`` once, from its ``AppConfig.ready``.
"""

from collections.abc import Callable, Collection

# Takes teams' ids; gives how many open cases no team but these leads.
LedAlone = Callable[[Collection[int]], int]
HOOKS: list[LedAlone] = []


def register(led_alone: LedAlone) -> None:
    """Add a room's answer."""
    HOOKS.append(led_alone)


def led_alone(team_ids: Collection[int]) -> int:
    """Return how many open cases would have no team to lead them if these teams closed together."""
    return sum(answer(team_ids) for answer in HOOKS)
