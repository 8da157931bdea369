"""An agency's teams and the ways to reach it."""

import uuid

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies import access, closing
from agencies.acting import Acting
from agencies.actions.constraints import Explanations, explained
from agencies.actions.groups import put_in_step
from agencies.models import Agency, ContactPoint, Membership, Team, User
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor

NAMES: Explanations = {
    "team_name_unique_in_agency": (
        "name",
        gettext_lazy("The agency has a team with this name already, perhaps a closed one. Nothing was saved"),
    )
}
REACHES: Explanations = {
    "contact_point_reaches_somebody": ("phone", gettext_lazy("Enter a phone number or an e-mail address")),
    "contact_point_listed_once": (
        "phone",
        gettext_lazy("This contact point is listed already. Nothing was saved: change the other one instead"),
    ),
}


def make_team(agency: Agency, name: str, kind: str, *, by: Actor) -> Team:
    """Return a new team with its group, in the caller's transaction. Raises ValidationError for a name in use."""
    # The group's name is never shown: two agencies may have teams of one name, groups may not.
    group = Group.objects.create(name=f"team {uuid.uuid4()}")
    with explained(NAMES):
        team = Team.objects.create(agency=agency, name=name.strip(), kind=kind, group=group)
    record("team.add", by=by, target="agencies.Team", uuids=[team.uuid], detail={"kind": kind})
    return team


@one_transaction
def add_team(agency: Agency, *, name: str, kind: str, by: Acting) -> Team:
    """Return a new team of ``agency``.

    Raises ValidationError with a message by field, Http404 for somebody who does not manage the agency.
    """
    access.check_manages(by, agency.pk)
    return make_team(agency, name, kind, by=by)


@one_transaction
def change_team(team: Team, *, name: str, kind: str, is_active: bool, by: Acting) -> None:
    """Rename, close or reopen ``team``. What only a closed team could see, its members no longer see.

    Raises as ``add_team`` does, and ValidationError for closing the agency's last team or one that leads a case alone.
    """
    access.check_manages(by, team.agency_id)
    others = Team.objects.filter(agency_id=team.agency_id, is_active=True).exclude(pk=team.pk)
    if not is_active and not others.exists():
        raise ValidationError(_("This is the agency’s only team, so it cannot be closed. Nothing was saved"))
    if team.is_active and not is_active:
        _check_leads_nothing_alone(team)
    team.name, team.kind, team.is_active = name.strip(), kind, is_active
    with explained(NAMES):
        team.save(update_fields=["name", "kind", "is_active", "updated_at"])
    members = Membership.objects.filter(teams=team).values("user_id")
    locked = User.objects.filter(pk__in=members).select_for_update(no_key=True).order_by("pk")
    put_in_step([user.pk for user in locked])
    detail = {"kind": kind, "is_active": is_active}
    record("team.change", by=by, target="agencies.Team", uuids=[team.uuid], detail=detail)


@one_transaction
def add_contact_point(
    agency: Agency, *, kind: str, phone: str, email: str, hours: str, team: Team | None, by: Acting
) -> ContactPoint:
    """Return a new way to reach ``agency``.

    Raises ValidationError with a message by field, Http404 for somebody who does not manage the agency.
    """
    access.check_manages(by, agency.pk)
    _check(agency, email, team)
    with explained(REACHES):
        point = ContactPoint.objects.create(
            agency=agency, kind=kind, phone=phone, email=email.lower(), hours=hours, team=team
        )
    record("contact_point.add", by=by, target="agencies.ContactPoint", uuids=[point.uuid], detail={"kind": kind})
    return point


@one_transaction
def change_contact_point(
    point: ContactPoint, *, kind: str, phone: str, email: str, hours: str, team: Team | None, by: Acting
) -> None:
    """Change a way to reach an agency. Raises as ``add_contact_point`` does."""
    access.check_manages(by, point.agency_id)
    _check(point.agency, email, team)
    with explained(REACHES):
        ContactPoint.objects.filter(pk=point.pk).update(
            kind=kind, phone=phone, email=email.lower(), hours=hours, team=team
        )
    record("contact_point.change", by=by, target="agencies.ContactPoint", uuids=[point.uuid], detail={"kind": kind})


@one_transaction
def remove_contact_point(point: ContactPoint, *, by: Acting) -> None:
    """Remove a way to reach an agency. Raises Http404 for somebody who does not manage the agency."""
    access.check_manages(by, point.agency_id)
    record("contact_point.remove", by=by, target="agencies.ContactPoint", uuids=[point.uuid])
    ContactPoint.objects.filter(pk=point.pk).delete()


def _check_leads_nothing_alone(team: Team) -> None:
    if count := closing.led_alone([team.pk]):
        message = ngettext(
            "This team is the only one to lead %(count)d open case, which nobody would look after. Nothing was saved:"
            " have the team name another lead for it, or close it, first",
            "This team is the only one to lead %(count)d open cases, which nobody would look after. Nothing was saved:"
            " have the team name another lead for each, or close them, first",
            count,
        )
        raise ValidationError({"is_active": message % {"count": count}})


def _check(agency: Agency, email: str, team: Team | None) -> None:
    if team is not None and team.agency_id != agency.pk:
        raise ValidationError({"team": _("Choose a team of this agency. Nothing was saved")})
    # Whether an address of nobody here has an account is not theirs to learn. An invitation refuses every listed
    # mailbox, so one that is listed never becomes an account.
    if email and User.objects.filter(email=email.lower(), memberships__agency_id=agency.pk).exists():
        message = _(
            "A person signs in with this address. Nothing was saved: a contact point is read by a whole team,"
            " so give the team’s shared mailbox"
        )
        raise ValidationError({"email": message})
