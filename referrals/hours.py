"""Whether a report is read at once: the opening time of the practice profile, and whom to telephone otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agencies.models import Agency, ContactPoint, PracticeProfile
from safeguard.common.clocks import DAY, Calendar

LONGEST_CLOSED = 30  # days that a calendar may be closed on end
HELPLINE, HELPLINE_ADULTS, EMERGENCY = "helpline", "helpline_adults", "emergency"
DEFAULT_EMERGENCY = "999"


@dataclass(frozen=True)
class Numbers:
    """Whom to telephone about a child of one authority."""

    agency: str
    by_day: str
    hours: str
    out_of_hours: str


@dataclass(frozen=True)
class Helpline:
    """Somebody whom one can call: a name and a number."""

    name: str
    number: str


def read_from(now: datetime) -> datetime | None:
    """Return when somebody reads next, None while somebody does, or where no profile says when."""
    profile = PracticeProfile.objects.current()
    return next_opening(now, profile.calendar) if profile else None


def next_opening(now: datetime, calendar: Calendar) -> datetime | None:
    """Return when ``calendar`` opens next, None while it is open."""
    day = calendar.day_of(now)
    if calendar.is_working_day(day) and calendar.at(day, calendar.opens) <= now < calendar.at(day, calendar.closes):
        return None
    days = (day + number * DAY for number in range(LONGEST_CLOSED))
    openings = (calendar.at(each, calendar.opens) for each in days if calendar.is_working_day(each))
    return next((opening for opening in openings if opening > now), None)


def numbers(agencies: Iterable[Agency]) -> list[Numbers]:
    """Return whom to telephone at each of ``agencies``, by day and out of hours."""
    found = list(agencies)
    points = ContactPoint.objects.filter(agency__in=found, kind=ContactPoint.Kind.DUTY_DESK).exclude(phone="")
    desks = {point.agency_id: point for point in points.order_by("-pk")}
    return [
        Numbers(
            agency=each.name,
            by_day=desks[each.pk].phone if each.pk in desks else "",
            hours=desks[each.pk].hours if each.pk in desks else "",
            out_of_hours=each.out_of_hours,
        )
        for each in found
    ]


def emergency_number() -> str:
    """Return the number of the emergency services: the profile's code of the list ``emergency``, else 999."""
    return next((each["code"] for each in _codes(EMERGENCY)), DEFAULT_EMERGENCY)


def helplines(*, young: bool = True) -> list[Helpline]:
    """Return whom somebody can call instead: a young person, or anybody else who worries about a child.

    They are the profile's codes of the lists HELPLINE and HELPLINE_ADULTS: ``label`` is the name, ``code`` the number.
    """
    return [Helpline(each.get("label", ""), each["code"]) for each in _codes(HELPLINE if young else HELPLINE_ADULTS)]


def _codes(name: str) -> list[dict[str, str]]:
    profile = PracticeProfile.objects.current()
    return [each for each in (profile.codes if profile else []) if each.get("list") == name and each.get("code")]
