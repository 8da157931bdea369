"""Writing on the timeline."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from cases import access
from cases.actions.entries import add_entry
from cases.audience import Outlook, default_for, preview
from cases.event_kinds import KINDS, Kind, kinds_by_hand
from cases.forms.entries import EntryForm
from cases.models import AccessLevel, TimelineEntry
from cases.views.checked import check_page, checked_and_saved
from cases.views.records import PAGES


@require_safe
def entry_kinds(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask what kind of entry somebody wants to write."""
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    kinds = [(kind.value, KINDS[kind]) for kind in kinds_by_hand()]
    return render(request, "cases/entry_kinds.html", {"case": case, "kinds": kinds, "pages": PAGES})


@require_http_methods(["GET", "POST"])
def entry_add(request: ActingRequest, uuid: UUID, kind: str) -> HttpResponse:
    """Write an entry of one kind: the form, then who will see it, then the saving."""
    case = access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)
    if kind not in kinds_by_hand():
        raise Http404
    by, of = request.acting, Kind(kind)
    default = default_for(of, by, case)
    form = EntryForm(request.POST or None, by=by, case=case, default=default)

    made: list[TimelineEntry] = []

    def act(_data: dict[str, Any]) -> None:
        made.append(add_entry(case, form.event(of), ask=form.asked(), by=by))

    def outlook() -> Outlook:
        return preview(case, form.chosen_audience(), by=by)

    if checked_and_saved(request, form, act, outlook):
        messages.success(request, _("The entry is on the timeline."))
        if form.cleaned_data["then_attach"]:
            return redirect("cases:entry_attach", uuid=case.uuid, entry=made[0].uuid)
        return redirect("cases:timeline", uuid=case.uuid)
    context = {"case": case, "kind": KINDS[of], "default": default, "summary": form.summary}
    return check_page(request, "cases/entry_add.html", form, context, outlook)
