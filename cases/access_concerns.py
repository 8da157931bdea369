"""The door to concerns, and to the children about whom somebody may log one."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from agencies.acting import Acting
from cases.models import Child, Concern
from safeguard.audit import actions as audit

FOUND_AT_MOST = 20
LISTED = 50
RELATED = ("child", "case", "team__agency", "also__agency", "author", "author_agency", "next_step_owner", "workplace")


def concern(by: Acting, ref: UUID | str) -> Concern:
    """Return the concern with the UUID ``ref``; the look is recorded. Raises Http404 for absent and forbidden."""
    found: Concern | None = _shown(by).filter(uuid=ref).first()
    if found is None:
        raise refusal(by, ref)
    audit.record_read("concern.view", by=by, target="cases.Concern", uuids=[found.uuid])
    return found


def refusal(by: Acting, ref: UUID | str) -> Http404:
    """Record that ``by`` was refused a concern and return the 404 to raise."""
    audit.record_refusal("concern.view", by=by, target="cases.Concern", uuids=[UUID(str(ref))])
    return Http404()


def written_by(by: Acting) -> list[Concern]:
    """Return what ``by`` wrote for the agency that they act for, newest first; the list is one audit row."""
    return _listed(_shown(by).written_by(by), by)


def may_link(by: Acting, concern: Concern) -> bool:
    """Return whether ``by`` belongs to a team that holds ``concern`` and could put it on a case's timeline."""
    return concern.entry_id is None and bool({concern.team_id, concern.also_id} & set(by.team_ids))


def children_named(by: Acting, text: str) -> list[Child]:
    """Return the children whom ``by`` may see and whose names hold the words of ``text``; one audit row."""
    if not text.strip():
        return []
    found: QuerySet[Any] = Child.objects.visible_to(by).named_like(text[:200]).with_name()
    listed: list[Child] = list(found.order_by("shown_name", "pk")[:FOUND_AT_MOST])
    audit.record_read("child.search", by=by, target="cases.Child", uuids=[each.uuid for each in listed])
    return listed


def children_at(by: Acting, refs: list[str]) -> list[Child]:
    """Return those of the children with the UUIDs ``refs`` whom ``by`` may see, with their names."""
    return list(Child.objects.visible_to(by).filter(uuid__in=refs).with_name()) if refs else []


def _shown(by: Acting) -> Any:
    return Concern.objects.visible_to(by).with_child_name().select_related(*RELATED)


def _listed(concerns: QuerySet[Concern], by: Acting) -> list[Concern]:
    listed = list(concerns.order_by("-recorded_at", "-pk")[:LISTED])
    audit.record_read("concern.list", by=by, target="cases.Concern", uuids=[each.uuid for each in listed])
    return listed
