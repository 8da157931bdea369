"""A child who is missing, and their return."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.event_kinds import Kind
from cases.models.records import Record, YesNo


@pghistory.track()
class ChildMissing(Record):
    """A child is missing: where they were last seen, and whether the police know."""

    protected = True
    kinds: ClassVar = (Kind.CHILD_MISSING,)

    last_seen = models.CharField(gettext_lazy("Where were they last seen, when and with whom?"), max_length=500)
    worries = models.TextField(gettext_lazy("What are we worried about?"))
    police_told = models.CharField(gettext_lazy("Have the police been told?"), max_length=3, choices=YesNo)
    police_reference = models.CharField(gettext_lazy("Police reference"), max_length=60, blank=True)
    not_told_because = models.CharField(gettext_lazy("Why not?"), max_length=500, blank=True)

    class Meta:
        verbose_name = gettext_lazy("missing child")
        constraints = [
            models.CheckConstraint(
                condition=Q(police_told=YesNo.YES) | (Q(police_told=YesNo.NO) & ~Q(not_told_because="")),
                name="childmissing_police_told_or_why_not",
                violation_error_message=gettext_lazy("Nothing was saved. Say why the police have not been told."),
            ),
        ]

    def headline(self) -> str:
        """Return that the child is missing."""
        return _("Child missing")


@pghistory.track()
class ChildReturned(Record):
    """A missing child is back. An independent return interview is owed within 72 hours (DfE guidance, 2014)."""

    protected = True
    kinds: ClassVar = (Kind.CHILD_RETURNED,)

    class Interview(models.TextChoices):
        ACCEPTED = "accepted", gettext_lazy("Offered, and the child said yes")
        DECLINED = "declined", gettext_lazy("Offered, and the child said no")
        WAITING = "waiting", gettext_lazy("Offered, no answer yet")
        NOT_OFFERED = "not_offered", gettext_lazy("Not offered")

    found_where = models.CharField(gettext_lazy("Where were they, and how did they come back?"), max_length=500)
    child_said = models.TextField(gettext_lazy("The child’s own words"), blank=True)
    harm = models.TextField(gettext_lazy("Did they come to harm?"))
    interview = models.CharField(gettext_lazy("Return interview"), max_length=20, choices=Interview)
    interviewer = models.CharField(gettext_lazy("Who offers it?"), max_length=200, blank=True)
    not_offered_because = models.CharField(gettext_lazy("Why not?"), max_length=500, blank=True)

    class Meta:
        verbose_name = gettext_lazy("returned child")
        constraints = [
            models.CheckConstraint(
                condition=(~Q(interview="not_offered") & ~Q(interviewer=""))
                | (Q(interview="not_offered") & ~Q(not_offered_because="")),
                name="childreturned_interview_offered_or_why_not",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Say who offers the return interview, or why it is not offered."
                ),
            ),
        ]

    def headline(self) -> str:
        """Return that the child is back, and what became of the interview."""
        return _("Child back. Return interview: %(what)s") % {"what": self.label_of("interview").lower()}
