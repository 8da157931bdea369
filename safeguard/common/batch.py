"""What a batch of work asks for once, and keeps until it ends: figures and texts that may be a minute old.

Outside a batch everything is asked for each time.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Keep what ``once`` makes while the body runs, which should take seconds. One within another is its own."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make`` returns; within a batch it is called once for ``key``."""
    kept = _kept.get()
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    return cast("T", kept[key])
