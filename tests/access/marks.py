"""Canaries: a mark of its own in every text field of every protected record, found again wherever it comes out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Model

from tests.access.facts import Facts, protected_models
from tests.factories import as_owner

MARK = re.compile(r"Zq\d{5}x", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
REFERENCE = re.compile(r"\b\d{4}-?\d{4}\b")
CODES = {
    "kind",
    "code",
    "categories",
    "reference",
    "given_code",
    "surname_code",
    "day_month",
    "region",
}  # fields of codes, which hold no text of anybody's


@dataclass(frozen=True)
class Origin:
    """Where a mark was put: a field of a protected row."""

    model: str
    pk: int
    field: str


@dataclass
class Marks:
    """Every mark with its origin."""

    origins: dict[str, Origin] = field(default_factory=dict)
    copies: dict[Origin, set[Origin]] = field(default_factory=dict)
    made: int = 0

    def fresh(self) -> str:
        """Return a mark that is used nowhere yet; ``bind`` says later where it went."""
        self.made += 1
        return f"Zq{self.made:05d}x"

    def bind(self, mark: str, model: str, pk: int, name: str) -> None:
        """Say that ``mark`` was put into a field of a row."""
        self.origins[mark.lower()] = Origin(model, pk, name)

    def know_copies(self, rows: Iterable[Model]) -> None:
        """Note which marks an action copied into ``rows``: by these they may be seen too."""
        for row in rows:
            for name, _is_list in text_fields(type(row)):
                here = Origin(type(row).__name__, row.pk, name)
                for origin in self.found_in(str(getattr(row, name))):
                    self.copies.setdefault(origin, set()).add(here)

    def put_everywhere(self) -> None:
        """Write a mark into every text field of every protected row."""
        with as_owner():
            for model in protected_models():
                self._put_into(model)

    def _put_into(self, model: type[Model]) -> None:
        names = list(text_fields(model))
        rows = list(model._default_manager.order_by("pk"))
        for row in rows:
            for name, is_list in names:
                mark = self.fresh()
                setattr(row, name, [mark] if is_list else mark)
                self.bind(mark, model.__name__, row.pk, name)
        if rows and names:
            model._default_manager.bulk_update(rows, [name for name, _is_list in names])

    def know_keys(self, facts: Facts) -> None:
        """Count the public keys and the references of protected rows among the marks."""
        for model, rows in facts.rows.items():
            for pk, row in rows.items():
                if "uuid" in row:
                    self.bind(str(row["uuid"]), model, pk, "uuid")
                if "reference" in row:
                    self.bind(row["reference"], model, pk, "reference")

    def found_in(self, text: str) -> Iterator[Origin]:
        """Yield the origin of each mark in ``text``."""
        found = {mark.lower() for pattern in (MARK, UUID) for mark in pattern.findall(text)}
        found |= {reference.replace("-", "") for reference in REFERENCE.findall(text)}
        yield from (self.origins[mark] for mark in sorted(found) if mark in self.origins)


def text_fields(model: type[Model]) -> Iterator[tuple[str, bool]]:
    """Yield the names of a model's free-text fields, and whether each is a list."""
    for each in model._meta.concrete_fields:
        inner: Any = each.base_field if isinstance(each, ArrayField) else each
        if isinstance(inner, (models.CharField, models.TextField)) and not inner.choices and each.name not in CODES:
            yield each.name, inner is not each
