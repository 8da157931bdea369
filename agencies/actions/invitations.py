"""Inviting people by e-mail: the only way into the system. The secret is in the link; a hash is kept."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import access
from agencies.acting import Acting
from agencies.actions import memberships
from agencies.actions import terms as checks
from agencies.actions.constraints import Explanations, explained
from agencies.actions.notices import link_to
from agencies.actions.terms import Terms, terms_of
from agencies.models import Agency, ContactPoint, Invitation, InvitationState, Membership, User
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor, Origin
from safeguard.notifications.actions import Note, send_email

TARGET = "agencies.Invitation"
VALID_FOR = timedelta(days=7)
WAITING: Explanations = {
    "invitation_one_open_per_address": (
        "email",
        gettext_lazy(
            "An invitation to this address is waiting already. Nothing was saved:"
            " send it again from the list of invitations, or withdraw it first"
        ),
    )
}


class NotOpen(Exception):
    """The invitation cannot be accepted; ``state`` says why, None where no such invitation exists."""

    def __init__(self, state: InvitationState | None) -> None:
        super().__init__(str(state))
        self.state = state


@one_transaction
def invite(agency: Agency, *, email: str, name: str, terms: Terms, by: Acting) -> Invitation:
    """Return a new invitation, its e-mail queued.

    Raises ValidationError with a message by field, Http404 for somebody who does not manage the agency.
    """
    access.check_manages(by, agency.pk)
    email = email.strip().lower()
    checks.check(terms, agency=agency, by=by)
    _check_not_oneself(by.user.pk, email)
    _check_address(agency, email, terms)
    secret = secrets.token_urlsafe(32)
    with explained(WAITING):
        invitation = Invitation.objects.create(
            agency=agency,
            email=email,
            name=name.strip(),
            invited_by_id=by.user.pk,
            secret_hash=_hash(secret),
            expires_at=timezone.now() + VALID_FOR,
            **terms.columns(),
        )
    invitation.teams.set(terms.teams)
    record("invitation.send", by=by, target=TARGET, uuids=[invitation.uuid], detail=terms.codes())
    _send(invitation, secret)
    return invitation


@one_transaction
def resend(invitation: Invitation, *, by: Acting) -> None:
    """Send a new link for another seven days; the old link stops working.

    Raises ValidationError where it was answered or withdrawn, Http404 as ``invite`` does.
    """
    invitation = _claim(invitation, by)
    if message := checks.wrong_end(terms_of(invitation)):
        raise ValidationError(message)
    secret = secrets.token_urlsafe(32)
    invitation.secret_hash, invitation.expires_at = _hash(secret), timezone.now() + VALID_FOR
    invitation.save(update_fields=["secret_hash", "expires_at", "updated_at"])
    record("invitation.resend", by=by, target=TARGET, uuids=[invitation.uuid])
    _send(invitation, secret)


@one_transaction
def withdraw(invitation: Invitation, *, by: Acting) -> None:
    """Take the invitation back: its link stops working. Raises as ``resend`` does."""
    invitation = _claim(invitation, by)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at", "updated_at"])
    record("invitation.withdraw", by=by, target=TARGET, uuids=[invitation.uuid])


def find_open(secret: str) -> Invitation:
    """Return the open invitation whose link holds ``secret``. Raises NotOpen."""
    invitation = Invitation.objects.select_related("agency").filter(secret_hash=_hash(secret)).first()
    return _open(invitation)


def account_of(invitation: Invitation) -> User | None:
    """Return the account that signs in with the invited address, None for a new person."""
    return _account_with(invitation.email)


def _account_with(email: str) -> User | None:
    owner = EmailAddress.objects.filter(email=email, verified=True).values("user_id")
    return User.objects.filter(email=email).first() or User.objects.filter(pk__in=owner).first()


@transaction.atomic
def accept_as_new(secret: str, *, name: str, password: str, origin: Origin) -> User:
    """Return the new account, its address verified by the link, with the membership that was offered.

    Raises NotOpen, also for a second acceptance at the same moment and where the address has an account.
    """
    invitation = _lock(secret)
    if account_of(invitation) is not None:
        raise NotOpen(None)
    user = User.objects.create_user(email=invitation.email, password=password, name=name.strip())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    _accept(invitation, user, origin)
    return user


@transaction.atomic
def accept_as(user: User, secret: str, *, origin: Origin) -> Membership:
    """Return the membership that was offered, now held by ``user``, whose address it must be.

    Raises NotOpen, or ValidationError where it would overlap one that they have or was sent by themself.
    """
    invitation = _lock(secret)
    if account_of(invitation) != user:
        raise NotOpen(None)
    _check_not_oneself(invitation.invited_by_id, invitation.email)  # the sender may have taken the address since
    return _accept(invitation, user, origin)


def _accept(invitation: Invitation, user: User, origin: Origin) -> Membership:
    offered = terms_of(invitation)
    by = Actor(user_id=user.pk, agency_id=invitation.agency_id, origin=origin)
    terms = Terms(**{**vars(offered), "since": max(offered.since, timezone.now())})
    membership = memberships.add(user, invitation.agency, terms, by=by)
    invitation.accepted_at, invitation.membership = timezone.now(), membership
    invitation.save(update_fields=["accepted_at", "membership", "updated_at"])
    record("invitation.accept", by=by, target=TARGET, uuids=[invitation.uuid])
    return membership


def _lock(secret: str) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("agency")
    return _open(found.filter(secret_hash=_hash(secret)).first())


def _open(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise NotOpen(None)
    if invitation.state == InvitationState.OPEN and invitation.agency.status != Agency.Status.ACTIVE:
        raise NotOpen(InvitationState.WITHDRAWN)
    if invitation.state != InvitationState.OPEN:
        raise NotOpen(invitation.state)
    return invitation


def _claim(invitation: Invitation, by: Acting) -> Invitation:
    access.check_manages(by, invitation.agency_id)
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("agency").get(pk=invitation.pk)
    if locked.accepted_at or locked.withdrawn_at:
        raise ValidationError(_("This invitation has been accepted or withdrawn already. Nothing was changed"))
    return locked


def _check_not_oneself(sender_id: int, email: str) -> None:
    account = _account_with(email)
    if account is not None and account.pk == sender_id:
        message = _(
            "You cannot invite yourself. Nothing was saved: ask another manager or an administrator to invite you"
        )
        raise ValidationError({"email": message})


def _check_address(agency: Agency, email: str, terms: Terms) -> None:
    if agency.status != Agency.Status.ACTIVE:
        raise ValidationError(_("This agency is suspended or closed. Nothing was saved: nobody can join it"))
    if ContactPoint.objects.filter(email__iexact=email).exists():
        message = _(
            "This address is a shared mailbox. Nothing was saved: a shared mailbox is a way to reach a team and"
            " cannot sign in, because nobody could tell who acted. Use the person’s own work address"
        )
        raise ValidationError({"email": message})
    here = Membership.objects.filter(agency=agency, user__email=email)
    if here.overlapping(terms.since, terms.until).exists():
        message = _("This person already works here in that time. Nothing was saved: change their membership instead")
        raise ValidationError({"email": message})


def _send(invitation: Invitation, secret: str) -> None:
    body = _(
        "%(agency)s invites you to Safeguard, where the agencies around a child work together.\n\n"
        "Accept by %(day)s: %(link)s\n\n"
        "The link is for you alone and works once. If you did not expect it, do nothing."
    ) % {
        "agency": invitation.agency.name,
        "day": timezone.localdate(invitation.expires_at).strftime("%-d %B %Y"),
        "link": link_to(reverse("agencies:join_link", args=[secret])),
    }
    note = Note(kind="invitation", subject=_("Your invitation to Safeguard"), body=body, secret=True)
    key = f"invitation:{invitation.uuid}:{invitation.secret_hash[:16]}"
    send_email(note, address=invitation.email, dedupe_key=key)


def _hash(secret: str) -> str:
    # Plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess slowly.
    return hashlib.sha256(secret.encode()).hexdigest()
