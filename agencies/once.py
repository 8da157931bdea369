"""A form is saved once, however often it is sent: a double click, a second try after a crash, "back" and again.

Every form carries a key (safeguard.common.forms). What a sent form saved and where its sender went is
kept in the same transaction as what it saved, so the two cannot disagree: when the answer was lost but
the change was not, sending it again leads to the same place and changes nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from agencies.models import FormSubmission, User
from safeguard.common.forms.base import IDEMPOTENCY_NAME

KEPT = timedelta(days=7)
LONGEST = 500  # characters of an address


class OnceMiddleware:
    """Answers a form that was saved before with the redirect that it got then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``; a redirect after a form with a key is kept."""
        response = self.get_response(request)
        key = getattr(request, "form_key", None)
        if key and isinstance(response, HttpResponseRedirect) and len(response.url) <= LONGEST:
            FormSubmission.objects.create(**_sent(request, key), location=response.url)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Return the first answer to the same form, None when it was not saved yet.

        Runs after the CSRF check. The lock makes the second of two clicks wait for the first.
        """
        key = form_key(request)
        if key is None:
            return None
        saved = _saved_before(request.user.pk, key, request.path)
        if saved is None:
            request.form_key = key  # type: ignore[attr-defined]  # read by __call__ of this class alone
            return None
        messages.info(request, _("This form had been saved already. It was not saved a second time."))
        return HttpResponseRedirect(saved)


class KeyOfAnother(Exception):
    """The key was sent before with another request."""


def once_by_key(user: User, key: UUID, path: str, save: Callable[[], str], *, digest: str = "") -> tuple[str, bool]:
    """Run ``save``, which returns what it made, once for a key; for programs, which send no forms.

    Returns what was made, now or before, and whether it was made before. The lock makes a second request wait.
    ``digest`` stands for what was sent: raises KeyOfAnother where the key came before with another one.
    """
    saved = _saved_before(user.pk, key, path)
    if saved is not None:
        _must_be_the_same(user, key, path, digest)
        return saved, True
    made = save()
    FormSubmission.objects.create(user=user, key=key, path=path[:300], location=made, digest=digest)
    return made, False


def _must_be_the_same(user: User, key: UUID, path: str, digest: str) -> None:
    before = FormSubmission.objects.values_list("digest", flat=True).get(user=user, key=key, path=path[:300])
    # Empty: kept before digests were, or by somebody who gives none.
    if before and digest and before != digest:
        raise KeyOfAnother


def _saved_before(user_id: int | None, key: UUID, path: str) -> str | None:
    """Wait for whoever is sending the same form, and return where its first sending went, None for a new one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT agencies_saved_before(%s, %s, %s)", [user_id, key, path])
        (location,) = cursor.fetchone() or (None,)
    return location


def form_key(request: HttpRequest) -> UUID | None:
    """Return the key of the form that a signed-in person sends, None for anything else."""
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    sent = (value for name, value in request.POST.items() if name.endswith(IDEMPOTENCY_NAME))
    try:
        return UUID(str(next(sent)))
    except (StopIteration, ValueError):
        return None


def _sent(request: HttpRequest, key: UUID) -> dict[str, Any]:
    return {"user": request.user, "key": key, "path": request.path[:300]}


def forget_old_submissions() -> int:
    """Delete what was kept longer than KEPT ago; return how many."""
    deleted, _by_model = FormSubmission.objects.filter(saved_at__lt=Now() - KEPT).delete()
    return deleted
