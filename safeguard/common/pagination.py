"""Keyset pagination: a page starts after (or before) a row's key values, not at a count of rows.

A list that grows while it is read neither repeats nor skips a row, and page 1,000 costs what page 1
costs (with an index on the order, whose first column must then be one that is never null). Ordering
columns may be descending and may be null: **nulls come last in both directions**. The primary key is
added as the last column, so that the order is total.

The cursor holds the key values of one row, which may be a name: it is encrypted, because addresses end
up in logs. AES-SIV is deterministic, so equal pages stay equal byte for byte, and it authenticates: a
cursor that was altered, or belongs to another list, is not readable and gives the first page.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

CURSOR = "cursor"  # the query parameter
PAGE_SIZE = 25
AFTER, BEFORE = "a", "b"
LONGEST_CURSOR = 4_000  # characters; longer ones are not even decoded

UNPACK: Mapping[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "UUID": UUID,
    "Decimal": Decimal,
}

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page, and the cursors of its neighbours (None: there is none)."""

    items: list[M]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Key:
    """One column of the order."""

    name: str
    descending: bool
    nullable: bool

    def ordering(self, *, backwards: bool) -> OrderBy:
        """Return the column's ORDER BY term; the whole order is turned round for a page read backwards."""
        descending = self.descending != backwards
        if not self.nullable:
            return OrderBy(F(self.name), descending=descending)
        return OrderBy(
            F(self.name), descending=descending, nulls_first=backwards or None, nulls_last=not backwards or None
        )

    def equal(self, value: Any) -> Q:
        """Return the condition for "as far along as ``value`` in this column"."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, *, backwards: bool) -> Q | None:
        """Return the condition for "further along than ``value``", None where nothing can be."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else None
        comparison = "lt" if self.descending != backwards else "gt"
        further = Q(**{f"{self.name}__{comparison}": value})
        if self.nullable and not backwards:
            further |= Q(**{f"{self.name}__isnull": True})
        return further

    def of(self, row: Model) -> Any:
        """Return ``row``'s value of this column, following relations."""
        value: Any = row
        for part in self.name.split("__"):
            value = None if value is None else getattr(value, part)
        return value


def paginate(
    queryset: QuerySet[M],
    *,
    order: Sequence[str],
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    strict: bool = False,
) -> Page[M]:
    """Return the page of ``queryset`` that ``cursor`` names; without a readable cursor the first one.

    Args:
        queryset: the rows that the reader may see; its own ordering is replaced.
        order: field, relation or annotation names, "-" first for descending; shown columns should lead it.
        cursor: ``request.GET.get(CURSOR)``.
        size: rows a page.
        strict: a cursor that is not readable raises ValueError: on the first page a program would turn in a circle.
    """
    keys = _keys(queryset, order)
    purpose = ",".join([queryset.model._meta.label, *order])
    decoded = _decode(cursor, purpose, len(keys))
    if strict and cursor and decoded is None:
        raise ValueError("This is no cursor of this list in this order.")
    direction, values = decoded or (AFTER, None)
    try:
        rows = _rows(queryset, keys, values, backwards=direction == BEFORE, limit=size + 1)
    except (TypeError, ValueError, OverflowError):  # a column has changed its type since the cursor was made
        direction, values = AFTER, None
        rows = _rows(queryset, keys, None, backwards=False, limit=size + 1)
    return _page(rows, keys, purpose, size, direction=direction, started=values is not None)


def _page(rows: list[M], keys: list[Key], purpose: str, size: int, *, direction: str, started: bool) -> Page[M]:
    more = len(rows) > size
    items = rows[:size]
    if direction == BEFORE:
        items.reverse()
    has_before, has_after = (more, True) if direction == BEFORE else (started, more)
    if not items:
        return Page([])
    return Page(
        items,
        before=_encode(BEFORE, keys, items[0], purpose) if has_before else None,
        after=_encode(AFTER, keys, items[-1], purpose) if has_after else None,
    )


def _rows(queryset: QuerySet[M], keys: list[Key], values: list[Any] | None, *, backwards: bool, limit: int) -> list[M]:
    if values is not None:
        queryset = queryset.filter(_beyond(keys, values, backwards=backwards))
    return list(queryset.order_by(*(key.ordering(backwards=backwards) for key in keys))[:limit])


def _beyond(keys: list[Key], values: list[Any], *, backwards: bool) -> Q:
    """Return "after these values": the first column is further, or it is equal and the second is, and so on."""
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        further = key.beyond(value, backwards=backwards)
        if further is not None:
            condition |= equal & further
        equal &= key.equal(value)
    return _bound(keys[0], values[0], backwards=backwards) & condition


def _bound(key: Key, value: Any, *, backwards: bool) -> Q:
    # Implied by the rest, but it lets PostgreSQL start in the index at the right place.
    if key.nullable or value is None:
        return Q()
    return Q(**{f"{key.name}__{'lte' if key.descending != backwards else 'gte'}": value})


def _keys(queryset: QuerySet[Any], order: Sequence[str]) -> list[Key]:
    names = [*order]
    if not {name.lstrip("-") for name in order} & {"pk", queryset.model._meta.pk.name}:
        names.append("pk")
    return [Key(name.lstrip("-"), name.startswith("-"), _nullable(queryset, name.lstrip("-"))) for name in names]


def _nullable(queryset: QuerySet[Any], name: str) -> bool:
    if name == "pk":
        return False
    if name in queryset.query.annotations:
        return True
    try:
        return bool(getattr(queryset.model._meta.get_field(name), "null", True))
    except FieldDoesNotExist:
        return True  # over a relation: it may be absent


# --- The cursor -----------------------------------------------------------------------------------


def seal(values: Sequence[Any], purpose: str) -> str:
    """Return a cursor that holds ``values`` for the list ``purpose``; for lists that read their rows otherwise."""
    text = json.dumps([_packed(value) for value in values], separators=(",", ":"))
    sealed = _cipher().encrypt(text.encode(), [purpose.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(cursor: str | None, purpose: str, length: int) -> list[Any] | None:
    """Return the ``length`` values of a cursor made for ``purpose``, None for one that is not readable."""
    if not cursor or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        sealed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        packed = json.loads(_cipher().decrypt(sealed, [purpose.encode()]))
    except (InvalidTag, ValueError, binascii.Error, UnicodeError):
        return None
    return [_unpacked(*pair) for pair in packed] if len(packed) == length else None


def _encode(direction: str, keys: list[Key], row: Model, purpose: str) -> str:
    return seal([direction, *(key.of(row) for key in keys)], purpose)


def _decode(cursor: str | None, purpose: str, length: int) -> tuple[str, list[Any]] | None:
    values = unseal(cursor, purpose, length + 1)
    return (values[0], values[1:]) if values else None


def _cipher() -> AESSIV:
    return AESSIV(hmac.digest(settings.SECRET_KEY.encode(), b"safeguard.common.pagination", hashlib.sha512))


def _packed(value: Any) -> tuple[str, Any]:
    if value is None or isinstance(value, (bool, int, float, str)):
        return ("", value)
    if isinstance(value, (datetime, date)):  # in full: a rounded time would skip rows
        return ("datetime" if isinstance(value, datetime) else "date", value.isoformat())
    if isinstance(value, (UUID, Decimal)):
        return (type(value).__name__, str(value))
    raise TypeError(f"A list cannot be ordered by a {type(value).__name__}: add its type to the cursor.")


def _unpacked(kind: str, value: Any) -> Any:
    return UNPACK[kind](value) if kind else value
