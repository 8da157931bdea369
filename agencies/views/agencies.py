"""Pages that add and change agencies, their teams and contact points."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agencies import access
from agencies.actions import agencies, teams
from agencies.actions.sectors import add_sector
from agencies.forms.places import (
    AgencyForm,
    ContactPointForm,
    NewAgencyForm,
    SectorForm,
    StatusForm,
    TeamChangeForm,
    TeamForm,
)
from agencies.models import Agency, Sector
from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page


@require_http_methods(["GET", "POST"])
def agency_add(request: ActingRequest) -> HttpResponse:
    """Add an agency with its first team, and invite its first manager."""
    access.check_configures(request.acting)
    form = NewAgencyForm(request.POST or None)
    made: list[Agency] = []
    if attempted(form, lambda data: made.append(agencies.add_agency(**data, by=request.acting))):
        messages.success(request, _("The agency is added, and its first manager invited."))
        return _to(made[0])
    return form_page(request, "agencies/agency_add.html", form)


@require_http_methods(["GET", "POST"])
def sectors(request: ActingRequest) -> HttpResponse:
    """List the sectors and add one."""
    access.check_configures(request.acting)
    form = SectorForm(request.POST or None)
    if attempted(form, lambda data: add_sector(**data, by=request.acting)):
        messages.success(request, _("The sector is added."))
        return redirect("agencies:sectors")
    return form_page(request, "agencies/sectors.html", form, {"sectors": Sector.objects.all()})


@require_http_methods(["GET", "POST"])
def agency_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Change what is said of an agency."""
    agency = access.managed_agency(request.acting, uuid)
    initial = {"name": agency.name, "sector": agency.sector_id, "out_of_hours": agency.out_of_hours}
    form = AgencyForm(request.POST or None, full=request.acting.can(Can.CONFIGURE), initial=initial)
    if attempted(form, lambda data: agencies.change_agency(agency, **data, by=request.acting)):
        messages.success(request, _("The agency’s details are saved."))
        return _to(agency)
    return form_page(request, "agencies/agency_change.html", form, {"agency": agency})


@require_http_methods(["GET", "POST"])
def agency_status(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Suspend, close or reopen an agency."""
    access.check_configures(request.acting)
    agency = access.managed_agency(request.acting, uuid)
    form = StatusForm(request.POST or None, initial={"status": agency.status})
    unled: list[int] = []
    if attempted(form, lambda data: unled.append(agencies.set_status(agency, **data, by=request.acting))):
        if any(unled):
            messages.warning(request, _unled(unled[0]))
        messages.success(request, _("The agency’s status is saved. It holds from everybody’s next page on."))
        return _to(agency)
    return form_page(request, "agencies/agency_status.html", form, {"agency": agency})


@require_http_methods(["GET", "POST"])
def team_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add a team to an agency."""
    agency = access.managed_agency(request.acting, uuid)
    form = TeamForm(request.POST or None)
    if attempted(form, lambda data: teams.add_team(agency, **data, by=request.acting)):
        messages.success(request, _("The team is added."))
        return _to(agency)
    return form_page(request, "agencies/team_add.html", form, {"agency": agency})


@require_http_methods(["GET", "POST"])
def team_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Rename, close or reopen a team."""
    team = access.managed_team(request.acting, uuid)
    initial = {"name": team.name, "kind": team.kind, "is_active": team.is_active}
    form = TeamChangeForm(request.POST or None, initial=initial)
    if attempted(form, lambda data: teams.change_team(team, **data, by=request.acting)):
        messages.success(request, _("The team is saved."))
        return _to(team.agency)
    return form_page(request, "agencies/team_change.html", form, {"team": team, "agency": team.agency})


@require_http_methods(["GET", "POST"])
def contact_point_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Add a way to reach an agency."""
    agency = access.managed_agency(request.acting, uuid)
    form = ContactPointForm(request.POST or None, agency=agency)
    if attempted(form, lambda data: teams.add_contact_point(agency, **data, by=request.acting)):
        messages.success(request, _("The contact point is added."))
        return _to(agency)
    return form_page(request, "agencies/contact_point_add.html", form, {"agency": agency})


@require_http_methods(["GET", "POST"])
def contact_point_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Change a way to reach an agency."""
    point = access.managed_contact_point(request.acting, uuid)
    initial = {name: getattr(point, name) for name in ("kind", "phone", "email", "hours", "team")}
    form = ContactPointForm(request.POST or None, agency=point.agency, initial=initial)

    def change(data: dict[str, Any]) -> None:
        teams.change_contact_point(point, **data, by=request.acting)

    if attempted(form, change):
        messages.success(request, _("The contact point is saved."))
        return _to(point.agency)
    context = {"point": point, "agency": point.agency}
    return form_page(request, "agencies/contact_point_change.html", form, context)


@require_POST
def contact_point_remove(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Remove a way to reach an agency."""
    point = access.managed_contact_point(request.acting, uuid)
    teams.remove_contact_point(point, by=request.acting)
    messages.success(request, _("The contact point is removed."))
    return _to(point.agency)


def _unled(count: int) -> str:
    said = ngettext(
        "%(count)d open case now has no team that leads it. The administrators have been told.",
        "%(count)d open cases now have no team that leads them. The administrators have been told.",
        count,
    )
    return said % {"count": count}


def _to(agency: Agency) -> HttpResponse:
    return redirect("agencies:agency", uuid=agency.uuid)
