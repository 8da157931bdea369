"""One case: its page, and who can see it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from agencies.roles import Can
from cases import (
    access,
    access_child,
    access_conflicts,
    access_deadlines,
    access_discussions,
    access_records,
    access_timeline,
)
from cases.models import AccessLevel


@require_safe
def case(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show a case: the child, who works with them, what is missing, and what happened last."""
    since = timezone.now()  # before anything is read: what comes later is new
    found = access.case(request.acting, uuid)
    sight = access.who_can_see(request.acting, found)
    context = {
        "case": found,
        "since": since,
        "leads": found.held_level >= AccessLevel.LEAD,
        "contributes": found.held_level >= AccessLevel.CONTRIBUTE,
        "logs_concerns": request.acting.can(Can.LOG_CONCERN),
        "emergency_until": sight.emergency_until(request.acting),
        "child": access_child.child_summary(request.acting, found.child_id),
        "plans": access_records.current_plans(request.acting, found),
        "sighting": access_records.last_sighting(request.acting, found),
        "threads": access_discussions.threads_of(request.acting, found, most=3),
        "sight": sight,
        "missing": access.missing_sectors(request.acting, found),
        "missing_services": access_child.missing_services(request.acting, found),
        "next_due": access_deadlines.next_of_case(request.acting, found),
        "balance": access_timeline.balance(request.acting, found, most=3),
        "entries": access_timeline.latest(request.acting, found, most=10),
    }
    return render(request, "cases/detail.html", context)


@require_safe
def case_access(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show who can see a case: agencies, teams and people, each with the grant behind it."""
    found = access.case(request.acting, uuid)
    sight = access.who_can_see(request.acting, found)
    leads = found.held_level >= AccessLevel.LEAD
    context = {
        "case": found,
        "leads": leads,
        "proposals": access_conflicts.open_proposals(request.acting, found) if leads else [],
        "emergency_until": sight.emergency_until(request.acting),
        "sight": sight,
    }
    return render(request, "cases/access.html", context)
