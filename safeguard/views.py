"""Pages that belong to no single room: home, health and the CSRF failure."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agencies.access import check_member
from agencies.request import ActingRequest
from agencies.sign_in import kept
from safeguard.home import home_of, tasks_of
from safeguard.search import SearchForm, results_of


@require_safe
def home(request: ActingRequest) -> HttpResponse:
    """Show the signed-in person what waits for them and what they can do."""
    shown = {"tasks": tasks_of(request.acting), "home": home_of(request.acting), "now": timezone.now()}
    return render(request, "home.html", shown)


@require_http_methods(["GET", "POST"])
def search(request: ActingRequest) -> HttpResponse:
    """Find what the person may see by words. Posted, so that no address, history or log holds a child's name."""
    check_member(request.acting)
    form = SearchForm(request.POST or None)
    found = results_of(request.acting, form.cleaned_data["words"]) if form.is_bound and form.is_valid() else None
    return render(request, "search.html", {"form": form, "results": found})


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers; 503 while it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001  (whatever the reason, the answer is "not ready")
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain that a form could not be checked, and that nothing was saved; keep its text where it is safe to."""
    return kept.stale_form(request) or render(request, "403_csrf.html", status=403)
