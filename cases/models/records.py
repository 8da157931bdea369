"""What every record has in common: a structured row beside its timeline entry, seen exactly where the entry is."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.practice_events import PracticeEvent
from cases.event_kinds import Kind
from cases.models.case import Case
from cases.models.timeline import TimelineEntry
from cases.querysets import RecordQuerySet
from safeguard.common.components import Row
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

TITLE_LIMIT = 200  # characters of an entry's title


class YesNo(models.TextChoices):
    """A question that has to be answered: an unticked box would look like "no"."""

    YES = "yes", _("Yes")
    NO = "no", _("No")


class Record(models.Model):
    """The parts of an event that have a place of their own. The entry says when, by whom, and who may see it.

    The labels of the fields are what forms and pages show. A subclass says of which ``kinds`` its entries are.
    """

    entry = models.OneToOneField(TimelineEntry, on_delete=models.PROTECT, related_name="%(class)s")

    objects = RecordQuerySet.as_manager()

    kinds: ClassVar[tuple[Kind, ...]]
    # As the entry itself: what was wrong is corrected by another entry.
    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT, INSERT"}

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of entry {self.entry_id}"

    def happened_as(self) -> Kind:
        """Return the kind of event that this record is."""
        return self.kinds[0]

    def headline(self) -> str:
        """Return the entry's title: what happened, in one line, without anybody's name."""
        raise NotImplementedError

    def child_words(self) -> str:
        """Return what the child said, in their words, where this kind of record has a place for it."""
        return str(getattr(self, "child_said", ""))

    def practice_events(self, _case: Case) -> tuple[PracticeEvent, ...]:
        """Return which events of practice it is in that case, beside what its kind says: they start and meet clocks."""
        return ()

    def counts_from(self) -> datetime | None:
        """Return from when periods count, None for when it happened."""
        return None

    def label_of(self, name: str) -> str:
        """Return how the choice made in the field ``name`` reads. Raises FieldDoesNotExist for no such field."""
        field = self._meta.get_field(name)
        if not isinstance(field, models.Field):
            raise FieldDoesNotExist(name)
        return str(dict(field.flatchoices).get(getattr(self, name), ""))


def rows_of(record: Record, *, but: Collection[str] = ()) -> Iterator[Row]:
    """Yield what ``record`` says, except the fields ``but``, under the labels under which it was asked."""
    for field in record._meta.fields:
        inside = field.is_relation or field.primary_key or isinstance(field, models.UUIDField)
        value = None if inside else getattr(record, field.name)
        if value not in (None, "") and field.name not in but:
            yield Row(capfirst(field.verbose_name), _shown(record, field, value))


def _shown(record: Record, field: Any, value: Any) -> object:
    if field.flatchoices:
        return record.label_of(field.name)
    return date_format(value) if isinstance(field, models.DateField) else value
