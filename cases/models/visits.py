"""Visits to a child and contact with the family."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.practice_events import PracticeEvent
from cases.event_kinds import Kind
from cases.models.case import Case
from cases.models.records import Record, YesNo


@pghistory.track()
class Visit(Record):
    """A visit: whether the child was seen, alone, where they sleep, and what they said."""

    protected = True
    kinds: ClassVar = (Kind.VISIT,)

    class Place(models.TextChoices):
        HOME = "home", gettext_lazy("At home")
        SCHOOL = "school", gettext_lazy("At school or nursery")
        PLACEMENT = "placement", gettext_lazy("Where the child is staying")
        OFFICE = "office", gettext_lazy("At an office, clinic or hospital")
        ELSEWHERE = "elsewhere", gettext_lazy("Somewhere else")

    class Announced(models.TextChoices):
        ARRANGED = "arranged", gettext_lazy("Arranged beforehand")
        UNANNOUNCED = "unannounced", gettext_lazy("Unannounced")

    class Bedroom(models.TextChoices):
        SEEN = "seen", gettext_lazy("Yes")
        NOT_SEEN = "not_seen", gettext_lazy("No")
        NOT_THERE = "not_there", gettext_lazy("The visit was somewhere else")

    place = models.CharField(gettext_lazy("Where was the visit?"), max_length=20, choices=Place)
    announced = models.CharField(gettext_lazy("Was it arranged?"), max_length=20, choices=Announced)
    present = models.CharField(gettext_lazy("Who else was there?"), max_length=300, blank=True)
    child_seen = models.CharField(gettext_lazy("Was the child seen?"), max_length=3, choices=YesNo)
    seen_alone = models.CharField(gettext_lazy("Was the child seen alone?"), max_length=3, choices=YesNo, blank=True)
    not_seen_because = models.CharField(gettext_lazy("Why was the child not seen?"), max_length=500, blank=True)
    not_alone_because = models.CharField(gettext_lazy("If not alone, why not?"), max_length=500, blank=True)
    bedroom = models.CharField(
        gettext_lazy("Was the child’s bedroom seen?"), max_length=10, choices=Bedroom, default=Bedroom.NOT_THERE
    )
    child_said = models.TextField(gettext_lazy("The child’s own words"), blank=True)
    no_words_because = models.CharField(
        gettext_lazy("If there are no words of the child, why not?"), max_length=500, blank=True
    )
    presentation = models.TextField(gettext_lazy("How did the child seem?"), blank=True)
    next_visit_on = models.DateField(gettext_lazy("Next visit by"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("visit")
        constraints = [
            models.CheckConstraint(
                condition=Q(child_seen=YesNo.YES) | (Q(child_seen=YesNo.NO, seen_alone="") & ~Q(not_seen_because="")),
                name="visit_says_why_not_seen",
                violation_error_message=gettext_lazy("Nothing was saved. Say why the child was not seen."),
            ),
            models.CheckConstraint(
                condition=Q(child_seen=YesNo.NO)
                | Q(seen_alone=YesNo.YES)
                | (Q(seen_alone=YesNo.NO) & ~Q(not_alone_because="")),
                name="visit_says_why_not_alone",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Say whether the child was seen alone and, if not, why not."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(child_said="") | ~Q(no_words_because="") | Q(child_seen=YesNo.NO),
                name="visit_has_words_or_why_none",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Write what the child said, or why there are no words of theirs."
                ),
            ),
        ]

    def practice_events(self, case: Case) -> tuple[PracticeEvent, ...]:
        """Return that a child on a child protection plan was seen, where that is so."""
        counts = self.child_seen == YesNo.YES and case.plans.filter(sort="protection", ended_on=None).exists()
        return (PracticeEvent.PLAN_VISIT_MADE,) if counts else ()

    def headline(self) -> str:
        """Return whether the child was seen, and how."""
        if self.child_seen == YesNo.NO:
            return _("Visit: child not seen")
        return _("Visit: child seen alone") if self.seen_alone == YesNo.YES else _("Visit: child seen, not alone")


@pghistory.track()
class FamilyContact(Record):
    """A contact with the family that was no visit."""

    protected = True
    kinds: ClassVar = (Kind.FAMILY_CONTACT,)

    class Means(models.TextChoices):
        PHONE = "phone", gettext_lazy("By phone")
        IN_PERSON = "in_person", gettext_lazy("In person")
        VIDEO = "video", gettext_lazy("By video call")
        MESSAGE = "message", gettext_lazy("By message or e-mail")
        LETTER = "letter", gettext_lazy("By letter")

    with_whom = models.CharField(gettext_lazy("With whom?"), max_length=200)
    means = models.CharField(gettext_lazy("How?"), max_length=20, choices=Means)
    reached = models.CharField(gettext_lazy("Were they reached?"), max_length=3, choices=YesNo)
    interpreter = models.CharField(gettext_lazy("Was an interpreter used?"), max_length=3, choices=YesNo)
    family_said = models.TextField(gettext_lazy("What the family said, in their words"), blank=True)

    class Meta:
        verbose_name = gettext_lazy("contact with the family")
        constraints = [
            models.CheckConstraint(
                condition=Q(reached=YesNo.NO) | ~Q(family_said=""),
                name="familycontact_says_what_was_said",
                violation_error_message=gettext_lazy("Nothing was saved. Write what the family said."),
            ),
        ]

    def headline(self) -> str:
        """Return how the contact was made, and whether anybody was reached."""
        if self.reached == YesNo.NO:
            return _("Contact with the family tried: nobody reached")
        return _("Contact with the family: %(means)s") % {"means": self.label_of("means").lower()}
