"""Changing and ending memberships. Making one is an invitation's work: see invitations.py."""

import logging
from datetime import datetime
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import access, leaving
from agencies.acting import Acting
from agencies.actions import terms as checks
from agencies.actions.constraints import Explanations, explained
from agencies.actions.groups import put_in_step
from agencies.actions.notices import tell_of_end, tell_of_gaps
from agencies.actions.sessions import end_sessions_of
from agencies.actions.terms import Terms, terms_of
from agencies.leads import Gap, gaps_of
from agencies.models import Agency, Membership, MembershipState, User
from agencies.roles import Can, capabilities_of, grantable_by, labels_of
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor

TARGET = "agencies.Membership"
DATES: Explanations = {
    "membership_no_overlap": (
        "until",
        gettext_lazy(
            "This person has another membership of the agency in that time. Nothing was saved:"
            " choose an earlier last day, or change the other membership"
        ),
    ),
    "membership_ends_after_start": ("until", gettext_lazy("The last day must not be before the first day")),
}

logger = logging.getLogger(__name__)


def add(user: User, agency: Agency, terms: Terms, *, by: Actor) -> Membership:
    """Return the new membership, with its groups in step, in the caller's transaction.

    Raises ValidationError where it would overlap another of the same person in the same agency. Who may
    do this is the caller's question: an accepted invitation was checked when it was made.
    """
    _lock(user.pk)
    with explained(DATES):
        membership = Membership.objects.create(user=user, agency=agency, **terms.columns())
    membership.teams.set(terms.teams)
    put_in_step([user.pk])
    record("membership.add", by=by, target=TARGET, uuids=[membership.uuid], detail=terms.codes())
    return membership


@one_transaction
def change(membership: Membership, terms: Terms, *, by: Acting) -> None:
    """Give ``membership`` the ``terms``; its start stays as it is.

    Raises ValidationError with a message by field, Http404 for somebody who does not manage the agency.
    """
    membership = _claim(membership, by)
    before = terms_of(membership)
    if membership.state == MembershipState.ENDED:
        raise ValidationError(_("This membership has ended. Nothing was saved: to bring the person back, invite them"))
    checks.check(terms, agency=membership.agency, by=by, before=before)
    _check_an_administrator_remains(membership, keeps=terms.roles)
    if terms.until is not None and (before.until is None or terms.until < before.until):
        _check_may_take(membership, by)
    gaps = gaps_of(membership.agency)
    with explained(DATES):
        Membership.objects.filter(pk=membership.pk).update(**terms.columns(), updated_at=Now())
    membership.teams.set(terms.teams)
    put_in_step([membership.user_id])
    detail = {"before": before.codes(), "after": terms.codes()}
    record("membership.change", by=by, target=TARGET, uuids=[membership.uuid], detail=detail)
    _tell_of_new_gaps(membership, gaps)


@one_transaction
def end(membership: Membership, *, by: Acting, until: datetime | None = None, reason: str = "") -> None:
    """End ``membership`` now, or at ``until``. Now means: access is gone on the person's next request.

    Raises ValidationError with a message by field, Http404 for somebody who does not manage the agency.
    """
    membership = _claim(membership, by)
    _check_end(membership, until)
    _check_an_administrator_remains(membership)
    _check_may_take(membership, by)
    gaps = gaps_of(membership.agency)
    moment = until or Greatest(F("since"), Now())
    Membership.objects.filter(pk=membership.pk).update(until=moment, updated_at=Now())
    detail = {"until": until.isoformat() if until else "now"}
    record("membership.end", by=by, target=TARGET, uuids=[membership.uuid], reason=reason, detail=detail)
    if until is None:
        _leave(membership, by=by)
        _tell_of_new_gaps(membership, gaps)


def hand_over_ended(*, by: Actor) -> int:
    """Pass on the work of memberships that their end date has ended, and tell the managers; return how many.

    One transaction each: a room that cannot pass on its part holds up nobody else, and is tried again.
    """
    due = Membership.objects.filter(handed_over_at__isnull=True, until__lte=Now()).order_by("until")
    return sum(_hand_over_or_log(pk, by) for pk in due.values_list("pk", flat=True)[:500])


