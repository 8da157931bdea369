"""Children: names with history, dated identifiers, addresses, and what makes each of them who they are."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Team, User
from cases.codes import Disability, Ethnicity, Known, Sex
from cases.querysets import ChildQuerySet
from safeguard.common.models import PublicIdModel, TimestampedModel


@pghistory.track()
class Child(PublicIdModel, TimestampedModel):
    """A child or unborn child. Visible through a visible case, or to the team that recorded them."""

    protected = True

    born_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True, help_text=_("For an unborn child"))
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    gender = models.CharField(max_length=80, blank=True, help_text=_("In the child’s own words"))
    ethnicity = models.CharField(max_length=4, choices=Ethnicity, default=Ethnicity.NOBT)
    faith = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    needs_interpreter = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    disabilities = ArrayField(models.CharField(max_length=4, choices=Disability), default=list, blank=True)
    # Empty where somebody of every team that could record the child is kept from the concern that names them.
    recorded_by_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "children"
        constraints = [
            models.CheckConstraint(
                condition=Q(born_on__isnull=True) | Q(expected_on__isnull=True), name="child_born_or_expected"
            ),
            models.CheckConstraint(
                condition=Q(expected_on__isnull=True) | Q(sex=Sex.UNKNOWN), name="child_unborn_sex_unknown"
            ),
            models.CheckConstraint(condition=Q(ethnicity__in=Ethnicity.values), name="child_ethnicity_known"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="child_sex_known"),
            models.CheckConstraint(
                condition=Q(disabilities__contained_by=Disability.values), name="child_disabilities_known"
            ),
        ]

    def __str__(self) -> str:
        return f"child {self.uuid}"

    @property
    def disability_labels(self) -> list[str]:
        """Return the names of the child's disabilities as people read them."""
        return [str(Disability(code).label) for code in self.disabilities]


class Dated(models.Model):
    """A fact that held from one day until another; an open end means that it holds now."""

    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="%(class)s_ends_after_start",
            )
        ]


@pghistory.track()
class ChildName(PublicIdModel, Dated):
    """One name of a child; the newest of the lowest kind without an end is shown."""

    protected = True

    class Kind(models.TextChoices):
        CURRENT = "a_current", _("Name")
        KNOWN_AS = "b_known_as", _("Known as")
        PREVIOUS = "c_previous", _("Previous name")
        ALIAS = "d_alias", _("Alias")

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.CURRENT)
    given = models.CharField(max_length=150, blank=True)
    surname = models.CharField(max_length=150, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        ordering = ["kind", "-id"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=~Q(given="") | ~Q(surname=""), name="childname_says_something"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(kind="a_current", until__isnull=True), name="childname_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given} {self.surname}".strip()


@pghistory.track()
class ChildIdentifier(PublicIdModel, Dated):
    """A number that follows the child. ``verified`` needs a right check digit, held by the database too.

    Numbers are not unique: the refusal of a second one would tell that somebody else's child has it.
    A number on two children is a case for matching, never an error message.
    """

    protected = True

    class Kind(models.TextChoices):
        NHS = "nhs", _("NHS number")
        UPN = "upn", _("Unique pupil number")
        LOCAL = "local", _("Local number")

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=40)
    verified = models.BooleanField(default=False)

    class Meta(Dated.Meta):
        abstract = False
        ordering = ["kind", "-id"]
        indexes = [models.Index(fields=["kind", "value"])]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=["nhs", "upn", "local"]), name="childidentifier_kind_known"),
            models.UniqueConstraint(
                fields=["child", "kind", "value"],
                condition=Q(until__isnull=True),
                name="childidentifier_once_a_child",
            ),
        ]

    def __str__(self) -> str:
        return f"identifier {self.uuid}"


@pghistory.track()
class Address(PublicIdModel, Dated):
    """Where a child lives or lived. A protected one is seen only by the people it names."""

    protected = True

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="addresses")
    lines = models.CharField(max_length=300)
    postcode = models.CharField(max_length=10, blank=True)
    is_protected = models.BooleanField(default=False)
    # The child moved here from the addresses before: for those who may know this one. To others those go on.
    hides_move = models.BooleanField(default=False)
    readers = models.ManyToManyField(User, related_name="+", blank=True)

    class Meta(Dated.Meta):
        abstract = False
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"address {self.uuid}"


@pghistory.track()
class KnownService(PublicIdModel, Dated):
    """A school, practice or worker that the child is known to: who should be asked, whether involved or not.

    ``agency`` where it takes part here; a name alone where it does not.
    """

    protected = True

    class Kind(models.TextChoices):
        SCHOOL = "school", _("School or college")
        EARLY_YEARS = "early_years", _("Nursery or childminder")
        GP = "gp", _("GP practice")
        HEALTH_VISITOR = "health_visitor", _("Health visitor")
        SCHOOL_NURSE = "school_nurse", _("School nurse")
        DENTIST = "dentist", _("Dentist")
        YOUTH = "youth", _("Youth or voluntary service")
        OTHER = "other", _("Another service")

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="services")
    kind = models.CharField(max_length=20, choices=Kind)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        ordering = ["kind", "-id"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(agency__isnull=False, name="") | (Q(agency__isnull=True) & ~Q(name="")),
                name="knownservice_agency_or_name",
            ),
        ]

    def __str__(self) -> str:
        return f"service {self.uuid}"
