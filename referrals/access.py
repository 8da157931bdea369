"""The door to referrals: the referrer's side reads what it sent, the receiving agency works on it, nobody else.

Absent and forbidden are the same: ``Http404``. Every look through this door is recorded, and so is every refusal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from agencies.acting import Acting
from agencies.models import Membership
from agencies.roles import Can
from cases import access_concerns
from cases.access import with_level
from cases.concern_codes import Route
from cases.models import Case, Child, ChildName, Concern
from referrals.access_conflicts import conflicts_among
from referrals.codes import ACCEPTING, Source
from referrals.lifecycle import UNDECIDED, Action, Side, State
from referrals.models import (
    Acceptance,
    ChallengeStep,
    PublicReporter,
    Referral,
    ReferralDraft,
    ReferralRelative,
    ReferralStep,
    TriageNote,
)
from referrals.querysets import RECEIVES
from safeguard.audit import actions as audit
from safeguard.common.pagination import Page, paginate

LISTED, COUNT_CAP = 50, 1_000
REPEATED = timedelta(days=365)
# What a line of the queue shows: the long texts stay where they are.
QUEUED = (
    *("uuid", "reference", "given", "surname", "state", "urgency", "priority", "rating", "decide_by", "received_at"),
    *("source", "from_agency__name", "held_by__name"),
    # By which the child is compared with those whose case is closed to the reader.
    *("born_on", "sex", "postcode", "nhs_number", "pupil_number"),
)
RELATED = ("submitted_by", "from_agency", "from_team", "to_agency", "held_by")


def referral(by: Acting, ref: UUID | str) -> Referral:
    """Return the referral with the UUID ``ref``; the look is recorded. Raises Http404 for absent and forbidden."""
    found: Referral | None = _shown(by).filter(uuid=ref).first()
    if found is None:
        raise refusal(by, ref)
    audit.record_read("referral.view", by=by, target="referrals.Referral", uuids=[found.uuid])
    return found


def refusal(by: Acting, ref: UUID | str) -> Http404:
    """Record that ``by`` was refused a referral and return the 404 to raise."""
    audit.record_refusal("referral.view", by=by, target="referrals.Referral", uuids=[UUID(str(ref))])
    return Http404()


def sent(by: Acting, cursor: str | None = None, *, strict: bool = False) -> Page[Referral]:
    """Return one page of what ``by``'s side sent: what asks for an answer, what is undecided, the rest; newest first.

    The page is one audit row. With ``strict`` a cursor that is not readable raises ValueError.
    """
    found = _shown(by).sent_by(by).with_rank()
    page: Page[Referral] = paginate(
        found, order=["rank", "-received_at", "-id"], cursor=cursor, size=LISTED, strict=strict
    )
    if page.items:
        uuids = [each.uuid for each in page.items]
        audit.record_read("referral.list", by=by, target="referrals.Referral", uuids=uuids)
    return page


def bundle(by: Acting, ref: UUID) -> list[Referral]:
    """Return the referrals that ``by``'s side sent with one form. Raises Http404 where there is none."""
    found = _listed(_shown(by).sent_by(by).filter(bundle=ref).order_by("pk"), by, "referral.receipt")
    if not found:
        raise refusal(by, ref)
    return found


def sent_referral(by: Acting, ref: UUID | str) -> Referral:
    """Return a referral of ``by``'s side; the look is recorded. Raises Http404 for absent and forbidden."""
    found = referral(by, ref)
    if not is_senders(by, found):
        raise refusal(by, ref)
    return found


def questions_of(by: Acting, referrals: Iterable[Referral]) -> dict[int, str]:
    """Return what triage asked last, by the keys of those of ``referrals`` that wait for an answer."""
    waiting = [each.pk for each in referrals if each.state == State.ASKED]
    asked = ReferralStep.objects.visible_to(by).filter(referral__in=waiting, action=Action.ASK)
    return dict(asked.order_by("made_at", "id").values_list("referral", "text"))


