"""The chronology of a case on paper: a page to print, and a PDF document that the worker makes."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from agencies.request import ActingRequest
from cases import access, access_chronologies, access_timeline
from cases.actions.chronologies import ask_for
from cases.exports.chronology import WHOLE, Narrowing, collect
from cases.forms.timeline import TimelineFilter
from cases.models import Case, ChronologyState
from cases.views.timeline import known_agencies
from safeguard.common.encryption import CannotDecrypt
from safeguard.common.files import storing


@require_safe
def timeline_print(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show the timeline as its reader may see it and has narrowed it, oldest first, for printing."""
    case = access.case(request.acting, uuid)
    collected = collect(request.acting, case, how="chronology.print", narrowing=_narrowing(request, case))
    context = {"case": case, "chronology": collected, "query": request.GET.urlencode()}
    return render(request, "cases/timeline_print.html", context)


def _narrowing(request: ActingRequest, case: Case) -> Narrowing:
    """Return what the address narrows the timeline to, by the same filter as its page."""
    if not request.GET:
        return WHOLE
    form = TimelineFilter(request.GET, agencies=known_agencies(access.who_can_see(request.acting, case)))
    new_since = form.mark_at() or access_timeline.last_look(request.acting, case)
    return Narrowing(form.filters(new_since=new_since), [str(chip.text) for chip in form.chosen()])


@require_POST
def chronology_ask(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask for the chronology as a PDF document."""
    case = access.case(request.acting, uuid)
    try:
        asked = ask_for(case, narrowing=_narrowing(request, case), by=request.acting)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("cases:timeline", uuid=case.uuid)
    return redirect("cases:chronology", uuid=case.uuid, chronology=asked.uuid)


@require_safe
def chronology(request: ActingRequest, uuid: UUID, chronology: UUID) -> HttpResponse:
    """Say how far the document is, and where to get it."""
    case = access.case(request.acting, uuid)
    found = access_chronologies.chronology(request.acting, case, chronology)
    return render(request, "cases/chronology.html", {"case": case, "chronology": found})


@require_GET
def chronology_file(request: ActingRequest, uuid: UUID, chronology: UUID) -> HttpResponse:
    """Hand out the document, while the person still sees the case."""
    case = access.case(request.acting, uuid, look="chronology.open")
    found = access_chronologies.chronology(request.acting, case, chronology)
    if found.state != ChronologyState.READY:
        return redirect("cases:chronology", uuid=case.uuid, chronology=found.uuid)
    try:
        content = storing.get(found.stored, context=found.place)
    except (storing.FileLost, CannotDecrypt):
        messages.error(request, _("The document cannot be read any more. Make it again from the timeline."))
        return redirect("cases:timeline", uuid=case.uuid)
    name = f"chronology-{case.reference}.pdf"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
