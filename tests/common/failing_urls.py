"""A page that fails with personal data in its error; for the tests of what becomes of it."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from agencies.models import User


@csrf_exempt
def fail(request: HttpRequest) -> HttpResponse:
    """Save the same person twice."""
    for _ in range(2):
        User.objects.create(name=request.POST["name"], email=request.POST["email"])
    return HttpResponse()


urlpatterns = [path("fail/", fail), path("", include("safeguard.urls"))]
