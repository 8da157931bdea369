"""Adding agencies, changing what is said of them, and suspending, closing or reopening them."""

from collections.abc import Iterable
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies import access, closing
from agencies.acting import Acting
from agencies.actions.constraints import Explanations, explained
from agencies.actions.groups import put_in_step
from agencies.actions.invitations import invite
from agencies.actions.notices import tell_of_unled_cases
from agencies.actions.sessions import end_sessions_of
from agencies.actions.teams import make_team
from agencies.actions.terms import Terms
from agencies.models import Agency, Membership, Sector, Team, User
from agencies.roles import FIRST_ROLES, Can
from safeguard.audit.actions import one_transaction, record

TARGET = "agencies.Agency"
NAMES: Explanations = {
    "agencies_agency_name_key": (
        "name",
        gettext_lazy("An agency with this name exists already. Nothing was saved: find it in the directory"),
    )
}


@one_transaction
def add_agency(
    *, name: str, sector: Sector, out_of_hours: str, team_name: str, manager_name: str, manager_email: str, by: Acting
) -> Agency:
    """Return the new agency with its safeguarding team; its first manager is invited by e-mail.

    Raises ValidationError with a message by field, Http404 for somebody who does not configure the partnership.
    """
    access.check_configures(by)
    with explained(NAMES):
        agency = Agency.objects.create(name=name.strip(), sector=sector, out_of_hours=out_of_hours)
    record("agency.add", by=by, target=TARGET, uuids=[agency.uuid], detail={"sector": sector.code})
    team = make_team(agency, team_name, Team.Kind.SAFEGUARDING, by=by)
    terms = Terms(roles=frozenset(FIRST_ROLES), teams=frozenset({team}), since=timezone.now())
    try:
        invite(agency, email=manager_email, name=manager_name, terms=terms, by=by)
    except ValidationError as error:
        raise ValidationError({"manager_email": error.messages}) from error
    return agency


@one_transaction
def change_agency(
    agency: Agency, *, out_of_hours: str, by: Acting, name: str = "", sector: Sector | None = None
) -> None:
    """Change what is said of ``agency``; its name and sector are an administrator's to change.

    Raises as ``add_agency`` does.
    """
    access.check_manages(by, agency.pk)
    renamed = bool(name) and name != agency.name
    moved = sector is not None and sector != agency.sector
    if renamed or moved:
        access.check_configures(by)
    agency.out_of_hours, agency.name, agency.sector = out_of_hours, name.strip() or agency.name, sector or agency.sector
    with explained(NAMES):
        agency.save(update_fields=["name", "sector", "out_of_hours", "updated_at"])
    detail = {"renamed": renamed, "sector": agency.sector.code}
    record("agency.change", by=by, target=TARGET, uuids=[agency.uuid], detail=detail)


@one_transaction
def set_status(agency: Agency, status: str, *, reason: str, by: Acting) -> int:
    """Suspend, close or reopen ``agency``: access of its members stops, or comes back, on their next request.

    Returns how many open cases nobody leads while it does not work; the administrators are told.
    Raises ValidationError where nobody could administer the partnership any more, and for closing an agency
    that leads cases alone (suspending stays possible: it is the emergency brake), Http404 as ``add_agency``.
    """
    access.check_configures(by)
    if status != Agency.Status.ACTIVE:
        _check_administrators_elsewhere(agency)
    unled = _unled(agency, status)
    members = _lock_members(agency)
    Agency.objects.filter(pk=agency.pk).update(status=status, updated_at=timezone.now())
    put_in_step(members)
    _end_sessions_without_membership(members, by)
    detail = {"status": status, "members": len(members), "cases_without_lead": unled}
    record("agency.status", by=by, target=TARGET, uuids=[agency.uuid], reason=reason, detail=detail)
    if unled:
        tell_of_unled_cases(agency, unled, occasion=uuid4())
    return unled


def _unled(agency: Agency, status: str) -> int:
    if status == Agency.Status.ACTIVE:
        return 0
    teams = Team.objects.filter(agency=agency, is_active=True)
    unled = closing.led_alone(list(teams.values_list("pk", flat=True)))
    if unled and status == Agency.Status.CLOSED:
        message = ngettext(
            "This agency alone leads %(count)d open case, which nobody would look after. Nothing was saved: have"
            " another agency’s team made its lead first. To stop access at once, suspend the agency",
            "This agency alone leads %(count)d open cases, which nobody would look after. Nothing was saved: have"
            " other agencies’ teams made their leads first. To stop access at once, suspend the agency",
            unled,
        )
        raise ValidationError({"status": message % {"count": unled}})
    return unled


def _lock_members(agency: Agency) -> list[int]:
    ids = Membership.objects.current().filter(agency=agency).values("user_id")
    locked = User.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk")
    return [user.pk for user in locked]


def _end_sessions_without_membership(user_ids: Iterable[int], by: Acting) -> None:
    elsewhere = Membership.objects.live().filter(user_id__in=user_ids).values("user_id")
    for user in User.objects.filter(pk__in=user_ids).exclude(pk__in=elsewhere):
        end_sessions_of(user, by=by, why="agency")


def _check_administrators_elsewhere(agency: Agency) -> None:
    administrators = Membership.objects.live().holding(Can.CONFIGURE).order_by("pk")
    list(administrators.select_for_update(of=("self",)))  # then asked again: see memberships.py
    if not administrators.exclude(agency=agency).exists():
        raise ValidationError(
            _(
                "The partnership’s administrators all work at this agency, and nobody could undo this. Nothing was"
                " saved: name an administrator at another agency first"
            )
        )
