"""Recording what happened with its parts: one timeline entry and the structured row beside it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency
from cases import timeline
from cases.actions.grants import lock_as
from cases.actions.receipts import ask_to_confirm
from cases.models import AccessLevel, Case, Record
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What the entry says beside the record: when it happened (UTC), the rest of the story, and for whom it is."""

    occurred_at: datetime = field(default_factory=timezone.now)
    body: str = ""
    significance: str = ""
    action_taken: str = ""
    matters_to_plan: bool = False
    before_birth: bool = False
    # None for what nobody chose an audience for: see timeline.Event.
    audience: timeline.Audience | None = timeline.EVERYBODY_INVOLVED


@one_transaction
def add_record(
    case: Case, record: AnyRecord, telling: Telling, *, ask: Collection[Agency] = (), by: Acting
) -> AnyRecord:
    """Save the new ``record`` with its entry on the timeline of ``case``. Returns the record.

    The agencies ``ask`` are asked to confirm that they have read it.

    Raises Http404 below the contribute level; ValidationError, by field where it belongs to one, when the
    record is incomplete, lies in the future or unmarked before the birth, is more sensitive than ``by`` is
    cleared for, or ``by`` is in no team.
    """
    made = write_record(lock_as(by, case, AccessLevel.CONTRIBUTE), record, telling, by=by)
    if ask:
        ask_to_confirm(case, made.entry, ask, by=by)
    return made


def write_record(case: Case, record: AnyRecord, telling: Telling, *, by: Acting) -> AnyRecord:
    """Save ``record`` with its entry and its audit row; the caller has locked ``case`` and checked ``by``.

    Raises ValidationError as ``add_record``.
    """
    must_have_team(by)
    timeline.check_time(case, telling.occurred_at, before_birth=telling.before_birth)
    if telling.audience:
        timeline.check_clearance(telling.audience, by=by)
    record.full_clean(exclude={"entry"}, validate_unique=False)
    event = timeline.Event(
        kind=record.happened_as(),
        title=record.headline(),
        child_words=record.child_words(),
        means=record.practice_events(case),
        counts_from=record.counts_from(),
        **vars(telling),
    )
    record.entry = timeline.write(case, event, by=by)
    record.save(force_insert=True)
    uuids = [record.entry.uuid, case.uuid]
    audit.record(f"{record._meta.model_name}.record", by=by, target="cases.TimelineEntry", uuids=uuids)
    return record


def must_have_team(by: Acting) -> None:
    """Raise ValidationError for somebody in no team: an entry always has a team that sees it."""
    if not by.group_ids:
        raise ValidationError(_("Nothing was saved: you are in no team. Ask your manager to put you into one."))
