"""The addresses of cases and children for programs."""

from django.urls import URLPattern, path

from cases.api import views

urlpatterns: list[URLPattern] = [
    path("cases/", views.CaseList.as_view(), name="cases"),
    path("cases/<uuid:uuid>/", views.CaseDetail.as_view(), name="case"),
    path("children/", views.ChildList.as_view(), name="children"),
    path("children/<uuid:uuid>/", views.ChildDetail.as_view(), name="child"),
]
