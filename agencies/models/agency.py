"""Sectors, the partnership, agencies, their teams and how to reach them."""

import pghistory
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.querysets import AgencyQuerySet
from safeguard.common.models import PublicIdModel, TimestampedModel


class Sector(models.Model):
    """A kind of agency. ``bit`` is its place in an audience mask, so it never changes once used."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80, unique=True)
    bit = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ["bit"]
        constraints = [models.CheckConstraint(condition=Q(bit__lte=30), name="sector_bit_fits_mask")]

    def __str__(self) -> str:
        return self.name

    @property
    def mask(self) -> int:
        """Return the sector's bit as a mask."""
        return 1 << self.bit


class Partnership(models.Model):
    """The one partnership that this installation serves."""

    name = models.CharField(max_length=120)
    singleton = models.BooleanField(default=True, editable=False, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(singleton=True), name="one_partnership")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Agency(PublicIdModel, TimestampedModel):
    """An organisation of the partnership: a school, a health team's trust, a police force."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    name = models.CharField(max_length=120, unique=True)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="agencies")
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    out_of_hours = models.CharField(max_length=300, blank=True, help_text=_("Who to call when the office is closed"))

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["active", "suspended", "closed"]), name="agency_status_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Team(PublicIdModel, TimestampedModel):
    """A team of an agency. Case access is granted to its ``group``, never to the whole agency."""

    class Kind(models.TextChoices):
        SAFEGUARDING = "safeguarding", _("Safeguarding team")
        DUTY = "duty", _("Duty desk")
        ALLEGATIONS = "allegations", _("Designated officer")
        GENERAL = "general", _("Team")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.GENERAL)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team", editable=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["agency_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="team_name_unique_in_agency"),
            models.CheckConstraint(
                condition=Q(kind__in=["safeguarding", "duty", "allegations", "general"]), name="team_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPoint(PublicIdModel):
    """A way to reach an agency or one of its teams. A shared mailbox is this, never a sign-in."""

    class Kind(models.TextChoices):
        DUTY_DESK = "duty_desk", _("Duty desk")
        OUT_OF_HOURS = "out_of_hours", _("Out of hours")
        SHARED_MAILBOX = "shared_mailbox", _("Shared mailbox")
        OFFICE = "office", _("Office")

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="contact_points")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="contact_points")
    kind = models.CharField(max_length=20, choices=Kind)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    hours = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["agency_id", "kind", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="contact_point_reaches_somebody"),
            models.UniqueConstraint(
                fields=["agency", "team", "kind", "phone", "email"],
                nulls_distinct=False,
                name="contact_point_listed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.phone or self.email}"
