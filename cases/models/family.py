"""The people around a child and what they are to each other."""

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agencies.models import Team
from cases.codes import Known
from cases.models.child import Child, Dated
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel, TimestampedModel


@pghistory.track()
class Person(PublicIdModel, TimestampedModel):
    """An adult, or a sibling without a record of their own; ``child`` points to the record where there is one."""

    protected = True

    name = models.CharField(max_length=200)
    born_on = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="as_person")
    risk_to_visitors = models.CharField(max_length=300, blank=True)
    recorded_by_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        indexes = [GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="person_name")]

    def __str__(self) -> str:
        return f"person {self.uuid}"


@pghistory.track()
class Relationship(PublicIdModel, Dated):
    """What ``person`` is to ``child``. "Contact not allowed" is a fact that must be impossible to miss."""

    protected = True

    class Kind(models.TextChoices):
        MOTHER = "mother", _("Mother")
        FATHER = "father", _("Father")
        STEP_PARENT = "step_parent", _("Step-parent")
        PARTNER_OF_PARENT = "partner_of_parent", _("Partner of a parent")
        SIBLING = "sibling", _("Brother or sister")
        HALF_SIBLING = "half_sibling", _("Half-brother or half-sister")
        GRANDPARENT = "grandparent", _("Grandparent")
        OTHER_RELATIVE = "other_relative", _("Other relative")
        FOSTER_CARER = "foster_carer", _("Foster carer")
        SIGNIFICANT_OTHER = "significant_other", _("Other important person")

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="relationships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relationships")
    kind = models.CharField(max_length=30, choices=Kind)
    parental_responsibility = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    lives_with = models.CharField(max_length=10, choices=Known, default=Known.NOT_KNOWN)
    contact_not_allowed = models.BooleanField(default=False)
    recorded_by_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    class Meta(Dated.Meta):
        abstract = False
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["child", "person", "kind"], condition=Q(until__isnull=True), name="relationship_once"
            ),
        ]

    def __str__(self) -> str:
        return f"relationship {self.uuid}"
