"""Keeping somebody out of a referral after it came: by a manager, or because the child's case is closed to them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import User
from cases.matching.look import Answer, who_is
from referrals import access, telling
from referrals.known import facts_of
from referrals.lifecycle import Side
from referrals.models import Referral
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inboxes


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
    _keep(locked, person, reason, by)


@one_transaction
def keep_out_reader(referral: Referral, *, by: Acting) -> None:
    """Keep ``by`` out of a referral that their agency received, and tell its managers, who hear no reason."""
    locked = access.locked(by, referral)
    subject = _("%(name)s was kept out of referral %(reference)s: somebody else must go on with it")
    note = Note(
        kind="referral.kept_out",
        subject=subject % {"name": by.user.name, "reference": locked.spoken_reference},
        body="",
        path=reverse("referrals:triage", args=[locked.uuid]),
    )
    managers = telling.managers_of(locked) - {by.user_id}
    occasion = f"referral.kept_out:{locked.uuid}:{by.user_id}"
    put_in_inboxes(note, recipient_ids=managers, occasion=occasion, agency_id=locked.to_agency_id)
    _keep(locked, by.user, "", by)


def child_of(referral: Referral, *, by: Acting) -> Answer:
    """Return who the child of ``referral`` may be, for its receiver.

    Whoever is kept out of that child's case is kept out of the referral from now on: raises Http404, as if it were
    not there.
    """
    found = who_is(facts_of(referral), by=by)
    if found.is_conflict:
        keep_out_reader(referral, by=by)
        raise access.refusal(by, referral.uuid)
    return found


def _keep(referral: Referral, person: User, reason: str, by: Acting) -> None:
    if referral.held_by_id == person.pk:
        referral.held_by = None
        referral.save(update_fields=["held_by"])
    detail = {"person": str(person.uuid)}
    audit.record(
        "referral.keep_out", by=by, target="referrals.Referral", uuids=[referral.uuid], reason=reason, detail=detail
    )
    through: Any = Referral.kept_from.through
    through.objects.bulk_create([through(referral=referral, user=person)], ignore_conflicts=True)
