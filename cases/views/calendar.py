"""One's days and meetings in a calendar program: the address that it reads, and what stands there."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import refusal
from agencies.actions import feeds
from agencies.api.throttles import FailuresByAddress, FetchesOfCalendar, Throttle
from agencies.middleware import origin_of
from agencies.request import ActingRequest
from agencies.sign_in.proof import fresh_second_factor
from cases import access_calendar
from cases.exports.calendar import feed
from safeguard.common import row_security


@require_safe
def own_calendar(request: ActingRequest) -> HttpResponse:
    """Show whether one's days can be read by a calendar program, and when they last were."""
    _check_works(request)
    return render(request, "cases/calendar.html", {"feed": feeds.own(request.acting)})


@require_http_methods(["GET", "POST"])
@fresh_second_factor
def calendar_make(request: ActingRequest) -> HttpResponse:
    """Make an address, which takes the place of the one there is, and show it this once."""
    _check_works(request)
    if request.method == "POST":
        secret = feeds.make(page=reverse("cases:calendar"), by=request.acting)
        # In the answer itself: a redirect would have to keep the secret somewhere.
        address = settings.SITE_URL.rstrip("/") + reverse("cases:calendar_feed", args=[secret])
        return render(request, "cases/calendar_made.html", {"address": address})
    return render(request, "cases/calendar_make.html", {"feed": feeds.own(request.acting)})


@require_POST
def calendar_stop(request: ActingRequest) -> HttpResponse:
    """Let the address open nothing any more."""
    _check_works(request)
    if feeds.stop(by=request.acting):
        messages.success(
            request,
            _("The address is stopped. What your calendar program has read already stays there: remove it there, too."),
        )
    else:
        messages.info(request, _("Nothing was changed: there is no address that works."))
    return redirect("cases:calendar")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Give a calendar program the days and meetings of whom the address belongs to, as they may see them now.

    Whatever session comes with it is not asked.
    """
    accepted = feeds.accept(secret, origin=origin_of(request))
    if accepted is None:
        # Counted after the look-up: a forgotten program must not lock out the others behind the same address.
        failures = FailuresByAddress()
        if failures.are_too_many(request):
            return _too_many(failures)
        feeds.record_refused(secret, origin=origin_of(request))
        raise Http404
    address, by = accepted
    fetches = FetchesOfCalendar(address)
    if fetches.are_too_many(request):
        return _too_many(fetches)
    row_security.apply(by.row_security())
    text = feed(access_calendar.to_do_by(by), access_calendar.to_attend_by(by))
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def _too_many(throttle: Throttle) -> HttpResponse:
    text = _("This address was asked for too often. Nothing is lost: ask again later.")
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(round(throttle.wait() or 0) + 1)
    return answer


def _check_works(request: ActingRequest) -> None:
    if request.acting.membership is None or not request.acting.works_with_cases:
        raise refusal(request.acting, "calendar.view")
