"""How the audit is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

if TYPE_CHECKING:
    from safeguard.audit.models import AuditBatch, AuditRow
else:
    AuditBatch = AuditRow = object


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """What somebody looks for in the audit; what is None or empty does not narrow."""

    user_id: int | None = None
    action: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    target: UUID | None = None


@dataclass(frozen=True)
class SignInsOf:
    """People, by key and by UUID, and a condition on the row that holds while they belonged."""

    user_ids: Sequence[int]
    user_uuids: Sequence[UUID]
    when: Exists


class AuditRowQuerySet(QuerySet["AuditRow"]):
    """Audit rows by agency and by what somebody looks for."""

    def of_agency(self, agency_id: int, *, sign_ins: SignInsOf) -> Self:
        """Return what people did while they acted for the agency, and the ``sign_ins`` of its people."""
        for_none = Q(agency_id__isnull=True, kind="sign_in")
        own = for_none & Q(user_id__in=sign_ins.user_ids)
        attempts = for_none & Q(user_id__isnull=True, target_uuids__overlap=sign_ins.user_uuids)
        # Each alternative whole: PostgreSQL then takes an index for each, or reads the newest rows first.
        return self.filter(Q(agency_id=agency_id) | (own & Q(sign_ins.when)) | (attempts & Q(sign_ins.when)))

    def naming_none_of(self, uuids: Collection[UUID]) -> Self:
        """Return the rows whose targets are none of ``uuids``."""
        return self.exclude(target_uuids__overlap=list(uuids)) if uuids else self

    def matching(self, wanted: AuditFilter) -> Self:
        """Return the rows that ``wanted`` describes; its period includes ``since`` and excludes ``until``."""
        conditions = {
            "user_id": wanted.user_id,
            "action__startswith": wanted.action,
            "kind": wanted.kind,
            "at__gte": wanted.since,
            "at__lt": wanted.until,
            "target_uuids__contains": [wanted.target] if wanted.target else None,
        }
        return self.filter(**{name: value for name, value in conditions.items() if value not in (None, "")})


class AuditBatchQuerySet(QuerySet["AuditBatch"]):
    """Sealed batches, oldest first."""

    def last_sealed(self) -> "AuditBatch | None":
        """Return the newest batch."""
        return self.order_by("-number").first()
