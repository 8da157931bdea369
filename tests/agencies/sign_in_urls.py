"""The site's addresses and two probes: a page that is not public, and one below /api/."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from safeguard import urls


def probe(request: HttpRequest) -> HttpResponse:
    """Answer what was sent."""
    return HttpResponse(f"received: {request.POST.get('note', '')}")


urlpatterns = [path("api/probe", probe), path("probe", probe, name="probe"), *urls.urlpatterns]
