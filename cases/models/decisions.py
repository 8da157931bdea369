"""Decisions, with what else was considered, why, and how the child was told."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.event_kinds import Kind
from cases.models.meetings import Meeting
from cases.models.records import TITLE_LIMIT, Record, YesNo


@pghistory.track()
class Decision(Record):
    """A decision: who took it, between what, why, who disagreed, and why it serves the child."""

    protected = True
    kinds: ClassVar = (Kind.DECISION,)

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    decided_by = models.CharField(gettext_lazy("Who decided?"), max_length=200, help_text=gettext_lazy("Name and post"))
    decision = models.TextField(gettext_lazy("What was decided?"))
    options = models.TextField(gettext_lazy("What else was considered?"))
    rationale = models.TextField(gettext_lazy("Why?"))
    best_interests = models.TextField(gettext_lazy("How does it serve the child’s best interests?"))
    dissent_by = models.CharField(gettext_lazy("Who disagreed?"), max_length=200, blank=True)
    dissent = models.TextField(gettext_lazy("What did they say?"), blank=True)
    child_told = models.CharField(gettext_lazy("Was the child told?"), max_length=3, choices=YesNo)
    told_how = models.CharField(gettext_lazy("How were they told, and what did they say?"), max_length=500, blank=True)
    not_told_because = models.CharField(gettext_lazy("Why not, and when will they be?"), max_length=500, blank=True)

    class Meta:
        verbose_name = gettext_lazy("decision")
        constraints = [
            models.CheckConstraint(
                condition=Q(dissent="") | ~Q(dissent_by=""),
                name="decision_dissent_has_a_name",
                violation_error_message=gettext_lazy("Nothing was saved. Say who disagreed."),
            ),
            models.CheckConstraint(
                condition=(Q(child_told=YesNo.YES) & ~Q(told_how=""))
                | (Q(child_told=YesNo.NO) & ~Q(not_told_because="")),
                name="decision_says_how_child_was_told",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Say how the child was told, or why they were not."
                ),
            ),
        ]

    def headline(self) -> str:
        """Return the decision itself, cut where it is long."""
        return Truncator(_("Decision: %(what)s") % {"what": self.decision}).chars(TITLE_LIMIT)
