"""The request as our views know it: typed with the person who acts."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from agencies.acting import Acting


class ActingRequest(HttpRequest):
    """A request of a signed-in person; ActingMiddleware and LoginRequiredMiddleware make it so."""

    acting: "Acting"
    request_id: str
