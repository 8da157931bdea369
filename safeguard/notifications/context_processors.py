"""What the page shell shows of the inbox."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from safeguard.notifications.models import InboxItem

MOST_COUNTED = 100


def inbox(request: HttpRequest) -> dict[str, Any]:
    """Return ``inbox_unread``: how many unread items the person has ("99+" beyond), asked only where it is shown."""
    return {"inbox_unread": SimpleLazyObject(lambda: _unread(request))}


def _unread(request: HttpRequest) -> str:
    viewer = getattr(request, "acting", None)
    if viewer is None:
        return ""
    count = InboxItem.objects.for_reader(viewer.user_id, viewer.agency_id).unread().count_up_to(MOST_COUNTED)
    if count == MOST_COUNTED:
        return f"{MOST_COUNTED - 1}+"
    return str(count or "")
