"""A form that is too large gets a page that says so, instead of Django's bare "Bad Request"."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

BYTES_PER_MEGABYTE = 1024 * 1024
TOO_LARGE = 413


class RequestSizeMiddleware:
    """Reads a submitted form early, while the answer can still be chosen: inner layers would hide the reason."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``, or say why its form was not read (413 too large or too many parts, 400 broken)."""
        try:
            _ = request.POST
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return refusal(request, TOO_LARGE)
        except MultiPartParserError:
            return refusal(request, 400)
        return self.get_response(request)


def refusal(request: HttpRequest, status: int) -> HttpResponse:
    """Return the page for a form that was not read."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // BYTES_PER_MEGABYTE
    return render(request, f"{status}.html", {"limit_megabytes": limit}, status=status)
