"""The door to records of one child: which records were said to be of the same child, and what of them one may know.

A pair is there only for whoever may read both records.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import Http404

from agencies.acting import Acting
from agencies.models import Agency
from agencies.roles import MERGE_RECORDS
from cases.access_child import ChildSummary, cases_of_child, child, child_summary, require_child
from cases.models import Case, Child, SameChild
from safeguard.audit import actions as audit


@dataclass(frozen=True)
class OneRecord:
    """A record with what the reader may know of it."""

    child: Child
    known: ChildSummary
    cases: list[Case]


@dataclass(frozen=True)
class OtherRecord(OneRecord):
    """Another record of the same child, and what was said of the two."""

    said: SameChild

    @property
    def is_kept(self) -> bool:
        """Return whether this is the record within which the other is shown."""
        return self.said.merged and self.said.kept_id == self.child.pk


def may_decide(by: Acting) -> bool:
    """Return whether ``by`` may link and merge records, where they may change both."""
    return any(by.can(capability) for capability in MERGE_RECORDS)


def require_deciding(by: Acting) -> None:
    """Raise Http404, on record, for somebody whose role decides about no records."""
    if not may_decide(by):
        audit.record_refusal("child.same", by=by, target="cases.Child")
        raise Http404


def two_records(by: Acting, one: UUID, other: UUID) -> tuple[Child, Child]:
    """Return two different children whose records ``by`` may change and decide about; both looks are recorded.

    Raises Http404 for absent and forbidden, and for a record with itself.
    """
    require_deciding(by)
    if one == other:
        raise Http404
    return require_child(by, child(by, one)), require_child(by, child(by, other))


def said_of(by: Acting, child: Child) -> list[SameChild]:
    """Return what was said of ``child``, who came through the door, and other records; what is over comes last."""
    found = SameChild.objects.visible_to(by).filter(Q(kept=child) | Q(other=child))
    return sorted(found.select_related("kept", "other", "made_by", "ended_by"), key=lambda each: bool(each.ended_at))


def other_records(by: Acting, child: Child, said: list[SameChild]) -> list[OtherRecord]:
    """Return the other records of ``said`` that hold now, with what ``by`` may know of each; the looks are recorded."""
    others = [(each, each.other if each.kept_id == child.pk else each.kept) for each in said if each.ended_at is None]
    if others:
        audit.record_read("child.view", by=by, target="cases.Child", uuids=[other.uuid for _said, other in others])
    return [OtherRecord(**vars(record(by, other)), said=each) for each, other in others]


def record(by: Acting, child: Child) -> OneRecord:
    """Return what ``by`` may know of ``child``, who came through the door, with what held before."""
    return OneRecord(child, child_summary(by, child.pk, past=True), cases_of_child(by, child))


def said(by: Acting, child: Child, ref: UUID) -> SameChild:
    """Return what was said of ``child``, who came through the door, and still holds.

    Raises Http404 for absent, ended and forbidden alike.
    """
    require_deciding(by)
    found = SameChild.objects.visible_to(by).filter(Q(kept=child) | Q(other=child), uuid=ref, ended_at__isnull=True)
    one = found.select_related("kept", "other").first()
    if one is None:
        raise Http404
    return one


def hidden_desks(*children: Child) -> list[str]:
    """Return the duty desks to ask about cases of ``children`` that the reader may not see; none without such a case.

    An empty name stands for the children's social care duty desk of the place, where the agency may not be named.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT desk FROM cases_same_child_hidden(%s::bigint[])", [[each.pk for each in children]])
        desks = [desk for (desk,) in cursor.fetchall()]
    names = dict(Agency.objects.filter(pk__in=[desk for desk in desks if desk]).values_list("pk", "name"))
    return sorted({names.get(desk or 0, "") for desk in desks})
