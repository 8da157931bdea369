"""Writing the audit: always in the transaction of the thing that is recorded."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction

from safeguard.audit.actor import Actor
from safeguard.audit.models import AuditRow

Kind = AuditRow.Kind
Params = ParamSpec("Params")
Result = TypeVar("Result")


def record(
    action: str,
    *,
    by: Actor,
    kind: Kind = Kind.CHANGE,
    target: str = "",
    uuids: Iterable[UUID] = (),
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one row: ``by`` did ``action`` (dotted, such as ``"membership.end"``) to the ``target`` rows ``uuids``.

    ``target`` is a model's label (``"agencies.Membership"``); ``detail`` holds codes, dates and ids,
    never a name or free text about a person.
    """
    row = AuditRow.objects.create(
        kind=kind,
        action=action,
        user_id=by.user_id,
        agency_id=by.agency_id,
        membership_uuid=by.membership_uuid,
        job=by.job,
        target=target,
        target_uuids=list(uuids),
        reason=reason,
        detail=dict(detail or {}),
        channel=by.origin.channel,
        address=by.origin.address,
        request_id=by.origin.request_id,
    )
    if kind == Kind.REFUSAL:
        by.refused.append(row)


def record_read(action: str, *, by: Actor, target: str, uuids: Iterable[UUID], reason: str = "") -> None:
    """Add the row of a page view, before the page is sent; a list is one row with all its ids.

    Raises whatever the database raises: when a read cannot be recorded, nothing may be shown.
    """
    record(action, by=by, kind=Kind.READ, target=target, uuids=uuids, reason=reason)


def record_refusal(action: str, *, by: Actor, target: str = "", uuids: Iterable[UUID] = ()) -> None:
    """Add the row of a request that was answered as "not found" because it was not allowed."""
    record(action, by=by, kind=Kind.REFUSAL, target=target, uuids=uuids)


def one_transaction(action: Callable[Params, Result]) -> Callable[Params, Result]:
    """Run ``action``, which takes ``by=``, in one transaction. What it refused stays on record.

    An action that refuses rolls back everything it wrote, the row of the refusal too. That row is written
    again once the action is undone: otherwise somebody could try doors without a trace.
    """

    @wraps(action)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        by = kwargs["by"]
        before = len(by.refused)  # type: ignore[attr-defined]  # every actor has the list
        try:
            with transaction.atomic():
                return action(*args, **kwargs)
        except Exception:
            for row in by.refused[before:]:  # type: ignore[attr-defined]  # as above
                row.pk = None
                row.save(force_insert=True)
            raise

    return run
