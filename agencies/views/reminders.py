"""Reminders: how one is reminded and when one is away, what an agency allows, and the operator's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies import access
from agencies.actions import reminders as actions
from agencies.forms.reminders import AbsenceForm, ReminderChoiceForm, ReminderRulesForm
from agencies.models import Absence
from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from safeguard.notifications import reporting


@require_safe
def reminder_operations(request: ActingRequest) -> HttpResponse:
    """Show how the reminders stand and which reached nobody; with ``subject`` (a key) what became of each stage."""
    access.check_configures(request.acting)
    subject = request.GET.get("subject", "").strip()
    context = {
        "figures": reporting.figures(),
        "unheard": reporting.unheard(),
        "subject": subject,
        "found": reporting.why(subject) if subject else None,
    }
    return render(request, "agencies/reminder_operations.html", context)


@require_safe
def own_reminders(request: ActingRequest) -> HttpResponse:
    """Show how one is reminded under the acted-for membership, and when one is away."""
    membership = access.acted_for_membership(request.acting)
    absences = Absence.objects.filter(membership=membership, last_day__gte=timezone.localdate())
    context = {
        "choice": actions.choice_of(membership),
        "rules": actions.rules_of(membership.agency),
        "absences": absences.select_related("deputy__user"),
    }
    return render(request, "agencies/reminders.html", context)


@require_http_methods(["GET", "POST"])
def reminder_choice(request: ActingRequest) -> HttpResponse:
    """Choose how one is reminded."""
    membership = access.acted_for_membership(request.acting)
    form = ReminderChoiceForm(request.POST or None, membership=membership)
    if attempted(form, lambda _data: actions.choose(**form.choice, by=request.acting)):
        messages.success(request, _("Your choice is saved."))
        return redirect("agencies:own_reminders")
    return form_page(request, "agencies/reminder_choice.html", form)


@require_http_methods(["GET", "POST"])
def absence_add(request: ActingRequest) -> HttpResponse:
    """Say that one is away, and who acts meanwhile."""
    membership = access.acted_for_membership(request.acting)
    form = AbsenceForm(request.POST or None, membership=membership)
    if attempted(form, lambda data: actions.add_absence(**data, by=request.acting)):
        messages.success(request, _("Your absence is saved. You get no reminders on these days."))
        return redirect("agencies:own_reminders")
    return form_page(request, "agencies/absence_add.html", form)


@require_POST
def absence_remove(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Take back an absence of one's own."""
    actions.remove_absence(access.own_absence(request.acting, uuid), by=request.acting)
    messages.success(request, _("The absence is removed. You are reminded again."))
    return redirect("agencies:own_reminders")


@require_http_methods(["GET", "POST"])
def reminder_rules(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Set what an agency's people may choose."""
    agency = access.managed_agency(request.acting, uuid)
    form = ReminderRulesForm(request.POST or None, agency=agency)
    if attempted(form, lambda data: actions.set_rules(agency, **data, by=request.acting)):
        messages.success(request, _("The agency’s rules for reminders are saved."))
        return redirect("agencies:agency", uuid=agency.uuid)
    return form_page(request, "agencies/reminder_rules.html", form, {"agency": agency})
