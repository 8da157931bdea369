"""Loading a practice profile, and changing what is local in it: each makes a version of its own."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from agencies import access
from agencies.acting import Acting
from agencies.models import PracticeProfile, ProfileHoliday, Timescale
from agencies.models.practice import CountedIn, Hours
from agencies.profile_files import LONGEST, Draft
from safeguard.audit.actions import one_transaction, record
from safeguard.audit.actor import Actor

TARGET = "agencies.PracticeProfile"
KEPT_BY_LOADING = ("amount", "unit", "hours", "chase_hours", "set_here")


@dataclass(frozen=True, kw_only=True)
class LocalPeriod:
    """What an administrator sets: a number and what it counts, or the hours after which a step is chased."""

    amount: int | None = None
    unit: str = ""
    hours: str = ""
    chase_hours: int | None = None


@one_transaction
def load_profile(code: str, draft: Draft, *, by: Actor) -> PracticeProfile | None:
    """Make ``draft`` the newest version of the profile ``code``; None where it says nothing new.

    What was set locally stays as it was set, while the row is still a local one.
    """
    newest = _newest(code)
    timescales = [_with_local(row, newest) for row in draft.timescales]
    if newest is not None and _content(newest) == (draft.profile, timescales, draft.holidays):
        return None
    made = PracticeProfile.objects.create(code=code, version=_next(newest), change=_("Loaded"), **draft.profile)
    _fill(made, timescales, draft.holidays)
    record("profile.load", by=by, target=TARGET, uuids=[made.uuid], detail={"code": code, "version": made.version})
    return made


@one_transaction
def change_timescale(code: str, period: LocalPeriod, *, reason: str, by: Acting) -> PracticeProfile:
    """Change a local timescale of the current profile, as a new version of it, which is returned.

    Cases go on with the version that they started under. Raises Http404 for somebody who does not configure
    the partnership, or for no such timescale; ValidationError for one that is not local, for an impossible
    period, and without a reason.
    """
    access.check_configures(by)
    current = _current(by)
    timescale = current.timescales.filter(code=code).first()
    if timescale is None:
        raise access.refusal(by, "practice.change")
    _check(timescale, period, reason)
    changed = _as_set(timescale, period)
    rows = [changed if row["code"] == code else row for row in _rows(current)]
    made = _copy(current, change=f"{code}: {timescale.in_words}", reason=reason, by=by)
    _fill(made, rows, _holidays(current))
    detail = {"timescale": code, "version": made.version}
    record("profile.change_timescale", by=by, target=TARGET, uuids=[made.uuid], reason=reason, detail=detail)
    return made


def is_changeable(timescale: Timescale) -> bool:
    """Return whether the partnership may set it: a local one, or how soon a step without delay is chased."""
    return timescale.is_local or timescale.is_chased


def _check(timescale: Timescale, period: LocalPeriod, reason: str) -> None:
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say why."))
    if not is_changeable(timescale):
        message = _("Nothing was changed: this timescale is %(status)s, which only a new profile can change.")
        raise ValidationError(message % {"status": str(timescale.get_legal_status_display()).lower()})
    number = period.chase_hours if timescale.is_chased else period.amount
    if number is None or not 0 < abs(number) <= LONGEST:
        raise ValidationError(_("Nothing was changed. Give a number from 1 to %(most)d.") % {"most": LONGEST})
    if not timescale.is_chased and period.unit not in _countable():
        raise ValidationError(_("Nothing was changed. Say what is counted: hours, days, weeks or months."))


def _countable() -> list[str]:
    return [unit for unit in CountedIn.values if unit not in (CountedIn.CHASE, CountedIn.SAME_DAY)]


def _as_set(timescale: Timescale, period: LocalPeriod) -> dict[str, Any]:
    row = _row(timescale) | {"set_here": True}
    if timescale.is_chased:
        return row | {"chase_hours": period.chase_hours}
    back = timescale.amount is not None and timescale.amount < 0
    hours = (period.hours or Hours.CLOCK.value) if period.unit == CountedIn.HOUR else ""
    return row | {"amount": -abs(period.amount or 0) if back else period.amount, "unit": period.unit, "hours": hours}


def _current(by: Acting) -> PracticeProfile:
    found = _newest(settings.PRACTICE_PROFILE)
    if found is None:
        raise access.refusal(by, "practice.change")
    return found


def _newest(code: str) -> PracticeProfile | None:
    with connection.cursor() as cursor:
        # Two that change the profile at once wait for each other: the second sees the first one's version.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('practice profile', 0))")
    return PracticeProfile.objects.of_code(code).first()


def _next(newest: PracticeProfile | None) -> int:
    return newest.version + 1 if newest else 1


COPIED = (
    "label", "is_example", "time_zone", "holiday_country", "holiday_subdivision", "opens_at", "closes_at", "levels",
    "terms", "codes", "ladder",
)  # fmt: skip


def _copy(current: PracticeProfile, *, change: str, reason: str, by: Acting) -> PracticeProfile:
    columns = {name: getattr(current, name) for name in COPIED}
    return PracticeProfile.objects.create(
        code=current.code, version=_next(current), change=change, reason=reason, made_by=by.user, **columns
    )


def _fill(made: PracticeProfile, timescales: list[dict[str, Any]], holidays: list[dict[str, Any]]) -> None:
    Timescale.objects.bulk_create([Timescale(profile=made, **row) for row in timescales])
    ProfileHoliday.objects.bulk_create([ProfileHoliday(profile=made, **row) for row in holidays])


def _row(timescale: Timescale) -> dict[str, Any]:
    left_out = ("id", "profile")
    names = [each.name for each in Timescale._meta.concrete_fields if each.name not in left_out]
    return {name: getattr(timescale, name) for name in names}


def _rows(profile: PracticeProfile) -> list[dict[str, Any]]:
    return [_row(timescale) for timescale in profile.timescales.all()]


def _holidays(profile: PracticeProfile) -> list[dict[str, Any]]:
    return [dict(row) for row in profile.holidays.values("first_day", "last_day", "name")]


def _with_local(row: dict[str, Any], newest: PracticeProfile | None) -> dict[str, Any]:
    plain = {"chase_hours": None, "set_here": False}
    held = newest.timescales.filter(code=row["code"], set_here=True).first() if newest else None
    if held is None or not is_changeable(Timescale(**row)):
        return row | plain
    return row | {name: getattr(held, name) for name in KEPT_BY_LOADING}


def _content(profile: PracticeProfile) -> tuple[Any, ...]:
    columns = {name: getattr(profile, name) for name in COPIED}
    return columns, _rows(profile), _holidays(profile)
