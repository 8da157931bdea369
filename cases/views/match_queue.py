"""The queue of records that may be of one child."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from cases.access_match_queue import match_queue


@require_safe
def queue(request: ActingRequest) -> HttpResponse:
    """Show the pairs that wait for a decision."""
    return render(request, "cases/match_queue.html", {"queue": match_queue(request.acting)})
