"""The header by which a program says that it sends the same thing again."""

import json
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from agencies.models import User
from agencies.once import KeyOfAnother, once_by_key

KEY = "Idempotency-Key"


class KeyUsed(APIException):
    """The key belongs to another request: an answer of 200 would say that this one was saved."""

    status_code = 422
    default_code = "key_used"
    default_detail = gettext_lazy("This key was used for another request; nothing was saved; use a new key.")


def key_of(request: Request) -> UUID | None:
    """Return the key that was sent, None without one. Raises ValidationError for what is no UUID."""
    sent = request.headers.get(KEY)
    try:
        return UUID(sent) if sent else None
    except ValueError:
        raise ValidationError({KEY: [_("This is no UUID.")]}) from None


def saved_once(request: Request, user: User, save: Callable[[], str]) -> tuple[str, bool]:
    """Run ``save`` once for the key that ``request`` names, if it names one; see ``once_by_key``.

    Raises KeyUsed where the key came before with another body, and saves nothing.
    """
    key = key_of(request)
    if key is None:
        return save(), False
    try:
        return once_by_key(user, key, request.path, save, digest=digest_of(request))
    except KeyOfAnother:
        raise KeyUsed from None


def digest_of(request: Request) -> str:
    """Return 64 hexadecimal digits that stand for the body, whatever the order of its names."""
    written = json.dumps(request.data, sort_keys=True, default=str)
    return sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