def outcomes_of(by: Acting, referrals: Iterable[Referral]) -> dict[int, ReferralStep]:
    """Return what the referrer was told of the decision that holds, by the keys of ``referrals``."""
    steps = ReferralStep.objects.visible_to(by).filter(
        referral__in=[each.pk for each in referrals], action__in=[Action.FEED_BACK, Action.REOPEN]
    )
    last = {step.referral_id: step for step in steps.order_by("made_at", "id")}
    return {ref: step for ref, step in last.items() if step.action == Action.FEED_BACK}


def asked_count(by: Acting) -> int:
    """Return how many of what ``by``'s side sent wait for an answer from it."""
    return Referral.objects.visible_to(by).sent_by(by).filter(state=State.ASKED).count()


def is_senders(by: Acting, referral: Referral) -> bool:
    """Return whether ``by`` is of the side that sent ``referral``, which came through this door."""
    own = (referral.submitted_by_id, referral.from_agency_id) == (by.user_id, by.agency_id)
    return own or referral.from_team_id in by.team_ids


def sides(by: Acting, referral: Referral) -> frozenset[Side]:
    """Return whose steps ``by`` may take with ``referral``, which came through this door."""
    receives = referral.to_agency_id == by.agency_id
    held = {
        Side.TRIAGE: receives and by.can(Can.TRIAGE),
        Side.MANAGER: receives and by.can(Can.MANAGE_WORK),
        Side.REFERRER: is_senders(by, referral) and referral.from_agency_id == by.agency_id and by.can(Can.REFER),
    }
    return frozenset(side for side, holds in held.items() if holds)


def locked(by: Acting, referral: Referral) -> Referral:
    """Return ``referral`` as it is now, locked for a change. Raises Http404 where ``by`` does not see it."""
    found = Referral.objects.visible_to(by).select_for_update().filter(pk=referral.pk).first()
    if found is None:
        raise refusal(by, referral.uuid)
    return found


# --- The receiving side ---------------------------------------------------------------------------


def works_queue(by: Acting) -> bool:
    """Return whether ``by`` works on what their agency is sent."""
    return bool(RECEIVES & by.capabilities)


@dataclass(frozen=True)
class Queue:
    """A page of the queue. ``closed`` is what is not on it: by referral the children who closed it to the reader."""

    page: Page[Referral]
    closed: Mapping[Referral, frozenset[int]]


def queue(by: Acting, cursor: str | None = None, *, ended: bool = False) -> Queue:
    """Return one page of what waits: the most urgent first, then by the time left; one audit row.

    With ``ended`` what was closed or withdrawn instead, the newest first. What may be about a child from whose case
    ``by`` is kept out is not on it: the list shows names.
    """
    received = Referral.objects.received_by(by).select_related("from_agency", "held_by").only(*QUEUED)
    found = received.ended() if ended else received.waiting()
    order = ["-received_at", "-id"] if ended else ["priority", "decide_by", "id"]
    page: Page[Referral] = paginate(found, order=order, cursor=cursor, size=LISTED)
    closed = conflicts_among(page.items)
    page = replace(page, items=[each for each in page.items if each not in closed])
    uuids = [each.uuid for each in page.items]
    audit.record_read("referral.queue", by=by, target="referrals.Referral", uuids=uuids)
    return Queue(page, closed)


def waiting_count(by: Acting) -> int:
    """Return how many wait in the queue for a first look or a decision, counted up to COUNT_CAP + 1."""
    found = Referral.objects.received_by(by).filter(state__in=UNDECIDED)
    return len(found.order_by()[: COUNT_CAP + 1].values_list("pk"))


def received(by: Acting, ref: UUID | str) -> Referral:
    """Return what ``by``'s agency received. Raises Http404 for absent and forbidden, its sender's side among them."""
    received = Referral.objects.received_by(by).with_holds(by).select_related(*RELATED)
    found: Referral | None = received.filter(uuid=ref).first()
    if found is None:
        raise refusal(by, ref)
    audit.record_read("referral.triage", by=by, target="referrals.Referral", uuids=[found.uuid])
    return found


def household(by: Acting, referral: Referral) -> list[Referral]:
    """Return the other children who came with the same form, as far as ``by`` received them.

    Without those who may be a child from whose case ``by`` is kept out.
    """
    same = list(Referral.objects.received_by(by).filter(bundle=referral.bundle).exclude(pk=referral.pk).order_by("pk"))
    closed = conflicts_among(same) if same else {}
    return [each for each in same if each not in closed]


