"""May this person manage this agency's people, teams and contact points? May they configure the partnership?

"Does not exist" and "not yours" are the same 404, and both are recorded as a refusal.
"""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model
from django.http import Http404

from agencies.acting import Acting
from agencies.models import Absence, Agency, ApiToken, ContactPoint, Invitation, Membership, Team
from agencies.roles import Can, capabilities_of
from safeguard.audit import actions as audit

Row = TypeVar("Row", bound=Model)


def manages(by: Acting, agency_id: int) -> bool:
    """Return whether ``by`` manages that agency's people: a manager their own, an administrator every agency's."""
    return by.can(Can.MANAGE_PEOPLE) and (by.can(Can.CONFIGURE) or by.agency_id == agency_id)


def check_manages(by: Acting, agency_id: int) -> None:
    """Raise Http404 unless ``by`` manages the agency's people."""
    if not manages(by, agency_id):
        raise Http404


def check_configures(by: Acting) -> None:
    """Raise Http404 unless ``by`` configures the partnership; the refusal is recorded."""
    if not by.can(Can.CONFIGURE):
        raise refusal(by, "partnership.configure")


def check_member(by: Acting) -> None:
    """Raise Http404 unless ``by`` acts under a live membership; the refusal is recorded."""
    if by.membership is None:
        raise refusal(by, "directory.view")


def acted_for_membership(by: Acting) -> Membership:
    """Return the membership that ``by`` acts under. Raises Http404 without a live one; the refusal is recorded."""
    if by.membership is None:
        raise refusal(by, "membership.act")
    return by.membership


def works_with_cases(membership: Membership) -> bool:
    """Return whether the membership's roles work with cases."""
    return Can.WORK_CASES in capabilities_of(membership.roles)


def check_own_absence(by: Acting, absence: Absence) -> None:
    """Raise Http404 unless the absence is of the membership that ``by`` acts under; the refusal is recorded."""
    if by.membership is None or absence.membership_id != by.membership.pk:
        raise refusal(by, "absence.change", target="agencies.Absence", uuid=absence.uuid)


def own_absence(by: Acting, uuid: UUID) -> Absence:
    """Return the absence of the membership that ``by`` acts under. Raises Http404."""
    found = Absence.objects.filter(uuid=uuid).first()
    if found is None:
        raise refusal(by, "absence.change", target="agencies.Absence", uuid=uuid)
    check_own_absence(by, found)
    return found


def governed_agency_id(by: Acting) -> int:
    """Return the agency whose audit ``by`` may read: their own. Raises Http404; the refusal is recorded."""
    if by.agency_id is None or not by.can(Can.GOVERN_INFORMATION):
        raise refusal(by, "audit.view")
    return by.agency_id


def managed_agency(by: Acting, uuid: UUID) -> Agency:
    """Return the agency that ``by`` manages. Raises Http404."""
    agency = Agency.objects.select_related("sector").filter(uuid=uuid).first()
    return _managed(agency, agency.pk if agency else None, by, uuid)


def managed_membership(by: Acting, uuid: UUID) -> Membership:
    """Return the membership, with person, agency and teams, in an agency that ``by`` manages. Raises Http404."""
    membership = Membership.objects.with_people().filter(uuid=uuid).first()
    return _managed(membership, membership.agency_id if membership else None, by, uuid)


def managed_invitation(by: Acting, uuid: UUID) -> Invitation:
    """Return the invitation to an agency that ``by`` manages. Raises Http404."""
    invitation = Invitation.objects.select_related("agency").filter(uuid=uuid).first()
    return _managed(invitation, invitation.agency_id if invitation else None, by, uuid)


def managed_team(by: Acting, uuid: UUID) -> Team:
    """Return the team of an agency that ``by`` manages. Raises Http404."""
    team = Team.objects.select_related("agency").filter(uuid=uuid).first()
    return _managed(team, team.agency_id if team else None, by, uuid)


def managed_contact_point(by: Acting, uuid: UUID) -> ContactPoint:
    """Return the contact point of an agency that ``by`` manages. Raises Http404."""
    point = ContactPoint.objects.select_related("agency").filter(uuid=uuid).first()
    return _managed(point, point.agency_id if point else None, by, uuid)


def check_may_revoke(by: Acting, token: ApiToken) -> None:
    """Raise Http404 unless the token is ``by``'s own or that of a member whom they manage; the refusal is recorded."""
    own = token.membership.user_id == by.user_id
    if not own and not manages(by, token.membership.agency_id):
        raise refusal(by, "token.revoke", target="agencies.ApiToken", uuid=token.uuid)


def revocable_token(by: Acting, uuid: UUID) -> ApiToken:
    """Return the token that ``by`` may revoke, with its holder. Raises Http404."""
    token = ApiToken.objects.with_holders().filter(uuid=uuid).first()
    if token is None:
        raise refusal(by, "token.revoke", target="agencies.ApiToken", uuid=uuid)
    check_may_revoke(by, token)
    return token


def refusal(by: Acting, action: str, *, target: str = "", uuid: UUID | None = None) -> Http404:
    """Record that ``by`` was refused ``action`` and return the 404 to raise."""
    audit.record_refusal(action, by=by, target=target, uuids=[uuid] if uuid else [])
    return Http404()


def _managed(row: Row | None, agency_id: int | None, by: Acting, uuid: UUID) -> Row:
    # Absent and forbidden take the same way, so that neither the answer nor its time tells them apart.
    if row is None or agency_id is None or not manages(by, agency_id):
        raise refusal(by, "agency.manage", uuid=uuid)
    return row
