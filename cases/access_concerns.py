"""The door to concerns, and to the children about whom somebody may log one."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from agencies.acting import Acting
from agencies.roles import ANSWER_CONCERNS
from cases import access
from cases.access import Position
from cases.concern_codes import Route
from cases.concern_routes import LINKED
from cases.models import AccessLevel, Case, Child, Concern, ConcernDraft, ConcernStep, InjuryMark
from safeguard.audit import actions as audit

FOUND_AT_MOST = 20
LISTED = 50
# What somebody other than its writer was asked to look at, or that went past the usual team.
BROUGHT = Q(look_due_at__isnull=False) | ~Q(route=Route.USUAL)
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


def written_by(by: Acting, *, after: Position | None = None) -> list[Concern]:
    """Return what ``by`` wrote for the agency that they act for, newest first, at most LISTED + 1; one audit row."""
    return _listed(_shown(by).written_by(by), by, after)


def kept_by_team(by: Acting) -> list[Concern]:
    """Return what colleagues of ``by``'s teams wrote that was brought to nobody and stands on no timeline.

    Newest first, at most LISTED + 1; one audit row.
    """
    kept = _shown(by).filter(~BROUGHT, _held_by(by), entry__isnull=True).exclude(author=by.user)
    return _listed(kept, by, None)


def draft(by: Acting, ref: UUID | str) -> ConcernDraft:
    """Return ``by``'s own draft with the UUID ``ref``. Raises Http404 for absent and forbidden."""
    found = ConcernDraft.objects.visible_to(by).filter(uuid=ref).first()
    if found is None:
        audit.record_refusal("draft.view", by=by, target="cases.ConcernDraft", uuids=[UUID(str(ref))])
        raise Http404
    return found


def drafts(by: Acting) -> list[ConcernDraft]:
    """Return ``by``'s own drafts, the newest first."""
    return list(ConcernDraft.objects.visible_to(by)[:LISTED])


def answers_concerns(by: Acting) -> bool:
    """Return whether ``by`` has a queue: a safeguarding lead, a triage officer, a designated officer with a team."""
    return bool(ANSWER_CONCERNS & by.capabilities) and bool(by.team_ids)


def may_answer(by: Acting, concern: Concern) -> bool:
    """Return whether ``by`` answers for the team that holds ``concern``, and sees it. Records nothing."""
    if not answers_concerns(by) or concern.team_id not in by.team_ids:
        return False
    return Concern.objects.visible_to(by).filter(pk=concern.pk).exists()


def concern_to_answer(by: Acting, ref: UUID | str) -> Concern:
    """Return the concern with the UUID ``ref`` where ``by`` answers it. Raises Http404 for absent and forbidden."""
    found = concern(by, ref)
    if not may_answer(by, found):
        raise refusal(by, ref)
    return found


def queue(by: Acting) -> list[Concern]:
    """Return what was brought to ``by``'s teams: not looked at first by its time, then the newest; one audit row.

    Each has ``looked``, ``decided`` and ``answered``. At most LISTED + 1, so that a page can say that there are more.
    """
    steps = {
        name: Exists(ConcernStep.objects.filter(concern=OuterRef("pk"), kind=kind))
        for name, kind in (("looked", "looked"), ("decided", "decided"), ("answered", "feedback"))
    }
    asked = _shown(by).filter(BROUGHT, _held_by(by)).annotate(**steps)
    order = ("decided", "looked", F("look_due_at").asc(nulls_last=True), "-recorded_at")
    listed = list(asked.order_by(*order)[: LISTED + 1])
    audit.record_read("concern.queue", by=by, target="cases.Concern", uuids=[each.uuid for each in listed])
    return listed


def unlooked_count(by: Acting) -> int:
    """Return how many concerns ``by``'s teams were asked to look at and nobody has, up to LISTED + 1. No audit row."""
    looked = ConcernStep.objects.filter(concern=OuterRef("pk"), kind=ConcernStep.Kind.LOOKED)
    asked = Concern.objects.visible_to(by).filter(look_due_at__isnull=False, team__in=by.team_ids)
    return asked.exclude(Exists(looked))[: LISTED + 1].count()


