"""A timeline as a meeting's lead reads it: by sector, by who is silent, and as the people in the room."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from cases import access, access_room, access_timeline
from cases.access import Position
from cases.access_timeline import PAGE_SIZE
from cases.audience import people_of
from cases.forms.mdt import RoomForm, SilenceForm
from cases.forms.timeline import SectorsFilter
from cases.views.timeline import known_agencies, of_case
from safeguard.common.pagination import CURSOR, Page, seal, unseal

REST = "rest"


@require_safe
def timeline_sectors(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show the timeline with a column for each sector: who knew what when, side by side."""
    by = request.acting
    case = access.case(by, uuid)
    form = SectorsFilter(request.GET or None, agencies=known_agencies(access.who_can_see(by, case)))
    purpose = f"cases.sectors {case.uuid}"
    start = unseal(request.GET.get(CURSOR), purpose, 2)
    found = access_timeline.entry_ids(
        by, case, form.filters(new_since=None), after=Position(*start) if start else None, limit=PAGE_SIZE + 1
    )
    shown = access_timeline.shown(by, found[:PAGE_SIZE], new_since=None)
    sectors = sorted({each.entry.author_agency.sector for each in shown}, key=lambda sector: sector.bit)
    context = {
        **of_case(case),
        "filter_form": form,
        "chosen": form.chosen(),
        "sectors": sectors,
        "rows": [(each, [each if sector == each.entry.author_agency.sector else None for sector in sectors])
                 for each in shown],
        "page": Page[Any](shown, after=seal(found[PAGE_SIZE - 1], purpose) if len(found) > PAGE_SIZE else None),
    }  # fmt: skip
    return render(request, "cases/timeline_sectors.html", context)


@require_safe
def timeline_silence(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show of which involved agencies there is nothing to see since a day. It never says that they recorded nothing."""
    by = request.acting
    case = access.case(by, uuid)
    form = SilenceForm(request.GET or None)
    since = form.since_at()
    newest = access_timeline.newest_by_agency(by, case)
    known = [(agency, newest.get(agency.pk)) for agency in known_agencies(access.who_can_see(by, case))]
    context = {
        **of_case(case),
        "filter_form": form,
        "since": since,
        "silent": [(agency, last) for agency, last in known if last is None or last < since],
        "heard": [(agency, last) for agency, last in known if last is not None and last >= since],
    }
    return render(request, "cases/timeline_silence.html", context)


@require_safe
def timeline_room(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show what everybody in the room may see; in a slot of its own, the rest."""
    by = request.acting
    case = access.case(by, uuid)
    form = RoomForm(request.GET or None, people=people_of(access.who_can_see(by, case), case))
    room, is_rest = form.room(), request.GET.get("slot") == REST
    context: dict[str, Any] = {**of_case(case), "filter_form": form, "room": room, "is_rest": is_rest}
    if room is not None:
        # A cursor is good for this room alone: for another one it would start where nothing was shown.
        who = " ".join(sorted(str(person.uuid) for person in room.people))
        purpose = f"cases.room {case.uuid} {who} {room.family} {is_rest}"
        start = unseal(request.GET.get(CURSOR), purpose, 2)
        found = access_room.room_page(
            by, case, room, together=not is_rest, after=Position(*start) if start else None, limit=PAGE_SIZE + 1
        )
        listed = found[:PAGE_SIZE]
        shown = access_timeline.shown(by, [each.position for each in listed], new_since=None)
        last = listed[-1].position if len(found) > PAGE_SIZE else None
        context["page"] = Page[Any](shown, after=seal(last, purpose) if last else None)
        context["rows"] = list(zip(shown, [each.kept_from for each in listed], strict=True))
        context["other_slot"] = _with_slot(request, "" if is_rest else REST)
    return render(request, "cases/timeline_room.html", context)


def _with_slot(request: ActingRequest, slot: str) -> str:
    query = request.GET.copy()
    query.pop(CURSOR, None)
    query["slot"] = slot
    return f"?{query.urlencode()}"
