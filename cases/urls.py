"""The addresses of cases."""

from django.urls import URLPattern, URLResolver, path

from cases.views import children, concerns, detail, emergency, entries, lists, live, timeline, work

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", lists.case_list, name="list"),
    path("cases/open/", work.case_open, name="open"),
    path("cases/emergency/", emergency.emergency, name="emergency"),
    path("cases/emergency/reviews/", emergency.emergency_reviews, name="emergency_reviews"),
    path("cases/emergency/reviews/<uuid:uuid>/", emergency.emergency_review, name="emergency_review"),
    path("concerns/", concerns.concerns, name="concerns"),
    path("concerns/log/", concerns.concern_log, name="concern_log"),
    path("concerns/<uuid:uuid>/", concerns.concern, name="concern"),
    path("cases/<uuid:uuid>/", detail.case, name="detail"),
    path("cases/<uuid:uuid>/live/", live.stream, name="live"),
    path("cases/<uuid:uuid>/news/", live.news, name="news"),
    path("cases/<uuid:uuid>/access/", detail.case_access, name="access"),
    path("cases/<uuid:uuid>/timeline/", timeline.timeline, name="timeline"),
    path("cases/<uuid:uuid>/timeline/looked/", timeline.timeline_looked, name="timeline_looked"),
    path("cases/<uuid:uuid>/timeline/<uuid:entry>/", timeline.entry, name="entry"),
    path("cases/<uuid:uuid>/timeline/<uuid:entry>/pin/", timeline.entry_pin, name="entry_pin"),
    path("cases/<uuid:uuid>/timeline/add/", entries.entry_kinds, name="entry_kinds"),
    path("cases/<uuid:uuid>/timeline/add/<slug:kind>/", entries.entry_add, name="entry_add"),
    path("cases/<uuid:uuid>/involve/", work.case_involve, name="involve"),
    path("cases/<uuid:uuid>/involvements/<uuid:involvement>/end/", work.involvement_end, name="involvement_end"),
    path("cases/<uuid:uuid>/allocate/", work.case_allocate, name="allocate"),
    path("cases/<uuid:uuid>/restrict/", work.case_restrict, name="restrict"),
    path("cases/<uuid:uuid>/restrict/end/", work.case_lift_restriction, name="lift_restriction"),
    path("cases/<uuid:uuid>/exclude/", work.case_exclude, name="exclude"),
    path("cases/<uuid:uuid>/exclusions/<uuid:person>/end/", work.exclusion_lift, name="exclusion_lift"),
    path("cases/<uuid:uuid>/not-needed/<slug:sector>/", work.case_not_needed, name="not_needed"),
    path("cases/<uuid:uuid>/not-needed/service/<uuid:service>/", work.service_not_needed, name="service_not_needed"),
    path("cases/<uuid:uuid>/close/", work.case_close, name="close"),
    path("children/<uuid:uuid>/", children.child, name="child"),
    path("children/<uuid:uuid>/change/", children.child_change, name="child_change"),
    path("children/<uuid:uuid>/names/add/", children.child_name_add, name="child_name_add"),
    path("children/<uuid:uuid>/numbers/add/", children.child_number_add, name="child_number_add"),
    path("children/<uuid:uuid>/addresses/add/", children.child_address_add, name="child_address_add"),
    path("children/<uuid:uuid>/family/add/", children.child_relative_add, name="child_relative_add"),
    path(
        "children/<uuid:uuid>/family/<uuid:fact>/change/",
        children.child_relative_change,
        name="child_relative_change",
    ),
    path("children/<uuid:uuid>/services/add/", children.child_service_add, name="child_service_add"),
    path("children/<uuid:uuid>/<slug:kind>/<uuid:fact>/end/", children.child_fact_end, name="child_fact_end"),
]
