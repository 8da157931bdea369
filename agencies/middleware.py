"""One transaction a request, with the acted-for membership and the row-security settings inside it."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from agencies.acting import SESSION_KEY, Acting, acting
from agencies.models import User
from agencies.sign_in import proof
from safeguard.audit.actor import Origin
from safeguard.common import row_security

# Health answers must come when the database is away, so they run outside the transaction.
OUTSIDE = ("/health/", "/static/")
API = "/api/"


class ActingMiddleware:
    """Sets ``request.acting`` and opens the transaction that the page runs in.

    Our own instead of ATOMIC_REQUESTS, which refuses async views and would undo the record of a
    refusal with every 404: here only a server error rolls back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request`` inside its transaction."""
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        with transaction.atomic():
            request.acting = who_acts(request)  # type: ignore[attr-defined]  # set here for all views
            _enter(request.acting)  # type: ignore[attr-defined]  # set in the line above
            response = self.get_response(request)
            if response.status_code >= 500:  # noqa: PLR2004  (server errors)
                transaction.set_rollback(True)
        row_security.clear_if_still_in_transaction()
        return response


def who_acts(request: HttpRequest) -> Acting | None:
    """Return the signed-in person with their acted-for membership, None for a visitor."""
    if not isinstance(request.user, User):
        return None
    chosen, only_agency = request.session.get(SESSION_KEY), proof.confined_to(request)
    person = acting(request.user, origin_of(request), chosen, only_agency=only_agency)
    person.user.acting = person  # for who is handed the user alone: see acted_for()
    if chosen is None and person.membership_uuid is not None:
        # Kept, so that the end of this membership never makes a page that is open act for another agency.
        request.session[SESSION_KEY] = str(person.membership_uuid)
    return person


def has_lost_choice(request: HttpRequest) -> bool:
    """Return whether the membership that the session acts for is over, while the person has another."""
    person, chosen = getattr(request, "acting", None), request.session.get(SESSION_KEY)
    return bool(person and chosen and person.membership_uuid and str(person.membership_uuid) != chosen)


def origin_of(request: HttpRequest) -> Origin:
    """Return where ``request`` came from. The proxy's address header is trusted only where settings say so."""
    address = request.META.get("REMOTE_ADDR")
    if settings.TRUST_PROXY_ADDRESS:
        address = request.META.get("HTTP_X_REAL_IP", address)
    channel = "api" if request.path.startswith(API) else "web"
    return Origin(channel=channel, address=address or None, request_id=getattr(request, "request_id", ""))


def _enter(person: Acting | None) -> None:
    # A visitor costs no statement: without a setting the policies show no row.
    if person is not None:
        row_security.apply(person.row_security())
