"""Discussions between the agencies of a case: the lists, one discussion, starting one and speaking in it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_discussions, access_timeline
from cases.actions.discussions import mark_thread_read, say, start_thread
from cases.audience import Outlook, default_for, outlook, preview
from cases.event_kinds import Kind
from cases.forms.discussions import MessageForm, ThreadForm
from cases.models import AccessLevel, Case, Thread, TimelineEntry
from cases.views.checked import check_page, checked_and_saved
from safeguard.common.moments import moment

form_methods = require_http_methods(["GET", "POST"])


@require_safe
def my_threads(request: ActingRequest) -> HttpResponse:
    """List the discussions in which an answer of the reader's teams is wanted, and those new to them."""
    return render(request, "cases/my_threads.html", {"threads": access_discussions.my_threads(request.acting)})


@require_safe
def threads(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """List the discussions of a case."""
    case = access.case(request.acting, uuid)
    context = {
        "case": case,
        "contributes": case.held_level >= AccessLevel.CONTRIBUTE,
        "threads": access_discussions.threads_of(request.acting, case),
        "most": access_discussions.MOST_THREADS,
    }
    return render(request, "cases/threads.html", context)


@form_methods
def thread_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Start a discussion: the form, then who will read along, then the saving.

    ``about`` in the address is the entry that it is about.
    """
    by = request.acting
    case = access.case(by, uuid, to=AccessLevel.CONTRIBUTE)
    about = _about(request, case)
    default = default_for(Kind.DISCUSSION_STARTED, by, case)
    form = ThreadForm(request.POST or None, by=by, case=case, default=default)
    made: list[Thread] = []

    def act(_data: dict[str, Any]) -> None:
        started = form.thread()
        started.about = about
        made.append(start_thread(case, started, form.telling(), asked=form.parts_asked(), by=by))

    def readers() -> Outlook:
        return preview(case, form.chosen_audience(), by=by)

    if checked_and_saved(request, form, act, readers):
        messages.success(request, _("The discussion is open. The teams whose answer you want have been told."))
        return redirect("cases:thread", uuid=case.uuid, thread=made[0].uuid)
    context = {"case": case, "about": about, "default": default, "summary": form.summary}
    return check_page(request, "cases/thread_add.html", form, context, readers)


def _about(request: ActingRequest, case: Case) -> TimelineEntry | None:
    asked = request.GET.get("about")
    if not asked:
        return None
    try:
        ref = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    return access_timeline.entry(request.acting, case, ref)


@form_methods
def thread(request: ActingRequest, uuid: UUID, thread: UUID) -> HttpResponse:
    """Show a discussion; take what its reader says in it."""
    by, now = request.acting, timezone.now()  # before anything is read: what comes later is new
    case = access.case(by, uuid)
    found = access_discussions.thread(by, case, thread)
    form = MessageForm(request.POST or None)
    if attempted(form, lambda data: say(found, data["text"], by=by)):
        mark_thread_read(found, timezone.now(), by=by)
        messages.success(request, _("Your message is there for everybody who reads along."))
        return redirect("cases:thread", uuid=case.uuid, thread=found.uuid)
    seen = access_timeline.seen_by([found.entry])[found.entry_id]
    context = {
        "case": case,
        "thread": found,
        "about": access_discussions.entry_if_seen(by, case, found),
        "thread_messages": access_discussions.messages_of(by, found),
        "most": access_discussions.MOST_MESSAGES,
        "looked_at": access_discussions.last_look(by, found),
        "answers": access_discussions.answers_of(by, [found])[found.pk],
        "outlook": outlook(access.who_can_see(by, case), case, seen),
        "may_speak": access_discussions.may_speak(by, found, case.held_level),
        "now": now,
        "today": timezone.localdate(),
    }
    return form_page(request, "cases/thread.html", form, context)


@require_POST
def thread_read(request: ActingRequest, uuid: UUID, thread: UUID) -> HttpResponse:
    """Note up to when the reader has read a discussion; a time that is none changes nothing."""
    case = access.case(request.acting, uuid)
    found = access_discussions.thread(request.acting, case, thread)
    up_to = moment(request.POST.get("up_to", ""))
    if up_to is not None:
        mark_thread_read(found, up_to, by=request.acting)
    return redirect("cases:thread", uuid=case.uuid, thread=found.uuid)
