"""The demo's practice profile: England's, with what a partnership must set before it goes live, and school terms."""

from datetime import date

from django.conf import settings

from agencies.acting import acting
from agencies.actions.practice import LocalPeriod, change_timescale, load_profile
from agencies.models import PracticeProfile, SchoolTerm, User
from agencies.profile_files import FOLDER, read_profile
from safeguard.audit.actor import Origin, system

CHASED = {"STRAT": 4, "ESC_4": 24}
# Half terms as many schools in England have them, (month, day) from September of a year to July of the next.
HALF_TERMS = (
    ("Autumn, first half", (9, 2), (10, 23)),
    ("Autumn, second half", (11, 2), (12, 18)),
    ("Spring, first half", (1, 4), (2, 12)),
    ("Spring, second half", (2, 22), (3, 25)),
    ("Summer, first half", (4, 12), (5, 28)),
    ("Summer, second half", (6, 7), (7, 21)),
)
YEARS = range(2025, 2030)
NEW_YEAR = 8  # months after this belong to the year in which a school year begins


def seed_practice() -> None:
    """Load the profile, set how soon steps without delay are chased, add the terms; what is there stays."""
    load_profile(settings.PRACTICE_PROFILE, read_profile(FOLDER / settings.PRACTICE_PROFILE), by=system("seed demo"))
    adam = acting(User.objects.get(email="adam@example.org"), Origin(channel="demo"))
    profile = PracticeProfile.objects.current()
    for timescale in profile.timescales.filter(code__in=CHASED, chase_hours=None) if profile else ():
        period = LocalPeriod(chase_hours=CHASED[timescale.code])
        change_timescale(timescale.code, period, reason="Agreed by the fictional partnership", by=adam)
    if not SchoolTerm.objects.exists():
        SchoolTerm.objects.bulk_create([term for year in YEARS for term in _terms_of(year)])


def _terms_of(year: int) -> list[SchoolTerm]:
    def day(month: int, number: int) -> date:
        return date(year if month > NEW_YEAR else year + 1, month, number)

    return [SchoolTerm(name=name, first_day=day(*first), last_day=day(*last)) for name, first, last in HALF_TERMS]
