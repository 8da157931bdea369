"""The addresses of cases and children for programs."""

from django.urls import URLPattern, path

from cases.api import concerns, timeline, views

urlpatterns: list[URLPattern] = [
    path("cases/", views.CaseList.as_view(), name="cases"),
    path("cases/<uuid:uuid>/", views.CaseDetail.as_view(), name="case"),
    path("cases/<uuid:uuid>/timeline/", timeline.Timeline.as_view(), name="timeline"),
    path("cases/<uuid:uuid>/timeline/entries/", timeline.EntryAdd.as_view(), name="entry_add"),
    path("cases/<uuid:uuid>/timeline/<uuid:entry>/", timeline.Entry.as_view(), name="entry"),
    path(
        "cases/<uuid:uuid>/timeline/<uuid:entry>/acknowledge/",
        timeline.EntryAcknowledge.as_view(),
        name="entry_acknowledge",
    ),
    path("concerns/", concerns.ConcernLog.as_view(), name="concern_log"),
    path("children/", views.ChildList.as_view(), name="children"),
    path("children/<uuid:uuid>/", views.ChildDetail.as_view(), name="child"),
]