def earlier(by: Acting, referral: Referral) -> list[Referral]:
    """Return what ``by``'s agency received within REPEATED before ``referral`` and that speaks of the same child.

    The same health service number, or the same names with the same date of birth or expected date: what was typed
    alike. The matching beside it finds children whose names were not.
    """
    same = Q(nhs_number=referral.nhs_number) if referral.nhs_number else Q(pk__in=[])
    if referral.child_name and (referral.born_on or referral.expected_on):
        names = Q(given__iexact=referral.given, surname__iexact=referral.surname)
        same |= names & Q(born_on=referral.born_on, expected_on=referral.expected_on)
    since = referral.received_at - REPEATED
    found = Referral.objects.received_by(by).filter(same, received_at__gte=since, received_at__lt=referral.received_at)
    return list(found.select_related("from_agency").order_by("-received_at")[:LISTED])


def notes_of(by: Acting, referral: Referral) -> list[TriageNote]:
    """Return what triage noted for itself, oldest first."""
    return list(TriageNote.objects.visible_to(by).filter(referral=referral).select_related("made_by"))


def reporter_of(by: Acting, referral: Referral) -> PublicReporter | None:
    """Return who sent ``referral`` without an account, for whoever works on it; the look is recorded."""
    if referral.is_from_account:
        return None
    found = PublicReporter.objects.visible_to(by).filter(referral=referral).first()
    if found:
        audit.record_read("referral.reporter", by=by, target="referrals.PublicReporter", uuids=[found.uuid])
    return found


def reporter_to_call(by: Acting, referral: Referral) -> PublicReporter:
    """Return the professional without an account who sent ``referral``. Raises Http404 where it was nobody such."""
    found = reporter_of(by, referral) if referral.source == Source.PROFESSIONAL else None
    if found is None:
        raise refusal(by, referral.uuid)
    return found


def proposal(by: Acting, referral: Referral) -> TriageNote:
    """Return the decision that waits for a signature. Raises Http404 where ``by`` sees none."""
    return _newest_note(by, referral, TriageNote.Kind.PROPOSED)


def decision(by: Acting, referral: Referral) -> TriageNote:
    """Return the decision that was made. Raises Http404 where ``by`` sees none."""
    return _newest_note(by, referral, TriageNote.Kind.DECIDED)


def acceptance(by: Acting, referral: Referral) -> Acceptance | None:
    """Return how ``referral`` was put on a case last, None where it was not or ``by`` may not know of it.

    Its case and child may be such as ``by`` does not see: see ``case_of``.
    """
    return Acceptance.objects.visible_to(by).filter(referral=referral).order_by("pk").last()


def case_of(by: Acting, accepted: Acceptance | None) -> Case | None:
    """Return the case of an acceptance that came through this door, where ``by`` sees that case."""
    if accepted is None:
        return None
    return cast("Case | None", with_level(by).filter(pk=accepted.case_id, level__isnull=False).first())


def child_accepted(by: Acting, accepted: Acceptance) -> UUID:
    """Return the public key of the child of an acceptance that came through this door. Raises Http404 where unseen."""
    found = Child.objects.visible_to(by).filter(pk=accepted.child_id).values_list("uuid", flat=True).first()
    if found is None:
        raise refusal(by, accepted.uuid)
    return found


def owes_case(by: Acting, referral: Referral) -> bool:
    """Return whether the decision on ``referral`` is still to be put on a case.

    That is a decision that asks for a case, and whatever is decided of a referral that is part of an open one.
    """
    if referral.state not in {State.DECIDED, State.FED_BACK}:
        return False
    notes = TriageNote.objects.visible_to(by).filter(referral=referral, kind=TriageNote.Kind.DECIDED)
    last, accepted = notes.last(), acceptance(by, referral)
    if last is None or (accepted and accepted.note_id == last.pk):
        return False
    return last.outcome in ACCEPTING or (accepted is not None and _is_open(accepted))


def _is_open(accepted: Acceptance) -> bool:
    # Also where the reader does not see the case: that there is one is known to the whole queue.
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_case_is_open(%s)", [accepted.pk])
        return bool(cursor.fetchone()[0])


