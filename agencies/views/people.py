"""A manager's pages about the people of an agency: the list, one membership, changing and ending it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import access, leads, leaving
from agencies.actions import memberships
from agencies.forms.days import ends
from agencies.forms.people import EndForm, PeopleFilter, TermsForm
from agencies.models import Agency, Invitation, Membership, MembershipState
from agencies.querysets import MembershipQuerySet
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from safeguard.common.pagination import CURSOR, paginate


@require_safe
def people(request: ActingRequest, uuid: UUID | None = None) -> HttpResponse:
    """List the people of the agency, by default those who work there now; without a UUID one's own agency."""
    agency = _agency(request, uuid)
    form = PeopleFilter(request.GET or None, agency=agency, initial={"state": MembershipState.CURRENT})
    found = _filtered(Membership.objects.filter(agency=agency), form)
    context = {
        "agency": agency,
        "filter_form": form,
        "page": paginate(found.with_people().by_name(), order=["sort_name"], cursor=request.GET.get(CURSOR)),
        "gaps": leads.gaps_of(agency),
        "waiting": Invitation.objects.unanswered().filter(agency=agency).count(),
    }
    return render(request, "agencies/people.html", context)


def _agency(request: ActingRequest, uuid: UUID | None) -> Agency:
    own = request.acting.membership
    if uuid is None and own is None:
        raise Http404
    return access.managed_agency(request.acting, uuid or own.agency.uuid)  # type: ignore[union-attr]  # one of the two


def _filtered(found: MembershipQuerySet, form: PeopleFilter) -> MembershipQuerySet:
    # A filter that makes no sense asks nothing; the form says so beside the field.
    asked: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = found.in_state(asked.get("state") or MembershipState.CURRENT).matching(asked.get("name", ""))
    if asked.get("team"):
        found = found.filter(teams=asked["team"])
    return found.filter(roles__contains=[asked["role"]]) if asked.get("role") else found


@require_safe
def membership(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show one membership, with what its holder still holds."""
    found = access.managed_membership(request.acting, uuid)
    context = {
        "membership": found,
        "is_own": found.user_id == request.acting.user_id,
        "holdings": leaving.holdings_of(found),
    }
    return render(request, "agencies/membership.html", context)


@require_http_methods(["GET", "POST"])
def membership_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Change a membership's terms."""
    found = access.managed_membership(request.acting, uuid)
    form = TermsForm(request.POST or None, agency=found.agency, by=request.acting, before=found)

    def change(data: dict[str, Any]) -> None:
        memberships.change(found, form.terms(since=found.since), by=request.acting)

    if attempted(form, change):
        messages.success(request, _("The membership is changed. It holds from the person’s next page on."))
        return redirect("agencies:membership", uuid=found.uuid)
    return form_page(request, "agencies/membership_change.html", form, {"membership": found})


@require_http_methods(["GET", "POST"])
def membership_end(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """End a membership now or after a day, with what the leaver still holds in view."""
    found = access.managed_membership(request.acting, uuid)
    form = EndForm(request.POST or None)

    def end(data: dict[str, Any]) -> None:
        memberships.end(found, until=ends(data["until"]), reason=data["reason"], by=request.acting)

    if attempted(form, end):
        messages.success(request, _ended(form.cleaned_data["when"]))
        return redirect("agencies:membership", uuid=found.uuid)
    context = {"membership": found, "holdings": leaving.holdings_of(found), "gaps": leads.gaps_after(found)}
    return form_page(request, "agencies/membership_end.html", form, context)


def _ended(when: str) -> str:
    if when == EndForm.NOW:
        return _("The membership has ended. The person’s next page shows them nothing.")
    return _("The last day is saved. Access stops when it is over.")
