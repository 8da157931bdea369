"""How often one may ask. Counted in the shared cache, so the limits hold across processes."""

from typing import Any, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from agencies.middleware import origin_of
from agencies.models import ApiToken, CalendarFeed


class Throttle(SimpleRateThrottle):
    """A rate from the settings, read when it is needed: ``DEFAULT_THROTTLE_RATES[scope]``."""

    scope: str

    def get_rate(self) -> str:
        """Return the rate, such as ``300/min``. Raises KeyError where none is set: nothing is without a limit."""
        return str(api_settings.DEFAULT_THROTTLE_RATES[self.scope])

    def are_too_many(self, request: Request | HttpRequest) -> bool:
        """Count one more; return whether that is more than the rate allows. ``wait()`` says for how long."""
        nowhere: Any = None  # no view has begun when somebody fails to sign in
        return not self.allow_request(cast("Request", request), nowhere)


class PerReader(Throttle):
    """Requests of one token, or of one person's sessions together."""

    scope = "reader"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return the key of the token or the person."""
        who = f"token:{request.auth.uuid}" if isinstance(request.auth, ApiToken) else f"user:{request.user.pk}"
        return f"api:{who}"


class FailuresByAddress(Throttle):
    """Tokens that opened nothing, by the address that sent them."""

    scope = "failures"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """Return the key of the address."""
        return f"api:failures:{origin_of(request).address}"


class FetchesOfCalendar(Throttle):
    """Fetches of one calendar address."""

    scope = "calendar"

    def __init__(self, feed: CalendarFeed) -> None:
        super().__init__()
        self._feed = feed

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Return the key of the address."""
        return f"calendar:{self._feed.uuid}"
