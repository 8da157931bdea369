"""Keeping somebody out of a referral after it came: for good, or while a child's case is closed to them."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import User
from cases.matching.look import Answer, who_is
from referrals import access, access_conflicts, telling
from referrals.known import facts_of
from referrals.lifecycle import Side
from referrals.models import Referral, ReferralHold
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.common.pagination import Page
from safeguard.notifications.actions import Note, put_in_inboxes

WORKS = {Side.TRIAGE, Side.MANAGER}


@one_transaction
def keep_out(referral: Referral, person: User, *, reason: str, by: Acting) -> None:
    """Keep ``person`` out of ``referral`` for good; where they have it, it goes back into the queue.

    Raises Http404 for whoever does not manage the receiving agency's work, ValidationError without a reason, for
    somebody who does not work on it, and where nobody would be left who does. Why stays with the audit.
    """
    locked = access.locked(by, referral)
    if Side.MANAGER not in access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    if not reason.strip():
        raise ValidationError(_("Nobody is kept out. Say what the conflict of interest is."))
    working = access.workers_on(locked)
    if person.pk not in working:
        raise ValidationError(_("Nobody is kept out: this person does not work on your agency’s referrals."))
    if working == {person.pk}:
        raise ValidationError(_("Nobody is kept out: no one would be left who can work on it. Ask your administrator."))
    _put_back(locked, person)
    audit.record(
        "referral.keep_out",
        by=by,
        target="referrals.Referral",
        uuids=[locked.uuid],
        reason=reason,
        detail={"person": str(person.uuid)},
    )
    through: Any = Referral.kept_from.through
    through.objects.bulk_create([through(referral=locked, user=person)], ignore_conflicts=True)


@one_transaction
def hold_reader(referral: Referral, children: Iterable[int], *, by: Acting) -> None:
    """Keep ``by`` out of a referral that their agency received, while it may be about one of ``children``.

    Its managers are told, and hear no reason. It ends once somebody decided that it is about another child.
    """
    locked = access.locked(by, referral)
    subject = _("%(name)s is kept out of referral %(reference)s for now: somebody else must go on with it")
    note = Note(
        kind="referral.kept_out",
        subject=subject % {"name": by.user.name, "reference": locked.spoken_reference},
        body="",
        path=reverse("referrals:triage", args=[locked.uuid]),
    )
    managers = telling.managers_of(locked) - access.kept_out(locked) - {by.user_id}
    occasion = f"referral.kept_out:{locked.uuid}:{by.user_id}"
    put_in_inboxes(note, recipient_ids=managers, occasion=occasion, agency_id=locked.to_agency_id)
    _put_back(locked, by.user)
    detail = {"person": str(by.user.uuid)}
    audit.record("referral.hold", by=by, target="referrals.Referral", uuids=[locked.uuid], detail=detail)
    holds = [ReferralHold(referral=locked, person=by.user, child_id=child) for child in sorted(children)]
    ReferralHold.objects.bulk_create(holds, ignore_conflicts=True)
    if not access.workers_on(locked):
        telling.tell_nobody_left(locked)


@one_transaction
def decide_hold(hold: ReferralHold, choice: ReferralHold.Choice, *, by: Acting) -> None:
    """Decide whether a referral is about the child for whom somebody is kept out of it.

    It holds for everybody who is kept out for that child: they stay out, or find the referral in the queue again and
    are told so. Raises Http404 for whoever does not work on it or does not see the child, ValidationError where
    somebody has decided it meanwhile.
    """
    locked = access.locked(by, hold.referral)
    if not WORKS & access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    held = ReferralHold.objects.visible_to(by).filter(referral=locked, child=hold.child_id, choice="")
    people = set(held.values_list("person", flat=True))
    if not held.update(choice=choice, decided_by=by.user, decided_at=Now()):
        raise ValidationError(_("Nothing was saved: somebody has decided this meanwhile. Open the referral anew."))
    detail = {"choice": str(choice)}
    uuids = [locked.uuid, hold.child.uuid]
    audit.record("referral.decide_hold", by=by, target="referrals.Referral", uuids=uuids, detail=detail)
    if choice == ReferralHold.Choice.NOT_SAME:
        telling.tell_let_in(locked, people)


def queue(by: Acting, cursor: str | None = None, *, ended: bool = False) -> Page[Referral]:
    """Return one page of the queue as ``access.queue`` gives it, without what ``by`` is kept out of from now on.

    Whatever may be about a child from whose case ``by`` is kept out is held back before its name is shown.
    """
    found = access.queue(by, cursor, ended=ended)
    for referral, children in found.closed.items():
        hold_reader(referral, children, by=by)
    return found.page


def child_of(referral: Referral, *, by: Acting) -> Answer:
    """Return who the child of ``referral`` may be, for its receiver.

    Whoever is kept out of that child's case is kept out of the referral until somebody decided that it is about
    another child: raises Http404, as if it were not there.
    """
    found = who_is(facts_of(referral), by=by, ruled_out=lambda children: access_conflicts.not_about(referral, children))
    if found.is_conflict:
        hold_reader(referral, found.conflicts, by=by)
        raise access.refusal(by, referral.uuid)
    return found


def _put_back(referral: Referral, person: User) -> None:
    if referral.held_by_id == person.pk:
        referral.held_by = None
        referral.save(update_fields=["held_by"])