def _newest_note(by: Acting, referral: Referral, kind: TriageNote.Kind) -> TriageNote:
    found = TriageNote.objects.visible_to(by).filter(referral=referral, kind=kind).last()
    if found is None:
        raise refusal(by, referral.uuid)
    return found


# --- What belongs to a referral -------------------------------------------------------------------


def last_question(by: Acting, referral: Referral) -> ReferralStep | None:
    """Return what triage asked last."""
    return ReferralStep.objects.visible_to(by).filter(referral=referral, action=Action.ASK).last()


def outcome_of(by: Acting, referral: Referral) -> ReferralStep | None:
    """Return what the referrer was told of the decision that holds, None while there is none."""
    told = ReferralStep.objects.visible_to(by).filter(referral=referral, action__in=[Action.FEED_BACK, Action.REOPEN])
    last = told.last()
    return last if last and last.action == Action.FEED_BACK else None


def relatives_of(by: Acting, referral: Referral) -> list[ReferralRelative]:
    """Return the family in ``referral``, which came through this door."""
    return list(ReferralRelative.objects.visible_to(by).filter(referral=referral))


def challenge_of(by: Acting, referral: Referral) -> list[ChallengeStep]:
    """Return the steps of the challenge of ``referral``, which came through this door, in their order."""
    found = ChallengeStep.objects.visible_to(by).filter(referral=referral).select_related("made_by", "made_for")
    return list(found.order_by("number"))


def kept_out(referral: Referral) -> set[int]:
    """Return the keys of the people who may hear nothing of ``referral``, for whoever tells others of it.

    They are kept from it, or kept out of a case of the child that it led to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_kept_out(%s)", [referral.pk])
        return {key for (key,) in cursor.fetchall()}


def workers_on(referral: Referral) -> set[int]:
    """Return the keys of the people of the receiving agency who may work on ``referral`` today."""
    found: set[int] = set()
    for capability in RECEIVES:
        held = Membership.objects.live().holding(capability)
        found |= set(held.filter(agency=referral.to_agency_id, user__is_active=True).values_list("user", flat=True))
    return found - kept_out(referral)


def steps_of(by: Acting, referral: Referral) -> list[ReferralStep]:
    """Return what happened to ``referral``, which came through this door, oldest first."""
    found = ReferralStep.objects.visible_to(by).filter(referral=referral).select_related("made_by", "made_for")
    steps = list(found)
    for step in steps:
        step.referral = referral
    return steps


def concern_to_refer(by: Acting, ref: UUID | str) -> Concern:
    """Return the concern with the UUID ``ref`` where ``by`` sees it and may refer the child; the look is recorded.

    One about somebody who works with children is the designated officer's: it becomes no referral. Raises Http404.
    """
    found = access_concerns.concern(by, ref)
    if not by.can(Can.REFER) or found.route == Route.STAFF or found.child is None:
        raise access_concerns.refusal(by, ref)
    return found


def name_of(child: Child) -> ChildName | None:
    """Return the name that is shown of a child who came through a door."""
    return ChildName.objects.filter(child=child, until__isnull=True).order_by("kind", "-pk").first()


def draft(by: Acting, ref: UUID | str) -> ReferralDraft:
    """Return ``by``'s own draft with the UUID ``ref``. Raises Http404 for absent and forbidden."""
    found = ReferralDraft.objects.visible_to(by).filter(uuid=ref).first()
    if found is None:
        audit.record_refusal("referral_draft.view", by=by, target="referrals.ReferralDraft", uuids=[UUID(str(ref))])
        raise Http404
    return found


def drafts(by: Acting) -> list[ReferralDraft]:
    """Return ``by``'s own drafts, the newest first."""
    return list(ReferralDraft.objects.visible_to(by).select_related("handed_by")[:LISTED])


def _shown(by: Acting) -> Any:
    return Referral.objects.visible_to(by).select_related(*RELATED)


def _listed(referrals: QuerySet[Referral], by: Acting, look: str) -> list[Referral]:
    found = list(referrals[:LISTED])
    if found:
        audit.record_read(look, by=by, target="referrals.Referral", uuids=[each.uuid for each in found])
    return found
