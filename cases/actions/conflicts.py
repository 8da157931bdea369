"""Proposing an exclusion where an adult around a child may be a user of an involved agency, and deciding about it.

The clock looks, as the worker, which sees all names and shows none. People decide.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership
from agencies.roles import Can
from cases import access_conflicts
from cases.actions import grants
from cases.actions.restriction import exclude
from cases.matching.people import may_be_one
from cases.models import AccessLevel, ExclusionProposal
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Actor, system
from safeguard.notifications.actions import Note, put_in_inbox

BATCH = 50  # cases and people looked through in one transaction
MOST_AT_ONCE = 20_000  # what is left comes the next time


class Alike(NamedTuple):
    """An adult around a case's child and a user of an agency that is involved, whose names share most letters."""

    case: int
    case_uuid: UUID
    lead_agency: int
    relationship: int
    adult: str
    user: int
    person: str
    involvement: int
    confidential: bool
    started_by: int
    leaders: list[int]


def propose_due() -> int:
    """Look, as the worker, through the cases and people that are due; return how many exclusions were proposed."""
    looked = made = 0
    while looked < MOST_AT_ONCE:
        with transaction.atomic():
            due = _take()
            made += _propose(_alike(due), by=system("propose exclusions"))
        looked += len(due)
        if len(due) < BATCH:
            break
    return made


def _take() -> list[tuple[int | None, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, user_id FROM cases_conflict_due(%s)", [BATCH])
        return list(cursor.fetchall())


def _alike(due: Iterable[tuple[int | None, int | None]]) -> list[Alike]:
    cases, users = ([row[place] for row in due if row[place] is not None] for place in (0, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_conflict_alike(%s, %s)", [cases, users])
        found = [Alike(*row) for row in cursor.fetchall()]
    return [each for each in found if may_be_one(each.adult, each.person)]


def _propose(found: list[Alike], *, by: Actor) -> int:
    rows = [
        ExclusionProposal(
            case_id=each.case,
            user_id=each.user,
            involvement_id=each.involvement,
            relationship_id=each.relationship,
        )
        for each in found
    ]
    ExclusionProposal.objects.bulk_create(rows)
    for each, row in zip(found, rows, strict=True):
        uuids = [row.uuid, each.case_uuid]
        audit.record("exclusion.propose", by=by, target="cases.ExclusionProposal", uuids=uuids)
        _tell(each)
    return len(rows)


def _tell(found: Alike) -> None:
    """Put a note, which names nobody, into the inbox of the leading agency's managers who may exclude.

    Where none of them may, of whoever leads the case; of a confidential part of who began it alone.
    """
    leading = {user for user in found.leaders if user != found.user}
    if found.confidential:
        told = leading & {found.started_by}
    else:
        managing = Membership.objects.live().holding(Can.MANAGE_WORK).filter(agency=found.lead_agency, user__in=leading)
        told = set(managing.values_list("user", flat=True)) or leading
    note = Note(
        kind="exclusion.propose",
        subject=_("Say whether there is a conflict of interest on a case that your agency leads"),
        body="",
        path=reverse("cases:access", args=[found.case_uuid]),
    )
    for user in sorted(told):
        key = f"exclusion.propose:{found.case_uuid}:{localdate()}:{user}"
        put_in_inbox(note, recipient_id=user, dedupe_key=key, agency_id=found.lead_agency)


@one_transaction
def decide(proposal: ExclusionProposal, decision: ExclusionProposal.Decision, *, reason: str, by: Acting) -> None:
    """Say what a proposed exclusion comes to: the person is kept out of the case, or not, and why.

    Nothing stands on the timeline unless somebody is excluded: the person who is meant may read there. Raises
    Http404 below the lead level, for the person who is meant, and for what is decided already; ValidationError
    without a reason, and what ``exclude`` raises.
    """
    if not reason.strip():
        raise ValidationError(_("Nothing was saved. Say how you know."))
    case = grants.lock_as(by, proposal.case, AccessLevel.LEAD)
    held = access_conflicts.proposal(by, case, proposal.uuid)
    # Decided first: whoever excludes a colleague may be left with a case that they lead no more.
    # past the door: the proposal that has just come through it
    ExclusionProposal.objects.filter(pk=held.pk).update(
        decision=decision, reason=reason.strip(), decided_by=by.user, decided_at=Now()
    )
    audit.record(
        "exclusion.decide",
        by=by,
        target="cases.ExclusionProposal",
        uuids=[held.uuid, case.uuid],
        detail={"decision": str(decision)},
        reason=reason,
    )
    if decision == ExclusionProposal.Decision.EXCLUDED:
        exclude(case, held.user, reason=reason, by=by)
