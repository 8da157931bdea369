"""Drafts of concerns: kept while somebody types, taken up on another device, discarded."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agencies.request import ActingRequest
from agencies.roles import Can
from cases import access_concerns
from cases.actions.drafts import Content, Kept, discard_draft, save_draft

# What belongs to one sending of the form and not to what was written.
NOT_KEPT = {"csrfmiddlewaretoken", "idempotency_key", "draft", "draft_version", "find", "keep_draft", "kept_for"}


@require_POST
def draft_save(request: ActingRequest) -> HttpResponse:
    """Keep what is typed; answers a script."""
    if not request.acting.can(Can.LOG_CONCERN):
        raise Http404
    try:
        kept = keep(request)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return JsonResponse({"draft": str(kept.uuid), "version": kept.version, "message": said_of(kept)})


@require_http_methods(["GET", "POST"])
def draft_discard(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask, then discard a draft."""
    draft = access_concerns.draft(request.acting, uuid)
    if request.method == "POST":
        discard_draft(draft.uuid, by=request.acting)
        messages.success(request, _("The draft is discarded."))
        return redirect("cases:concerns")
    return render(request, "cases/draft_discard.html", {"draft": draft})


def keep(request: ActingRequest) -> Kept:
    """Keep the sent form as its draft. Raises what ``save_draft`` raises."""
    ref, version = place_of(request)
    return save_draft(ref, content_of(request), version=version, by=request.acting)


def content_of(request: HttpRequest) -> Content:
    """Return what was typed, each name with its values; without the NULs that some programs paste along."""
    kept = ((name, values) for name, values in request.POST.lists() if name not in NOT_KEPT)
    return {_plain(name): [_plain(str(value)) for value in values] for name, values in kept}


def _plain(text: str) -> str:
    # PostgreSQL's texts hold neither NULs nor halves of surrogate pairs.
    return text.replace("\0", "").encode(errors="replace").decode()


def place_of(request: HttpRequest) -> tuple[UUID, int]:
    """Return a sent form's draft and the version that it knew. Raises Http404 for what is no form of ours."""
    try:
        return UUID(request.POST.get("draft", "")), max(0, int(request.POST.get("draft_version") or 0))
    except ValueError:
        raise Http404 from None


def said_of(kept: Kept) -> str:
    """Return what the writer is told of a draft that was kept."""
    at = time_format(timezone.localtime(), "H:i")
    if kept.split:
        message = _(
            "This draft was changed, sent or discarded on another device. What is typed here is kept as a draft"
            " of its own, saved at %(time)s."
        )
        return message % {"time": at}
    return _("Kept as a draft at %(time)s. Nobody else sees it.") % {"time": at}
