"""School terms: what counts as a school day, for one agency or for every school of the partnership.

A row is never changed: a change removes it and adds another, so that what a clock was counted by can be read later.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import access
from agencies.acting import Acting
from agencies.models import Agency, SchoolTerm
from safeguard.audit.actions import one_transaction, record

TARGET = "agencies.SchoolTerm"
# No term is longer: whoever enters one has mistaken a year.
LONGEST = timedelta(days=200)


@dataclass(frozen=True, kw_only=True)
class Dates:
    """A term as it is entered: its name, its first and last day, and whose it is (None: every school's)."""

    name: str
    first_day: date
    last_day: date
    agency: Agency | None = None


@one_transaction
def add_term(dates: Dates, *, by: Acting) -> SchoolTerm:
    """Add a term. Clocks that start from then on count by it.

    Raises Http404 for somebody who does not configure the partnership; ValidationError for days that cannot be.
    """
    access.check_configures(by)
    _one_at_a_time()
    made = _add(dates, by=by)
    record("school_term.add", by=by, target=TARGET, uuids=[made.uuid])
    return made


@one_transaction
def change_term(term: SchoolTerm, dates: Dates, *, reason: str, by: Acting) -> SchoolTerm:
    """Put ``dates`` in the place of ``term``, which stays in the history with the reason. Returns the new row.

    Raises as ``add_term`` and ``remove_term``.
    """
    _remove(term, reason=reason, by=by)
    made = _add(dates, by=by)
    record("school_term.change", by=by, target=TARGET, uuids=[made.uuid, term.uuid], reason=reason)
    return made


@one_transaction
def remove_term(term: SchoolTerm, *, reason: str, by: Acting) -> None:
    """Remove ``term``, which stays in the history with the reason.

    Raises Http404 for somebody who does not configure the partnership; ValidationError without a reason, and where
    it was changed or removed meanwhile.
    """
    _remove(term, reason=reason, by=by)
    record("school_term.remove", by=by, target=TARGET, uuids=[term.uuid], reason=reason)


def _remove(term: SchoolTerm, *, reason: str, by: Acting) -> None:
    access.check_configures(by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: it stays with the dates as they were")})
    _one_at_a_time()
    kept = SchoolTerm.objects.kept().filter(pk=term.pk)
    if not kept.update(removed_at=Now(), removed_by=by.user, reason=reason.strip()):
        raise ValidationError(_("Nothing was changed: somebody else has changed or removed this term. Look again."))


def _add(dates: Dates, *, by: Acting) -> SchoolTerm:
    _check(dates)
    return SchoolTerm.objects.create(
        agency=dates.agency,
        name=dates.name.strip(),
        first_day=dates.first_day,
        last_day=dates.last_day,
        made_by=by.user,
    )


def _check(dates: Dates) -> None:
    if dates.last_day < dates.first_day:
        raise ValidationError({"last_day": _("The last day is before the first. Nothing was saved: check both")})
    if dates.last_day - dates.first_day > LONGEST:
        message = _("A term has %(most)d days at most. Nothing was saved: check the years")
        raise ValidationError({"last_day": message % {"most": LONGEST.days}})
    same = SchoolTerm.objects.kept().filter(agency=dates.agency)
    other = same.filter(first_day__lte=dates.last_day, last_day__gte=dates.first_day).first()
    if other is not None:
        message = _("Some of these days are in “%(name)s”, from %(first)s to %(last)s. Nothing was saved")
        days = {"first": date_format(other.first_day), "last": date_format(other.last_day)}
        raise ValidationError({"first_day": message % {"name": other.name, **days}})


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        # The second of two who enter the same days at once sees the first one's, and is told of them.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('school terms', 0))")
