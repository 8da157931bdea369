"""Pages that exist in these tests only: each does one thing that the audit must record."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from agencies.request import ActingRequest
from safeguard.audit import actions
from safeguard.notifications.actions import Note, put_in_inbox

CONTENT = "What the child said"


def show(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Record the read, then show the content."""
    actions.record_read("thing.view", by=request.acting, target="tests.Thing", uuids=[uuid])
    return HttpResponse(CONTENT)


def refuse(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Record the refusal, then answer as if there were nothing."""
    actions.record_refusal("thing.view", by=request.acting, target="tests.Thing", uuids=[uuid])
    raise Http404


def fail_after_change(request: ActingRequest) -> HttpResponse:
    """Change something and record it, then fail."""
    note = Note(kind="x", subject="x", body="")
    put_in_inbox(note, recipient_id=request.acting.user.pk, dedupe_key="failed change")
    actions.record("thing.change", by=request.acting)
    raise RuntimeError(CONTENT)


def missing(request: HttpRequest) -> HttpResponse:
    """Answer 404 without a record."""
    raise Http404


urlpatterns = [
    path("things/<uuid:uuid>/", show),
    path("forbidden/<uuid:uuid>/", refuse),
    path("fail/", fail_after_change),
    path("missing/", missing),
    path("", include("safeguard.urls")),
]
