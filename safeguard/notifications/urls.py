"""The inbox's addresses, and in the demo its mail page."""

from django.conf import settings
from django.urls import URLPattern, path

from safeguard.notifications.views.demo_mail import demo_mail
from safeguard.notifications.views.inbox import inbox, mark_all_read, mark_read

app_name = "notifications"
urlpatterns: list[URLPattern] = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/read/", mark_all_read, name="mark_all_read"),
    path("inbox/<uuid:uuid>/read/", mark_read, name="mark_read"),
]
if settings.DEMO:
    # Public, since somebody who was invited has no account yet. In production this address does not exist.
    urlpatterns.append(path("demo/mail/", demo_mail, name="demo_mail"))
