"""By when a referral must be acknowledged and decided, as the practice profile sets it.

Working Together 2023: within one working day of receipt the referrer hears that it came and what happens next.
How soon triage decides what it has rated red, amber or green is local; the shorter of the two clocks holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from agencies.models import PracticeProfile
from agencies.models.practice import Timescale
from referrals.codes import Rating
from safeguard.common.clocks import end_of_period

ACKNOWLEDGE, DECIDE = "REF_ACK", "REF_DECISION"
BY_RATING = {Rating.RED: "MASH_RED", Rating.AMBER: "MASH_AMBER", Rating.GREEN: "MASH_GREEN"}


@dataclass(frozen=True)
class Started:
    """When clocks that start together end, by code, and the profile that says so."""

    ends: dict[str, datetime]
    profile: PracticeProfile | None


def ends(codes: Iterable[str], since: datetime) -> dict[str, datetime]:
    """Return when the timescales of ``codes`` that start at ``since`` end, by code; those not in the profile miss."""
    return started(codes, since).ends


def started(codes: Iterable[str], since: datetime) -> Started:
    """Return what ``ends`` gives, with the profile, which whoever reminds of the clocks asks next."""
    current = PracticeProfile.objects.of_code(settings.PRACTICE_PROFILE).values("pk")[:1]
    timescales = list(Timescale.objects.filter(profile__in=current, code__in=list(codes)).select_related("profile"))
    profile = timescales[0].profile if timescales else None
    calendar = profile.calendar if profile else None
    found = {each.code: end_of_period(since, each.period, calendar) for each in timescales if calendar}
    return Started(found, profile)
