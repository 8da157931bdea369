"""The directory: the agencies, how to reach them, and who works where."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agencies import access, leads
from agencies.forms.places import DirectoryFilter, DirectoryPeopleFilter
from agencies.models import Agency, Membership
from agencies.querysets import AgencyQuerySet
from agencies.request import ActingRequest
from agencies.roles import Can
from safeguard.common.forms import FilterForm
from safeguard.common.pagination import CURSOR, paginate


@require_safe
def directory(request: ActingRequest) -> HttpResponse:
    """List the agencies with their duty desk and out-of-hours numbers."""
    access.check_member(request.acting)
    form = DirectoryFilter(request.GET or None)
    asked = _asked(form)
    found = _listed(request).matching(asked.get("name", ""), _code(asked))
    context = {
        "filter_form": form,
        "page": paginate(found.with_contacts(), order=["name"], cursor=request.GET.get(CURSOR)),
        "can_configure": request.acting.can(Can.CONFIGURE),
    }
    return render(request, "agencies/directory.html", context)


@require_safe
def directory_people(request: ActingRequest) -> HttpResponse:
    """List who works where at present."""
    access.check_member(request.acting)
    form = DirectoryPeopleFilter(request.GET or None)
    asked = _asked(form)
    agencies = Agency.objects.active().matching(asked.get("agency", ""), _code(asked))
    found = Membership.objects.live().filter(agency__in=agencies).matching(asked.get("name", ""))
    page = paginate(found.with_people().by_name(), order=["sort_name"], cursor=request.GET.get(CURSOR))
    return render(request, "agencies/directory_people.html", {"filter_form": form, "page": page})


@require_safe
def agency(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show how to reach one agency, its teams, and for who manages it the ways to change them."""
    access.check_member(request.acting)
    found = get_object_or_404(_listed(request).with_contacts(), uuid=uuid)
    manages = access.manages(request.acting, found.pk)
    context = {
        "agency": found,
        "teams": found.teams.order_by("-is_active", "name"),
        "manages": manages,
        "can_configure": request.acting.can(Can.CONFIGURE),
        "gaps": leads.gaps_of(found) if manages else (),
    }
    return render(request, "agencies/agency.html", context)


def _listed(request: ActingRequest) -> AgencyQuerySet:
    # Only who can reopen an agency still finds one that is suspended or closed.
    return Agency.objects.all() if request.acting.can(Can.CONFIGURE) else Agency.objects.active()


def _asked(form: FilterForm) -> dict[str, Any]:
    return form.cleaned_data if form.is_bound and form.is_valid() else {}


def _code(asked: dict[str, Any]) -> str:
    return asked["sector"].code if asked.get("sector") else ""
