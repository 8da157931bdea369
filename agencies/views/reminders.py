"""The operator's page of reminders: what is due, sent and failed, and why somebody did or did not get something."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies import access
from agencies.request import ActingRequest
from safeguard.notifications import reporting


@require_safe
def reminder_operations(request: ActingRequest) -> HttpResponse:
    """Show how the reminders stand; with ``subject`` (a deadline's key) what became of each of its stages."""
    access.check_configures(request.acting)
    subject = request.GET.get("subject", "").strip()
    context = {"figures": reporting.figures(), "subject": subject, "found": reporting.why(subject) if subject else None}
    return render(request, "agencies/reminder_operations.html", context)
