"""A short id for each request, so that a person can quote it and a log line can be found by it."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class RequestIdMiddleware:
    """Sets ``request.request_id`` and the ``X-Request-ID`` header of the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request`` with its id; one that a client sends is not believed."""
        request.request_id = uuid.uuid4().hex[:16]  # type: ignore[attr-defined]  # read by audit and error pages
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]  # set above
        return response
