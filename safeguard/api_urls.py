"""Every address of the interface for programs, under ``api/``."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from agencies.api import schema as _schemes  # noqa: F401  (registers how signing in is described)
from agencies.api.views import NothingHere, SchemaView

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("v1/", include("cases.api.urls")),
    path("v1/", include("referrals.api.urls")),
    # Last, so that a wrong address is answered like everything else here, and to nobody who is not signed in.
    re_path(r"^(?P<rest>.*)$", NothingHere.as_view(), name="nothing_here"),
]
