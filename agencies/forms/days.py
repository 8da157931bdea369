"""Days as people type them, moments as memberships keep them."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def begins(day: date | None) -> datetime:
    """Return the moment at which a membership that starts on ``day`` begins; today, or no day, means now."""
    if day is None or day == timezone.localdate():
        return timezone.now()
    return _midnight(day)


def begins_on(day: date) -> datetime:
    """Return the moment at which ``day`` begins, whether past, today or to come."""
    return _midnight(day)


def ends(last_day: date | None) -> datetime | None:
    """Return the moment at which ``last_day`` is over, None for no end."""
    return None if last_day is None else _midnight(last_day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
