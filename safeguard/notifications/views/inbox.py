"""A person's own inbox."""

from typing import Any, Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from safeguard.common.pagination import CURSOR, paginate
from safeguard.notifications import actions
from safeguard.notifications.models import InboxItem


class Reader(Protocol):
    """What the inbox needs to know of whoever asks: the person, and the agency that they act for."""

    user_id: int
    agency_id: int | None


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the items, the newest first."""
    reader = _reader(request)
    items = InboxItem.objects.for_reader(reader.user_id, reader.agency_id)
    page = paginate(items, order=["-created_at", "-id"], cursor=request.GET.get(CURSOR))
    return render(request, "notifications/inbox.html", {"page": page})


@require_POST
def mark_read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark one item as read. Somebody else's item and one that is read already look the same: nothing happens."""
    reader = _reader(request)
    actions.mark_read(reader.user_id, reader.agency_id, only=uuid)
    return redirect("notifications:inbox")


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark as read everything that the inbox shows now."""
    reader = _reader(request)
    count = actions.mark_read(reader.user_id, reader.agency_id)
    told = ngettext("%(count)d item is marked as read", "%(count)d items are marked as read", count)
    messages.success(request, told % {"count": count} if count else gettext("Nothing was unread"))
    return redirect("notifications:inbox")


def _reader(request: HttpRequest) -> Reader:
    acting: Any = request.acting  # type: ignore[attr-defined]  # set by agencies' middleware, which we may not import
    reader: Reader = acting
    return reader
