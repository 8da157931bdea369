"""What a view hands to the design-system templates: small values, no behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
Colour = Literal["", "grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow"]


@dataclass(frozen=True)
class Link:
    """A link; ``hidden`` is read after the text by screen readers ("Change" + "name")."""

    text: Text
    href: str
    hidden: Text = ""


@dataclass(frozen=True)
class Row:
    """One line of a summary list."""

    key: Text
    value: object
    actions: Sequence[Link] = ()


@dataclass(frozen=True)
class Task:
    """One line of a task list; a task without an address cannot be started yet."""

    title: Text
    status: Text
    href: str = ""
    hint: Text = ""
    colour: Colour | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    label: Text
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose rows are sequences of cells in the columns' order; the first cell names its row.

    A cell may be a ``Link``, safe HTML or any value that prints.
    """

    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]] = field(default_factory=list)

    def labelled_rows(self) -> list[list[tuple[Column, object]]]:
        """Return each row's cells with their columns: on a phone a cell names its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Chip:
    """A chosen filter, and the address without it."""

    text: Text
    remove: str
