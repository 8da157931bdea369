"""The figures of the front door, as a page and as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from referrals import reports
from safeguard.common.csv_files import csv_text


@require_safe
def timeliness(request: ActingRequest) -> HttpResponse:
    """Show how soon referrals are acknowledged and decided."""
    return render(request, "referrals/timeliness.html", {"lines": reports.timeliness(request.acting)})


@require_safe
def timeliness_csv(request: ActingRequest) -> HttpResponse:
    """Give the same as a file."""
    header = [_("Month"), _("Received by"), _("Sent by"), _("Received"), _("To acknowledge"), _("Acknowledged in time")]
    header += [_("To decide"), _("Decided in time")]
    rows = [
        [
            *(f"{each.month:%Y-%m}", each.receiver, each.sender_name, each.received),
            *(each.to_acknowledge, each.acknowledged, each.to_decide, each.decided),
        ]
        for each in reports.timeliness(request.acting)
    ]
    return HttpResponse(
        csv_text(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="referrals-timeliness.csv"'},
    )