def steps_of(by: Acting, concern: Concern) -> list[ConcernStep]:
    """Return what ``by`` may know of what became of ``concern``, which came through this door, oldest first."""
    return list(ConcernStep.objects.visible_to(by).filter(concern=concern).select_related("made_by", "team"))


def case_to_join(by: Acting, concern: Concern) -> Case | None:
    """Return the child's open case whose timeline ``concern``, which came through this door, can join.

    None where it stands on one already, where somebody is kept from it, where ``by`` belongs to no team that
    holds it, and where ``by`` does not contribute to a case of the child. A case of a record that was merged with
    the child's is none of its own: its readers may not know of this one. Records nothing.
    """
    held = bool({concern.team_id, concern.also_id} & set(by.team_ids))
    if not held or concern.entry_id or concern.child is None or concern.route not in LINKED:
        return None
    found = access.open_case_of(by, concern.child, to=AccessLevel.CONTRIBUTE)
    return found if found and found.child_id == concern.child_id else None


def children_named(by: Acting, text: str) -> list[Child]:
    """Return the children whom ``by`` may see and whose names hold the words of ``text``; one audit row.

    At most FOUND_AT_MOST + 1, so that a page can say that there are more.
    """
    words = text.replace("\0", " ")[:200]  # PostgreSQL's texts hold no NUL
    if not words.strip():
        return []
    found: QuerySet[Any] = Child.objects.visible_to(by).named_like(words).with_name()
    listed: list[Child] = list(found.order_by("shown_name", "pk")[: FOUND_AT_MOST + 1])
    audit.record_read("child.search", by=by, target="cases.Child", uuids=[each.uuid for each in listed])
    return listed


def chosen_children(by: Acting, refs: list[str]) -> list[Child]:
    """Return those of the children with the UUIDs ``refs`` whom ``by`` may see; what they are chosen for records it."""
    return list(Child.objects.visible_to(by).filter(uuid__in=refs).with_name())


def child_named(by: Acting, ref: UUID) -> Child:
    """Return the child with the UUID ``ref``. Raises Http404 for absent and hidden, and records the refusal."""
    found = Child.objects.visible_to(by).filter(uuid=ref).first()
    if found is None:
        audit.record_refusal("concern.log", by=by, target="cases.Child", uuids=[ref])
        raise Http404
    return found


def injuries_of(by: Acting, concern: Concern) -> list[InjuryMark]:
    """Return the marks on the map of the body of ``concern``, which came through this door, in their order."""
    return list(InjuryMark.objects.visible_to(by).filter(concern=concern))


def children_at(by: Acting, refs: list[str]) -> list[Child]:
    """Return those of the children with the UUIDs ``refs`` whom ``by`` may see, with their names; one audit row."""
    if not refs:
        return []
    listed = list(Child.objects.visible_to(by).filter(uuid__in=refs).with_name())
    audit.record_read("child.list", by=by, target="cases.Child", uuids=[each.uuid for each in listed])
    return listed


def _shown(by: Acting) -> Any:
    return Concern.objects.visible_to(by).with_child_name().select_related(*RELATED)


def _held_by(by: Acting) -> Q:
    return Q(team__in=by.team_ids) | Q(also__in=by.team_ids)


def _listed(concerns: QuerySet[Concern], by: Acting, after: Position | None) -> list[Concern]:
    if after:
        concerns = concerns.filter(
            Q(recorded_at__lt=after.key) | Q(recorded_at=after.key, pk__lt=after.pk), recorded_at__lte=after.key
        )
    listed = list(concerns.order_by("-recorded_at", "-pk")[: LISTED + 1])
    audit.record_read("concern.list", by=by, target="cases.Concern", uuids=[each.uuid for each in listed])
    return listed