def _hand_over_or_log(pk: int, by: Actor) -> bool:
    try:
        return _hand_over_one(pk, by)
    except Exception:
        logger.exception("Membership %s could not be handed over; it will be tried again.", pk)
        return False


@transaction.atomic
def _hand_over_one(pk: int, by: Actor) -> bool:
    # Two workers may hold the same list: whoever locks the row does it, the other passes by.
    waiting = Membership.objects.filter(pk=pk, handed_over_at__isnull=True, until__lte=Now())
    membership = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("agency", "user").first()
    if membership is None:
        return False
    _leave(membership, by=by)
    record("membership.handed_over", by=by, target=TARGET, uuids=[membership.uuid])
    tell_of_end(membership)
    tell_of_gaps(membership.agency, gaps_of(membership.agency), occasion=membership.uuid)
    return True


def _leave(membership: Membership, *, by: Actor) -> None:
    Membership.objects.filter(pk=membership.pk).update(handed_over_at=Now())
    put_in_step([membership.user_id])
    leaving.hand_over(membership, by=by)
    if not Membership.objects.live().of(membership.user).exists():
        end_sessions_of(membership.user, by=by, why="membership")


def _claim(membership: Membership, by: Acting) -> Membership:
    """Lock the person and return the membership as it is now. Raises Http404 or, for oneself, ValidationError."""
    access.check_manages(by, membership.agency_id)
    if membership.user_id == by.user_id:
        raise ValidationError(
            _(
                "You cannot change or end your own membership. Nothing was saved:"
                " ask another manager or an administrator"
            )
        )
    _lock(membership.user_id)
    return Membership.objects.with_people().get(pk=membership.pk)


def _lock(user_id: int) -> None:
    # One person's memberships change one at a time, or two changes would each miss the other's groups.
    User.objects.select_for_update(no_key=True).get(pk=user_id)


def _check_may_take(membership: Membership, by: Acting) -> None:
    # To end a membership is to take all its roles.
    beyond = frozenset(membership.roles) - grantable_by(by.capabilities)
    if beyond:
        names = ", ".join(labels_of(beyond))
        message = _("Only an administrator may end the membership of: %(roles)s. Nothing was saved")
        raise ValidationError(message % {"roles": names})


def _check_end(membership: Membership, until: datetime | None) -> None:
    if membership.state == MembershipState.ENDED:
        raise ValidationError(_("This membership has ended already. Nothing was changed"))
    if until is None:
        return
    if until <= membership.since:
        first = timezone.localdate(membership.since).strftime("%-d %B %Y")
        message = _("The last day must not be before the first day, %(day)s. Nothing was saved") % {"day": first}
        raise ValidationError({"until": message})
    if until <= timezone.now():
        raise ValidationError({"until": _("The last day must be today or later. To stop access now, choose “Now”")})
    if membership.until is not None and until > membership.until:
        message = _("It ends before that already. Nothing was saved: to extend it, change the membership")
        raise ValidationError({"until": message})


def _check_an_administrator_remains(membership: Membership, keeps: frozenset[str] = frozenset()) -> None:
    administrators = Membership.objects.live().holding(Can.CONFIGURE).order_by("pk")
    list(administrators.select_for_update(of=("self",)))
    # Asked again once the locks are held: another administrator may have ended somebody while we waited.
    remaining = set(administrators.values_list("pk", flat=True))
    if remaining == {membership.pk} and Can.CONFIGURE not in capabilities_of(keeps):
        raise ValidationError(
            _("This is the partnership’s only administrator. Nothing was saved: name another administrator first")
        )


def _tell_of_new_gaps(membership: Membership, before: frozenset[Gap]) -> None:
    new = gaps_of(membership.agency) - before
    tell_of_gaps(membership.agency, new, occasion=uuid4())
