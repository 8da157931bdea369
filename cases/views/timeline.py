"""Reading a timeline: its page, one entry, and what a reader notes for themselves."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agencies.models import Agency
from agencies.request import ActingRequest
from cases import access, access_discussions, access_timeline
from cases.access import Position, Sight
from cases.access_timeline import PAGE_SIZE
from cases.actions.looks import mark_read, pin, unpin
from cases.audience import outlook
from cases.forms.timeline import TimelineFilter
from cases.models import AccessLevel, Case
from safeguard.common.moments import moment
from safeguard.common.pagination import CURSOR, Page, seal, unseal


@require_safe
def timeline(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show the timeline of a case, newest first, narrowed as the address says."""
    by, now = request.acting, timezone.now()  # before anything is read: what comes later is new
    case = access.case(by, uuid)
    form = TimelineFilter(request.GET or None, agencies=known_agencies(access.who_can_see(by, case)))
    looked_at = access_timeline.last_look(by, case)
    new_since = form.mark_at() or looked_at
    after = unseal(request.GET.get(CURSOR), purpose(case), 2)
    found = access_timeline.entry_ids(
        by,
        case,
        form.filters(new_since=new_since),
        after=Position(*after) if after else None,
        limit=PAGE_SIZE + 1,
    )
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    context = {
        **of_case(case),
        "filter_form": form,
        "chosen": form.chosen(),
        "page": Page[Any](
            access_timeline.shown(by, found[:PAGE_SIZE], new_since=new_since),
            after=seal(last, purpose(case)) if last else None,
        ),
        "is_continued": bool(after),
        "held": access_timeline.held_elsewhere(by, case),
        "years": access_timeline.years(by, case),
        "year": request.GET.get("year", ""),
        "new_since": new_since,
        "is_marked": form.mark_at() is not None,
        "new_count": access_timeline.new_count(by, case, new_since) if new_since else 0,
        "new_cap": access_timeline.NEW_CAP,
        "now": now,
    }
    return render(request, "cases/timeline.html", context)


def purpose(case: Case) -> str:
    """Return what a cursor of the timeline of ``case`` is good for: this timeline alone."""
    return f"cases.timeline {case.uuid}"


def of_case(case: Case) -> dict[str, Any]:
    """Return what every page of a timeline says of its case."""
    return {"case": case, "contributes": case.held_level >= AccessLevel.CONTRIBUTE}


def known_agencies(sight: Sight) -> list[Agency]:
    """Return the involved agencies that the reader may know of, each once."""
    return list({each.involvement.team.agency_id: each.involvement.team.agency for each in sight.teams}.values())


@require_safe
def entry(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Show one entry, who can see it, and why."""
    by = request.acting
    case = access.case(by, uuid)
    found = access_timeline.entry(by, case, entry)
    seen = access_timeline.seen_by([found])[found.pk]
    (shown,) = access_timeline.beside(by, [found], new_since=None)
    context = {
        **of_case(case),
        "shown": shown,
        "is_own": case.held_level >= AccessLevel.CONTRIBUTE and found.author_group_id in by.group_ids,
        "may_dispute": case.held_level >= AccessLevel.CONTRIBUTE and found.author_agency_id != by.agency_id,
        "outlook": outlook(access.who_can_see(by, case), case, seen),
        "threads": access_discussions.threads_of(by, case, about=found),
    }
    return render(request, "cases/entry.html", context)


@require_POST
def entry_pin(request: ActingRequest, uuid: UUID, entry: UUID) -> HttpResponse:
    """Pin an entry, or take the pin off."""
    case = access.case(request.acting, uuid)
    found = access_timeline.entry(request.acting, case, entry)
    act = unpin if request.POST.get("pinned") == "0" else pin
    act(case, found, by=request.acting)
    return redirect("cases:entry", uuid=case.uuid, entry=found.uuid)


@require_POST
def timeline_looked(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Note up to when the reader has read; a time that is none changes nothing."""
    case = access.case(request.acting, uuid)
    up_to = moment(request.POST.get("up_to", ""))
    if up_to is not None:
        mark_read(case, up_to, by=request.acting)
    return redirect("cases:timeline", uuid=case.uuid)
