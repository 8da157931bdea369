"""School terms: what holds, what held before and why it was changed, and entering them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import access
from agencies.actions import school_terms as actions
from agencies.forms.school_terms import TermForm, TermRemovalForm
from agencies.models import SchoolTerm
from agencies.request import ActingRequest
from agencies.roles import Can
from agencies.views.attempt import attempted, form_page
from safeguard.common.pagination import CURSOR, paginate


@require_safe
def school_terms(request: ActingRequest) -> HttpResponse:
    """List the terms by whose they are, and those that were changed or removed, newest first."""
    access.check_member(request.acting)
    kept = SchoolTerm.objects.kept().select_related("agency", "made_by").order_by("agency__name", "first_day")
    removed = SchoolTerm.objects.filter(removed_at__isnull=False).select_related("agency", "removed_by")
    # Every school's come first.
    terms = sorted(kept, key=lambda each: each.agency is not None)
    context = {
        "terms": terms,
        "page": paginate(removed, order=["-removed_at", "-id"], cursor=request.GET.get(CURSOR)),
        "can_configure": request.acting.can(Can.CONFIGURE),
    }
    return render(request, "agencies/school_terms.html", context)


@require_http_methods(["GET", "POST"])
def school_term_add(request: ActingRequest) -> HttpResponse:
    """Enter a term."""
    access.check_configures(request.acting)
    form = TermForm(request.POST or None)
    if attempted(form, lambda data: actions.add_term(form.dates(data["agency"]), by=request.acting)):
        messages.success(request, _("The term is saved. Clocks that start from now on count by it."))
        return redirect("agencies:school_terms")
    return form_page(request, "agencies/school_term_add.html", form)


@require_http_methods(["GET", "POST"])
def school_term_change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Change a term's name or days."""
    term = _term(request, uuid)
    initial = {"name": term.name, "first_day": term.first_day, "last_day": term.last_day}
    form = TermForm(request.POST or None, term=term, initial=initial)

    def act(data: dict[str, Any]) -> None:
        actions.change_term(term, form.dates(term.agency), reason=data["reason"], by=request.acting)

    if attempted(form, act):
        messages.success(request, _("The term is changed. Clocks that start from now on count by it."))
        return redirect("agencies:school_terms")
    return form_page(request, "agencies/school_term_change.html", form, {"term": term})


@require_http_methods(["GET", "POST"])
def school_term_remove(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Remove a term."""
    term = _term(request, uuid)
    form = TermRemovalForm(request.POST or None)
    if attempted(form, lambda data: actions.remove_term(term, reason=data["reason"], by=request.acting)):
        messages.success(request, _("The term is removed. Clocks that run already stay as they are."))
        return redirect("agencies:school_terms")
    return form_page(request, "agencies/school_term_remove.html", form, {"term": term})


def _term(request: ActingRequest, uuid: UUID) -> SchoolTerm:
    access.check_configures(request.acting)
    found = SchoolTerm.objects.kept().select_related("agency").filter(uuid=uuid).first()
    if found is None:
        raise access.refusal(request.acting, "school_term.change", target=actions.TARGET, uuid=uuid)
    return found
