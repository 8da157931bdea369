"""The practice profile: timescales, levels, terms and escalation as data, in versions that never change."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Now
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency
from agencies.practice_events import PracticeEvent
from agencies.querysets import PracticeProfileQuerySet, SchoolTermQuerySet
from safeguard.common.clocks import Calendar, Period, Unit
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

# A version is written once: a change is a version of its own.
WRITTEN_ONCE: Mapping[str, str] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT"}


class DayRange(Func):
    """The range from one day to another, both included."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"


class LegalStatus(models.TextChoices):
    """What gives a timescale its force; only a local one may be changed here."""

    STATUTE = "statute", _("Statute")
    REGULATIONS = "regulations", _("Regulations")
    STATUTORY_GUIDANCE = "statutory_guidance", _("Statutory guidance")
    DATA_DEFINITION = "data_definition", _("Data definition")
    DATA_RULE = "data_rule", _("Data rule")
    LOCAL_PRACTICE = "local_practice", _("Local practice")
    LOCAL_VARIABLE = "local_variable", _("Local timescale")
    EXAMPLE = "example", _("Example")
    AGREED = "agreed", _("Agreed for this child")


LOCAL = frozenset({LegalStatus.LOCAL_PRACTICE, LegalStatus.LOCAL_VARIABLE, LegalStatus.AGREED})


class Owner(models.TextChoices):
    """Whose deadline a timescale makes."""

    SOCIAL_CARE = "social_care", _("The lead team, where social care leads")
    LEAD = "lead", _("The lead team")
    RECORDER = "recorder", _("The team that recorded the event")
    INVOLVED = "involved", _("Each involved team")


class Again(models.TextChoices):
    """What a second event does while the first one's deadline runs."""

    KEEP = "keep", _("The first deadline goes on")
    RESTART = "restart", _("A new deadline takes its place")
    EACH = "each", _("Each event has its own deadline")


class CountedIn(models.TextChoices):
    """What a timescale is counted in; ``chase`` is a step without delay, chased at a local interval."""

    HOUR = Unit.HOUR.value, _("hours")
    WORKING_DAY = Unit.WORKING_DAY.value, _("working days")
    SCHOOL_DAY = Unit.SCHOOL_DAY.value, _("school days")
    DAY = Unit.DAY.value, _("days")
    WEEK = Unit.WEEK.value, _("weeks")
    MONTH = Unit.MONTH.value, _("months")
    SAME_DAY = Unit.SAME_DAY.value, _("the same day")
    CHASE = "chase", _("without delay")


class Hours(models.TextChoices):
    """Which hours count."""

    CLOCK = "clock", _("hours of the clock, day and night")
    WORKING = "working", _("hours of opening time")


class PracticeProfile(PublicIdModel):
    """One version of a profile. A case keeps the version that it started under."""

    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    label = models.CharField(max_length=120)
    is_example = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60)
    holiday_country = models.CharField(max_length=2)
    holiday_subdivision = models.CharField(max_length=10, blank=True)
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    levels = models.JSONField(default=list)
    terms = models.JSONField(default=list)
    codes = models.JSONField(default=list)
    ladder = models.JSONField(default=list)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Empty for a version that the command loaded.
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    change = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = PracticeProfileQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = WRITTEN_ONCE

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="practiceprofile_version_once"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="practiceprofile_opens_first"),
        ]

    def __str__(self) -> str:
        return f"{self.label}, version {self.version}"

    @property
    def glossary(self) -> list[dict[str, str]]:
        """Return its terms in alphabetical order: ``term``, ``expansion``, ``note``, and ``anchor`` to link to."""
        terms = sorted(self.terms, key=lambda each: each["term"].lower())
        return [each | {"anchor": slugify(each["term"])} for each in terms]

    @cached_property
    def calendar(self) -> Calendar:
        """Return the calendar that its periods are counted by, without any school's terms."""
        closed = frozenset(day for holiday in self.holidays.all() for day in holiday.days())
        return Calendar(
            zone=ZoneInfo(self.time_zone),
            country=self.holiday_country,
            subdivision=self.holiday_subdivision,
            closed=closed,
            opens=self.opens_at,
            closes=self.closes_at,
        )


