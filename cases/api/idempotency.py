"""The header by which a program says that it sends the same thing again."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

KEY = "Idempotency-Key"


def key_of(request: Request) -> UUID | None:
    """Return the key that was sent, None without one. Raises ValidationError for what is no UUID."""
    sent = request.headers.get(KEY)
    try:
        return UUID(sent) if sent else None
    except ValueError:
        raise ValidationError({KEY: [_("This is no UUID.")]}) from None
