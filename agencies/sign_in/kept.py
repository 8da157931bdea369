"""A form that could not be accepted is shown again with everything that was typed, and can be sent again.

Nothing is stored on the server: the text travels back to the browser that sent it, and nowhere else.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

OWNER = "kept_for"
NEVER_KEPT = ("password", "csrfmiddlewaretoken", "code", "credential", OWNER)
SALT = "agencies.sign_in.kept"
KEYS = re.compile(r"[0-9a-f-]{36}( [0-9a-f-]{36})*")  # what the page itself put there
SHORT = 20  # characters: a longer value, or one with a space in it, was typed by a person


class Why(StrEnum):
    """Why the form was not accepted."""

    SIGNED_OUT = "signed_out"
    CONFIRM = "confirm"
    STALE_PAGE = "stale_page"
    OTHER_PERSON = "other_person"
    CHOOSE = "choose"


STATUS = {Why.SIGNED_OUT: 401, Why.CONFIRM: 401, Why.STALE_PAGE: 403, Why.OTHER_PERSON: 403, Why.CHOOSE: 409}


@dataclass(frozen=True)
class KeptField:
    """One submitted value: ``typed`` says whether it is text that a person would want to see again."""

    name: str
    value: str

    @property
    def typed(self) -> bool:
        """Return whether to show the value."""
        is_key = KEYS.fullmatch(self.value) is not None
        return not is_key and (len(self.value) > SHORT or " " in self.value.strip())

    @property
    def label(self) -> str:
        """Return the field's name in words."""
        return self.name.replace("_", " ").replace("-", " ").strip().capitalize()


def form_shown_again(request: HttpRequest, why: Why, *, proof_url: str = "", owner: int | None = None) -> HttpResponse:
    """Return the page that holds what was sent; ``proof_url`` opens in a new tab, ``owner`` is who typed it.

    A request by htmx gets the bare status: the page that the person typed into stays as it is.
    """
    status = STATUS[why]
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=status, headers={"HX-Trigger": "session-ended"})
    else:
        response = render(request, "account/kept.html", _context(request, why, proof_url, owner), status=status)
    if status == 401:  # noqa: PLR2004  (unauthorised)
        response["WWW-Authenticate"] = "Cookie"  # RFC 9110: every 401 names a way to authenticate
    return response


def _context(request: HttpRequest, why: Why, proof_url: str, owner: int | None) -> dict[str, object]:
    fields = list(kept_fields(request))
    return {
        "why": why,
        "proof_url": proof_url,
        "action": request.get_full_path(),
        "fields": fields,
        "typed": [field for field in fields if field.typed],
        "had_files": bool(request.FILES),
        "owner_name": OWNER,
        "owner": signing.dumps(owner, salt=SALT) if owner else request.POST.get(OWNER, ""),
    }


def kept_fields(request: HttpRequest) -> list[KeptField]:
    """Return what ``request`` submitted, without secrets."""
    return [
        KeptField(name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in NEVER_KEPT)
        for value in values
        if isinstance(value, str)
    ]


def typed_by_somebody_else(request: HttpRequest) -> bool:
    """Return whether a kept form is sent again by another person than the one who typed it."""
    if request.method != "POST" or OWNER not in request.POST:
        return False
    try:
        return bool(signing.loads(request.POST[OWNER], salt=SALT) != request.user.pk)
    except signing.BadSignature:
        return False


def stale_form(request: HttpRequest) -> HttpResponse | None:
    """Return the page for a form whose CSRF token is older than the present sign-in, None for any other failure.

    Signing in changes the token, so a page from before (in another tab) fails the check. That one of our
    own pages sent it is known by ``Sec-Fetch-Site``, which no other site can forge.
    """
    view = request.resolver_match.func if request.resolver_match else None
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not is_ours or not getattr(view, "login_required", True):
        return None
    if request.user.is_authenticated:
        return form_shown_again(request, Why.STALE_PAGE)
    return form_shown_again(request, Why.SIGNED_OUT, proof_url=reverse(settings.LOGIN_URL))
