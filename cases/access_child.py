"""The door to children: who may see a child's record, who may change it, and what of it they may know.

A child's record is read through a visible case, or by the team that recorded them. Absent and forbidden are the
same: ``Http404``. Part of ``access.py``, in a file of its own for its length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from agencies.acting import Acting
from cases.access import known_parts, with_level
from cases.models import (
    AccessLevel,
    Address,
    Case,
    Child,
    ChildIdentifier,
    ChildName,
    KnownService,
    NotNeeded,
    Relationship,
    SameChild,
)
from safeguard.audit import actions as audit

Fact = ChildName | ChildIdentifier | Address | Relationship | KnownService


def child(by: Acting, ref: UUID | str) -> Child:
    """Return the child with the UUID ``ref``; the look is recorded. Raises Http404 for absent and forbidden."""
    found = Child.objects.with_record_for(by).filter(uuid=ref).first()
    if found is None:
        audit.record_refusal("child.view", by=by, target="cases.Child", uuids=[UUID(str(ref))])
        raise Http404
    audit.record_read("child.view", by=by, target="cases.Child", uuids=[found.uuid])
    return found


def child_to_change(by: Acting, ref: UUID | str) -> Child:
    """Return the child with the UUID ``ref`` where ``by`` may change their record; the look is recorded.

    Raises Http404 for absent and forbidden.
    """
    return require_child(by, child(by, ref))


def require_child(by: Acting, child: Child) -> Child:
    """Return ``child`` where ``by`` may change their record; for actions, on any row they are given.

    That is whoever contributes to one of the child's cases, and the team that recorded the child.
    Raises Http404 otherwise, and records the refusal.
    """
    if not changes_child(by, child):
        audit.record_refusal("child.change", by=by, target="cases.Child", uuids=[child.uuid])
        raise Http404
    return child


def changes_child(by: Acting, child: Child) -> bool:
    """Return whether ``by`` may change the record of ``child``, which came through this door."""
    readable = Child.objects.with_record_for(by).filter(pk=child.pk)
    contributes = with_level(by).filter(child=child, level__gte=AccessLevel.CONTRIBUTE)
    return readable.exists() and (contributes.exists() or readable.filter(recorded_by_team__in=by.team_ids).exists())


FACTS: Mapping[str, type[Fact]] = {
    "name": ChildName,
    "number": ChildIdentifier,
    "address": Address,
    "relative": Relationship,
    "service": KnownService,
}


def child_fact(by: Acting, child: Child, kind: str, ref: UUID) -> Fact:
    """Return a fact about ``child``, which came through this door, that holds until now.

    ``kind`` is a key of FACTS. Raises Http404 for absent, ended and forbidden alike, and for the child's own name: a
    new one takes its place.
    """
    rows: QuerySet[Any] = FACTS[kind].objects.filter(child=child, uuid=ref, until__isnull=True)
    rows = rows.exclude(kind=ChildName.Kind.CURRENT) if kind == "name" else rows
    found: Any = (rows.filter(_known_address(by)) if kind == "address" else rows).first()
    if found is None:
        raise Http404
    return cast("Fact", found)


def others_with(by: Acting, number: str, kind: ChildIdentifier.Kind, *, besides: Child) -> bool:
    """Return whether another child whose record ``by`` may read has the number, and nobody said that they are one.

    Records nothing, and counts no record that ``by`` may not read.
    """
    if kind == ChildIdentifier.Kind.LOCAL:  # each agency counts for itself
        return False
    others = Child.objects.with_record_for(by).filter(
        identifiers__kind=kind, identifiers__value=number, identifiers__until__isnull=True
    )
    said = SameChild.objects.visible_to(by).filter(ended_at__isnull=True)
    one = Exists(said.filter(Q(kept=besides, other=OuterRef("pk")) | Q(other=besides, kept=OuterRef("pk"))))
    return others.exclude(pk=besides.pk).exclude(one).exists()


# --- What is known of a child ---------------------------------------------------------------------


@dataclass(frozen=True)
class ChildSummary:
    """What a page says of a child: names, numbers, the addresses the reader may know, family, known services."""

    names: list[ChildName]
    identifiers: list[ChildIdentifier]
    addresses: list[Address]
    family: list[Relationship]
    services: list[KnownService]


def child_summary(by: Acting, child_id: int, *, past: bool = False) -> ChildSummary:
    """Return what holds now of the child with the key ``child_id``, who came through this door.

    With ``past``, what held before too. A protected address is there only for the person who recorded it
    and those whom it names.
    """
    of_child: dict[str, Any] = {"child": child_id} | ({} if past else {"until__isnull": True})
    addresses = _after_moves(list(Address.objects.filter(_known_address(by), child=child_id)))
    return ChildSummary(
        names=list(ChildName.objects.filter(**of_child)),
        identifiers=list(ChildIdentifier.objects.filter(**of_child)),
        addresses=[each for each in addresses if past or each.until is None],
        family=list(Relationship.objects.filter(**of_child).select_related("person").order_by("person__name", "id")),
        services=list(KnownService.objects.filter(**of_child).select_related("agency")),
    )


def _after_moves(addresses: list[Address]) -> list[Address]:
    """End, for this reader, the addresses that the child left for a protected one that the reader may know.

    The rows themselves stay open: their end would tell those who may not know the new address of the move.
    """
    for move in (each for each in addresses if each.hides_move):
        for left in addresses:
            if left.pk < move.pk and left.until is None:
                left.until = move.since
    return addresses


def cases_of_child(by: Acting, child: Child) -> list[Case]:
    """Return the cases of ``child``, who came through this door, that ``by`` sees, newest first."""
    found = Case.objects.visible_to(by).filter(child=child).select_related("lead_agency")
    return list(found.order_by("-opened_at", "-pk"))


def _known_address(by: Acting) -> Q:
    return Q(is_protected=False) | Q(recorded_by=by.user_id) | Q(pk__in=_named_on(by))


def _named_on(by: Acting) -> QuerySet[Any]:
    return Address.readers.through.objects.filter(user=by.user_id).values("address")


def missing_services(by: Acting, case: Case) -> list[KnownService]:
    """Return the services that the child of ``case`` is known to and that are not involved, as far as ``by`` may know.

    One whose agency has a part that ``by`` may know of is there already; one with a reason why not is settled.
    """
    known = KnownService.objects.filter(child=case.child_id, until__isnull=True).select_related("agency")
    settled = NotNeeded.objects.filter(case=case, service__isnull=False).values("service")
    missing = known.exclude(agency__in=known_parts(by, case).values("team__agency"))
    return list(missing.exclude(pk__in=settled))


def missing_service(by: Acting, case: Case, ref: UUID) -> KnownService:
    """Return one of ``missing_services``. Raises Http404 for any other."""
    found = next((service for service in missing_services(by, case) if service.uuid == ref), None)
    if found is None:
        raise Http404
    return found
