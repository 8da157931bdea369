"""What matching compares, by what weights, how common names are, and what people decided about a possible match."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from cases.codes import Sex
from cases.models.child import Address, Child, ChildName
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

BANDS = [
    ("likely", _("Likely to be the same child")),
    ("possible", _("May be the same child")),
    ("household", _("May be a brother, sister or twin")),
]


class ChildMatch(models.Model):
    """A child under one known name at one address that is not protected, in the form that is compared.

    Written in the transaction of whatever changes a name, number or address; triggers note the children
    whose rows are due, so that no other way of writing is forgotten. Read across all children by one
    function of the database alone (migration ``matching``).
    """

    protected = True

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="+")
    name = models.ForeignKey(ChildName, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.CASCADE, null=True, related_name="+")
    given = models.CharField(max_length=60, blank=True)
    surname = models.CharField(max_length=60, blank=True)
    born = models.CharField(max_length=8, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    street = models.CharField(max_length=80, blank=True)
    town = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=20, blank=True)
    pupil_number = models.CharField(max_length=20, blank=True)
    # Keys worked out from the above, in Python on both sides of the comparison.
    given_code = models.CharField(max_length=5, blank=True)
    surname_code = models.CharField(max_length=5, blank=True)
    day_month = models.CharField(max_length=4, blank=True)
    outward = models.CharField(max_length=10, blank=True)
    letters = models.CharField(max_length=12, blank=True)

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["number"], condition=~Q(number=""), name="childmatch_number"),
            models.Index(fields=["pupil_number"], condition=~Q(pupil_number=""), name="childmatch_pupil_number"),
            models.Index(fields=["born"], name="childmatch_born"),
            models.Index(fields=["surname_code", "given_code"], name="childmatch_both_codes"),
            models.Index(fields=["surname_code", "born"], name="childmatch_surname_born"),
            models.Index(fields=["given_code", "born"], name="childmatch_given_born"),
            models.Index(fields=["day_month", "surname_code"], name="childmatch_day_surname"),
            models.Index(fields=["day_month", "given_code"], name="childmatch_day_given"),
            models.Index(fields=["outward", "surname_code"], name="childmatch_outward_surname"),
            models.Index(fields=["outward", "given_code"], name="childmatch_outward_given"),
            models.Index(fields=["postcode"], condition=~Q(postcode=""), name="childmatch_postcode"),
            models.Index(fields=["letters"], condition=~Q(letters=""), name="childmatch_letters"),
            models.Index(fields=["street"], condition=~Q(street=""), name="childmatch_street"),
            # And one for trigrams of the full name, on the expression of the search (migrations 0027, 0060).
        ]

    def __str__(self) -> str:
        return f"matching row {self.pk}"


class ChildMatchDue(models.Model):
    """A child whose matching rows are not known to be in step; kept by triggers, emptied by new rows."""

    child = models.OneToOneField(Child, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(db_default=Now())

    database_privileges: ClassVar[Mapping[str, str]] = {}

    class Meta:
        verbose_name_plural = "children due for matching"

    def __str__(self) -> str:
        return f"due {self.pk}"


class MatchModel(models.Model):
    """One version of the weights, immutable; the newest that is signed off is used."""

    version = models.PositiveIntegerField(primary_key=True)
    note = models.CharField(max_length=500)
    made_at = models.DateTimeField(db_default=Now())
    # In words, as the authority's paper says it: who answered for these weights, and when.
    signed_off_by = models.CharField(max_length=200, blank=True)
    signed_off_on = models.DateField(null=True, blank=True)
    # What was measured with them, as it was signed off.
    figures = models.CharField(max_length=4000, blank=True)

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT", WORKER_ROLE: "SELECT"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on__isnull=True)
                | (~Q(signed_off_by="") & Q(signed_off_on__isnull=False)),
                name="matchmodel_signed_off_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"weights {self.version}"


class MatchWeight(models.Model):
    """How often a level of a field is seen: the same child (m), unrelated children (u), one household (h)."""

    model = models.ForeignKey(MatchModel, on_delete=models.PROTECT, related_name="weights")
    field = models.CharField(max_length=20)
    level = models.CharField(max_length=20)
    m = models.FloatField()
    u = models.FloatField()
    h = models.FloatField()

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT", WORKER_ROLE: "SELECT"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "field", "level"], name="matchweight_once"),
            models.CheckConstraint(
                condition=Q(m__gte=0, m__lte=1, u__gte=0, u__lte=1, h__gte=0, h__lte=1),
                name="matchweight_is_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.level}"


class MatchName(models.Model):
    """How many children of the register bear a name that at least five of them bear; counted several times a day.

    ``kind`` is "given" or "surname"; "all" counts the register, without a name. "together" counts pairs of children
    who share a surname: of those who bear the given name ``name``, and without a name of the register.
    """

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=60, blank=True)
    children = models.PositiveBigIntegerField()

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT", WORKER_ROLE: "SELECT"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="matchname_once")]

    def __str__(self) -> str:
        return f"{self.kind} name {self.pk}"


class MatchDecision(PublicIdModel):
    """What somebody decided about a child who was found: both sides as they stood, how they compared, and why.

    Never changed. ``made`` is the record that was made all the same, or the other of two records that were
    both there; a child that was used has none.
    """

    protected = True

    class Choice(models.TextChoices):
        SAME = "same", _("Yes, it is the same child: use this record")
        NOT_SAME = "not_same", _("No, it is another child")
        NOT_SURE = "not_sure", _("I am not sure")

    found = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    made = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="+")
    asked_facts = models.JSONField()
    found_facts = models.JSONField()
    levels = models.JSONField()
    p_same = models.FloatField()
    p_household = models.FloatField()
    band = models.CharField(max_length=10, choices=BANDS)
    model = models.ForeignKey(MatchModel, on_delete=models.PROTECT, related_name="+")
    # ``made`` and ``found`` were both there, and it was decided about the two of them.
    of_two_records = models.BooleanField(default=False)
    choice = models.CharField(max_length=10, choices=Choice)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_for = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now())

    objects = ProtectedQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(choice__in=["same", "not_sure"]) | ~Q(reason=""), name="matchdecision_says_why"
            ),
            models.CheckConstraint(
                condition=Q(of_two_records=True, made__isnull=False)
                | Q(of_two_records=False, choice="same", made__isnull=True)
                | (Q(of_two_records=False, made__isnull=False) & ~Q(choice="same")),
                name="matchdecision_made_or_used",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.uuid}"
