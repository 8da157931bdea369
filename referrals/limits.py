"""How often somebody without an account may ask: by address, and all of them together.

Counted in the shared cache. A cache that is away stops no report: a child matters more than a flood.
"""

from django.core.cache import cache
from redis.exceptions import RedisError

# How many tries within how many seconds, from one address and from all together. A school shares an address.
LIMITS = {
    "report_address": (20, 3600),
    # Counted apart, and more of them: whoever shares a child's connection must not shut the form for the child.
    "young_address": (60, 3600),
    "status_address": (30, 600),
    "status_all": (3_000, 600),
}


def is_from_one_address_too_often(what: str, address: str | None) -> bool:
    """Count one more try of ``what`` from ``address``; return whether that address's limit is passed.

    There is no limit on reports of all together: anybody could reach it, and shut the channel for every child.
    """
    most, seconds = LIMITS[f"{what}_address"]
    return _count(f"public:{what}:from:{address}", seconds) > most


def minutes_to_wait(what: str) -> int:
    """Return after how many minutes at the latest ``what`` is taken again."""
    _most, seconds = LIMITS[f"{what}_address"]
    return seconds // 60


def is_too_often(what: str, address: str | None) -> bool:
    """Count one more try of ``what``; return whether its limits are passed."""
    return any(
        _count(f"public:{what}:{whose}", seconds) > most
        for whose, (most, seconds) in (
            (f"from:{address}", LIMITS[f"{what}_address"]),
            ("all", LIMITS[f"{what}_all"]),
        )
    )


def _count(key: str, seconds: int) -> int:
    try:
        cache.add(key, 0, timeout=seconds)
        return int(cache.incr(key))
    except (RedisError, ValueError):  # ValueError: it expired between the two
        return 0
