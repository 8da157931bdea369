"""The statutory steps of child protection: strategy discussions, conferences and reviews."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.practice_events import PracticeEvent
from cases.codes import CategoryOfAbuse
from cases.event_kinds import Kind
from cases.models.case import Case
from cases.models.records import Record


@pghistory.track()
class StrategyDiscussion(Record):
    """A strategy discussion: who took part, and whether an enquiry under section 47 begins.

    Social care, police and health are the least that takes part (Working Together 2023): who was missing needs
    a reason.
    """

    protected = True
    kinds: ClassVar = (Kind.STRATEGY_DISCUSSION, Kind.SECTION_47_STARTED)

    class Outcome(models.TextChoices):
        JOINT = "s47_joint", gettext_lazy("Section 47 enquiry, together with the police")
        SINGLE = "s47_single", gettext_lazy("Section 47 enquiry by children’s social care alone")
        ASSESS = "s17", gettext_lazy("Assessment under section 17")
        NONE = "none", gettext_lazy("No enquiry")

    social_care = models.CharField(gettext_lazy("Who took part for children’s social care?"), max_length=300)
    police = models.CharField(gettext_lazy("For the police?"), max_length=300, blank=True)
    health = models.CharField(gettext_lazy("For health?"), max_length=300, blank=True)
    others = models.CharField(gettext_lazy("For other agencies?"), max_length=300, blank=True)
    absent_because = models.CharField(
        gettext_lazy("If police or health did not take part, why not?"), max_length=500, blank=True
    )
    harm = models.TextField(gettext_lazy("What harm is suspected, and on what grounds?"))
    outcome = models.CharField(gettext_lazy("What was decided?"), max_length=20, choices=Outcome)
    rationale = models.TextField(gettext_lazy("Why?"))
    safety = models.TextField(gettext_lazy("How is the child kept safe now?"))

    class Meta:
        verbose_name = gettext_lazy("strategy discussion")
        constraints = [
            models.CheckConstraint(
                condition=(~Q(police="") & ~Q(health="")) | ~Q(absent_because=""),
                name="strategydiscussion_says_who_was_missing",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Say who took part for police and health, or why they did not."
                ),
            ),
        ]

    @property
    def starts_enquiry(self) -> bool:
        """Return whether a section 47 enquiry began with it."""
        return self.outcome in {self.Outcome.JOINT, self.Outcome.SINGLE}

    def happened_as(self) -> Kind:
        """Return the kind that starts the clock of an enquiry where one began."""
        return Kind.SECTION_47_STARTED if self.starts_enquiry else Kind.STRATEGY_DISCUSSION

    def headline(self) -> str:
        """Return what was decided."""
        return _("Strategy discussion: %(outcome)s") % {"outcome": self.label_of("outcome")}


@pghistory.track()
class Conference(Record):
    """A child protection conference and whether the child is on a plan after it, in which category."""

    protected = True
    kinds: ClassVar = (Kind.INITIAL_CONFERENCE, Kind.REVIEW_CONFERENCE, Kind.PRE_BIRTH_CONFERENCE)

    class Sort(models.TextChoices):
        INITIAL = "initial", gettext_lazy("Initial conference")
        REVIEW = "review", gettext_lazy("Review conference")
        PRE_BIRTH = "pre_birth", gettext_lazy("Pre-birth conference")

    class Outcome(models.TextChoices):
        PLAN = "plan", gettext_lazy("Child protection plan")
        IN_NEED = "in_need", gettext_lazy("Child in need plan")
        NEITHER = "neither", gettext_lazy("Neither")

    sort = models.CharField(gettext_lazy("What sort of conference was it?"), max_length=10, choices=Sort)
    chair = models.CharField(gettext_lazy("Who chaired it?"), max_length=200)
    attended = models.TextField(gettext_lazy("Who came, and for which agency?"))
    child_views = models.TextField(gettext_lazy("What does the child think, and how was it heard?"))
    family_views = models.TextField(gettext_lazy("What does the family think?"))
    outcome = models.CharField(gettext_lazy("What was decided?"), max_length=10, choices=Outcome)
    category = models.CharField(gettext_lazy("Category of the plan"), max_length=3, choices=CategoryOfAbuse, blank=True)
    rationale = models.TextField(gettext_lazy("Why?"))
    next_review_on = models.DateField(gettext_lazy("Next review conference by"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("child protection conference")
        constraints = [
            models.CheckConstraint(
                condition=(Q(outcome="plan") & ~Q(category="")) | (~Q(outcome="plan") & Q(category="")),
                name="conference_plan_has_category",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. A child protection plan has a category, and nothing else has one."
                ),
            ),
        ]

    def happened_as(self) -> Kind:
        """Return the kind by the sort of conference."""
        return dict(zip(self.Sort, self.kinds, strict=True))[self.Sort(self.sort)]

    def practice_events(self, _case: Case) -> tuple[PracticeEvent, ...]:
        """Return that a plan was decided, where it was at an initial conference."""
        decided = self.outcome == self.Outcome.PLAN and self.sort != self.Sort.REVIEW
        return (PracticeEvent.PLAN_DECIDED,) if decided else ()

    def headline(self) -> str:
        """Return the sort of conference and what it decided."""
        category = f", {self.label_of('category').lower()}" if self.category else ""
        return f"{self.label_of('sort')}: {self.label_of('outcome')}{category}"


@pghistory.track()
class Review(Record):
    """A review that is no conference: of a plan, or of a looked-after child's care."""

    protected = True
    kinds: ClassVar = (Kind.PLAN_REVIEW, Kind.LOOKED_AFTER_REVIEW)

    class Sort(models.TextChoices):
        PLAN = "plan", gettext_lazy("Review of a plan")
        LOOKED_AFTER = "looked_after", gettext_lazy("Looked-after child review")

    class Outcome(models.TextChoices):
        GOES_ON = "goes_on", gettext_lazy("The plan goes on")
        CHANGES = "changes", gettext_lazy("The plan changes")
        STEPS_UP = "steps_up", gettext_lazy("More is needed: step up")
        STEPS_DOWN = "steps_down", gettext_lazy("Less is needed: step down")
        ENDS = "ends", gettext_lazy("The plan ends")

    sort = models.CharField(gettext_lazy("What is reviewed?"), max_length=20, choices=Sort)
    chair = models.CharField(gettext_lazy("Who chaired it?"), max_length=200)
    attended = models.TextField(gettext_lazy("Who came, and for which agency?"))
    child_views = models.TextField(gettext_lazy("What does the child think, and how was it heard?"))
    progress = models.TextField(gettext_lazy("What has changed for the child since the last review?"))
    outcome = models.CharField(gettext_lazy("What was decided?"), max_length=20, choices=Outcome)
    rationale = models.TextField(gettext_lazy("Why?"))
    next_review_on = models.DateField(gettext_lazy("Next review by"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("review")

    def practice_events(self, case: Case) -> tuple[PracticeEvent, ...]:
        """Return whether it is the first looked-after review of the case, or a later one."""
        if self.sort != self.Sort.LOOKED_AFTER:
            return ()
        later = type(self).objects.filter(sort=self.Sort.LOOKED_AFTER, entry__case=case).exists()
        first, again = PracticeEvent.FIRST_LOOKED_AFTER_REVIEW_HELD, PracticeEvent.LOOKED_AFTER_REVIEW_HELD
        return (again if later else first,)

    def happened_as(self) -> Kind:
        """Return the kind by what is reviewed."""
        return Kind.LOOKED_AFTER_REVIEW if self.sort == self.Sort.LOOKED_AFTER else Kind.PLAN_REVIEW

    def headline(self) -> str:
        """Return what was reviewed and what was decided."""
        return f"{self.label_of('sort')}: {self.label_of('outcome')}"