class ProfileHoliday(models.Model):
    """Days on which nobody works beside the public holidays, first and last included."""

    profile = models.ForeignKey(PracticeProfile, on_delete=models.CASCADE, related_name="holidays")
    first_day = models.DateField()
    last_day = models.DateField()
    name = models.CharField(max_length=120)

    database_privileges: ClassVar[Mapping[str, str]] = WRITTEN_ONCE

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="profileholiday_ends_after_start"),
            ExclusionConstraint(
                name="profileholiday_no_overlap",
                expressions=[
                    ("profile", RangeOperators.EQUAL),
                    (DayRange("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def days(self) -> Iterator[date]:
        """Yield its days."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)


class Timescale(models.Model):
    """One timescale: what the source says, what gives it its force, and how Safeguard reads it.

    ``amount`` is empty for a step without delay, which is chased every ``chase_hours`` hours of the clock
    once the partnership has set that.
    """

    profile = models.ForeignKey(PracticeProfile, on_delete=models.CASCADE, related_name="timescales")
    code = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    trigger = models.CharField(max_length=200)
    action = models.CharField(max_length=200)
    responsible = models.CharField(max_length=200, blank=True)
    stated_value = models.CharField(max_length=20, blank=True)
    stated_unit = models.CharField(max_length=20)
    legal_status = models.CharField(max_length=20, choices=LegalStatus)
    source = models.CharField(max_length=300)
    verification = models.CharField(max_length=40)
    starts_on = ArrayField(models.CharField(max_length=60, choices=PracticeEvent), blank=True)
    met_by = ArrayField(models.CharField(max_length=60, choices=PracticeEvent), blank=True)
    amount = models.SmallIntegerField(null=True)
    unit = models.CharField(max_length=20, choices=CountedIn)
    hours = models.CharField(max_length=10, choices=Hours, blank=True)
    owner = models.CharField(max_length=20, choices=Owner)
    again = models.CharField(max_length=10, choices=Again)
    urgent = models.BooleanField(default=False)
    reading = models.CharField(max_length=200, blank=True)
    chase_hours = models.PositiveSmallIntegerField(null=True)
    # Set by an administrator here, and so kept when the files are loaded again.
    set_here = models.BooleanField(default=False)

    database_privileges: ClassVar[Mapping[str, str]] = WRITTEN_ONCE

    class Meta:
        ordering = ["profile_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="timescale_code_once"),
            models.CheckConstraint(
                condition=Q(unit="chase", amount__isnull=True) | (~Q(unit="chase") & Q(amount__isnull=False)),
                name="timescale_amount_unless_chased",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) | Q(unit="same_day"), name="timescale_zero_on_the_same_day_only"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=["hour", "chase"]) ^ Q(hours=""), name="timescale_hours_say_which"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_local(self) -> bool:
        """Return whether the partnership may change it."""
        return self.legal_status in LOCAL

    @property
    def is_chased(self) -> bool:
        """Return whether it is a step without delay."""
        return self.unit == CountedIn.CHASE

    @property
    def needs_interval(self) -> bool:
        """Return whether the partnership has yet to say how soon to chase: it is due at once until then."""
        return self.is_chased and self.chase_hours is None

    @property
    def period(self) -> Period:
        """Return the period that is counted from the event."""
        if self.amount is None:
            return Period(self.chase_hours or 0, Unit.HOUR)
        return Period(self.amount, Unit(self.unit), opening_hours=self.hours == Hours.WORKING)

    @property
    def in_words(self) -> str:
        """Return the period as people read it."""
        if self.is_chased:
            if self.chase_hours is None:
                return str(_("without delay; no interval is set"))
            return _("without delay; chased after %(hours)d hours") % {"hours": self.chase_hours}
        if self.unit == CountedIn.SAME_DAY or self.amount is None:
            return str(_("on the same day"))
        pattern = _("%(amount)d %(unit)s before") if self.amount < 0 else _("%(amount)d %(unit)s")
        unit = Hours(self.hours).label if self.hours else CountedIn(self.unit).label
        return pattern % {"amount": abs(self.amount), "unit": unit}


class SchoolTerm(PublicIdModel):
    """A school's term, or with no agency one that every school of the partnership keeps.

    A change removes a row and adds another: what held when a clock was counted can be read later.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, null=True, blank=True, related_name="terms")
    name = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = SchoolTermQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT, UPDATE (removed_at, removed_by_id, reason)",
        WORKER_ROLE: "SELECT",
    }

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="schoolterm_ends_after_start"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(reason="")),
                name="schoolterm_removed_by_somebody",
            ),
            ExclusionConstraint(
                name="schoolterm_no_overlap",
                expressions=[
                    (Coalesce("agency_id", 0), RangeOperators.EQUAL),
                    (DayRange("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                condition=Q(removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
