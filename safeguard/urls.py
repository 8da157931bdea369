"""Every address of the site, by room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from safeguard import views
from safeguard.common.style_guide import style_guide

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("health/live", views.live, name="health_live"),
    path("health/ready", views.ready, name="health_ready"),
    path("account/", include("agencies.sign_in.urls")),
    path("api/", include("safeguard.api_urls")),
    path("", include("safeguard.notifications.urls")),
    path("", include("agencies.urls")),
    path("", include("cases.urls")),
    path("", include("referrals.urls")),
]

if settings.STYLE_GUIDE or settings.DEBUG:
    urlpatterns.append(path("style/", style_guide, name="style_guide"))
