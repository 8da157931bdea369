"""A page of a list: the rows, the cursor of the next page, and how many there are in all."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from safeguard.common.pagination import seal, unseal


def after(cursor: str | None, purpose: str, length: int) -> list[Any] | None:
    """Return the ``length`` values that the page starts after, None for the first page.

    Raises ValidationError for a cursor of another list or order, and for one that was made up: with the
    first page instead, a program would turn in a circle.
    """
    if cursor is None:
        return None
    values = unseal(cursor, purpose, length)
    if values is None:
        raise ValidationError({"cursor": [_("This is no cursor of this list in this order. Start again without one.")]})
    return values


def page(
    rows: BaseSerializer[Any], *, last: Sequence[Any] | None, purpose: str, count: int, cap: int
) -> dict[str, Any]:
    """Return the answer's body; ``last`` are the last row's key values where more rows follow."""
    return {
        "count": min(count, cap),
        "count_is_capped": count > cap,
        "next_cursor": None if last is None else seal(last, purpose),
        "results": rows.data,
    }
