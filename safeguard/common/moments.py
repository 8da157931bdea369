"""Reading a moment that somebody sent."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def moment(text: str) -> datetime | None:
    """Return the moment that ``text`` names in ISO 8601, in UTC, None where it names none that can be.

    Without an offset it is local time. Python takes offsets of almost a day, which PostgreSQL refuses.
    """
    try:
        found = parse_datetime(text)
        aware = timezone.make_aware(found) if found and timezone.is_naive(found) else found
        return aware.astimezone(UTC) if aware else None
    except (ValueError, OverflowError):
        return None
