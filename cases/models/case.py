"""A case, the teams that are involved in it, and who may not be."""

from datetime import datetime

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, PracticeProfile, Team, User
from cases.codes import LawfulBasis, LevelOfNeed
from cases.models.child import Child, KnownService
from cases.querysets import CaseQuerySet, InvolvementQuerySet, ProtectedQuerySet
from safeguard.common.fields import TsTzRange
from safeguard.common.models import PublicIdModel, TimestampedModel


class CurrentTransaction(Func):
    """The id of the transaction that inserts the row."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class AccessLevel(models.IntegerChoices):
    """What an involved team may do with a case."""

    VIEW = 1, _("View")
    CONTRIBUTE = 2, _("Contribute")
    LEAD = 3, _("Lead")


@pghistory.track()
class Case(PublicIdModel, TimestampedModel):
    """The work with one child. One open case for a child in the partnership."""

    protected = True

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    reference = models.CharField(max_length=8, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    level_of_need = models.PositiveSmallIntegerField(choices=LevelOfNeed, null=True, blank=True)
    lead_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="led_cases")
    allocated_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="allocated_cases"
    )
    allocated_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="allocated_cases"
    )
    # The version of the practice profile that it started under; empty where none was loaded.
    profile = models.ForeignKey(PracticeProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    restricted = models.BooleanField(default=False)
    # Who can be reached out of hours about a restricted case, for those who need it in an emergency.
    duty_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Lets the creator read the row back in the creating transaction, and never after.
    created_xact = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = CaseQuerySet.as_manager()

    # Set by the querysets that show cases; a case made by hand has none.
    child_name: str | None
    # Set by lists: the date by which the case has its place in them, as this reader may know it.
    list_key: datetime | None = None

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(status="open"), name="case_one_open_per_child"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | Q(status="closed", closed_at__isnull=False),
                name="case_status_matches_closing",
            ),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(duty_team__isnull=False), name="case_restricted_names_duty_team"
            ),
            models.CheckConstraint(
                condition=Q(allocated_to__isnull=True) | Q(allocated_team__isnull=False),
                name="case_allocated_person_has_team",
            ),
            models.CheckConstraint(
                condition=Q(level_of_need__isnull=True) | Q(level_of_need__in=LevelOfNeed.values),
                name="case_level_known",
            ),
            models.CheckConstraint(condition=Q(reference__regex=r"^[0-9]{8}$"), name="case_reference_shape"),
        ]

    def __str__(self) -> str:
        return self.spoken_reference

    @property
    def held_level(self) -> int:
        """Return what the reader who came by the door may do; 0 for a case that did not come by it."""
        return int(getattr(self, "level", 0))

    @property
    def spoken_reference(self) -> str:
        """Return the reference in two groups, as it is read over the phone."""
        return f"{self.reference[:4]}-{self.reference[4:]}"


@pghistory.track()
class Involvement(PublicIdModel, TimestampedModel):
    """A team's part in a case: the truth from which its grant derives in the same action."""

    protected = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="involvements")
    level = models.PositiveSmallIntegerField(choices=AccessLevel, default=AccessLevel.VIEW)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(max_length=300)
    lawful_basis = models.CharField(max_length=120)
    # A refuge's part in a case is seen only by its own team and the people it names.
    confidential = models.BooleanField(default=False)
    readers = models.ManyToManyField(User, related_name="+", blank=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="involvement_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(level__in=AccessLevel.values), name="involvement_level_known"),
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(lawful_basis=""), name="involvement_says_why"),
            ExclusionConstraint(
                name="involvement_no_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    ("team", RangeOperators.EQUAL),
                    (TsTzRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"involvement {self.uuid}"

    @property
    def lawful_basis_label(self) -> str:
        """Return the lawful basis in words; a code of another practice profile stands for itself."""
        labels = {code: str(label) for code, label in LawfulBasis.choices}
        return labels.get(self.lawful_basis, self.lawful_basis)


@pghistory.track()
class NotNeeded(PublicIdModel):
    """Why a sector, or a service that the child is known to, is not involved in a case: a decision, not a gap."""

    protected = True

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="not_needed")
    sector = models.ForeignKey("agencies.Sector", on_delete=models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(KnownService, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sector__isnull=False, service__isnull=True) | Q(sector__isnull=True, service__isnull=False),
                name="notneeded_sector_or_service",
            ),
            models.UniqueConstraint(fields=["case", "sector"], name="notneeded_once"),
            models.UniqueConstraint(fields=["case", "service"], name="notneeded_service_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="notneeded_says_why"),
        ]

    def __str__(self) -> str:
        return f"not needed {self.uuid}"
