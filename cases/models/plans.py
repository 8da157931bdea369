"""Plans, and the actions that somebody agreed to."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency, Team, User
from cases.codes import CategoryOfAbuse
from cases.event_kinds import Kind
from cases.models.case import Case
from cases.models.meetings import Meeting
from cases.models.records import TITLE_LIMIT, Record
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

# What was agreed stays as it was; what became of it is added to the row.
# What was agreed stays as it was agreed; only what becomes of it is written later.
ENDS = "SELECT, INSERT, UPDATE (ended_on, end_reason)"
GOES_ON = "SELECT, INSERT, UPDATE (state, closed_on, evidence, not_done_because, due_on)"


@pghistory.track()
class Plan(PublicIdModel, Record):
    """A plan for a child. One current plan of a kind for a case; everybody involved may see it."""

    protected = True
    kinds: ClassVar = (Kind.PLAN_STARTED, Kind.CHILD_PROTECTION_PLAN_STARTED)
    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), ENDS)

    class Sort(models.TextChoices):
        EARLY_HELP = "early_help", gettext_lazy("Early help plan")
        IN_NEED = "in_need", gettext_lazy("Child in need plan")
        PROTECTION = "protection", gettext_lazy("Child protection plan")
        CARE = "care", gettext_lazy("Care plan of a looked-after child")
        SAFETY = "safety", gettext_lazy("Safety plan")

    # Beside the entry, so that the database can hold the plans of a case to one of a kind.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    sort = models.CharField(gettext_lazy("What kind of plan is it?"), max_length=20, choices=Sort)
    category = models.CharField(gettext_lazy("Main category"), max_length=3, choices=CategoryOfAbuse, blank=True)
    started_on = models.DateField(gettext_lazy("Since"))
    wanted = models.TextField(gettext_lazy("What should be different for the child?"))
    child_said = models.TextField(gettext_lazy("What the child wants, in their own words"), blank=True)
    no_words_because = models.CharField(
        gettext_lazy("If there are no words of the child, why not?"), max_length=500, blank=True
    )
    family_view = models.TextField(gettext_lazy("What the family thinks of it"))
    review_on = models.DateField(gettext_lazy("Next review by"), null=True, blank=True)
    ended_on = models.DateField(gettext_lazy("Ended on"), null=True, blank=True, editable=False)
    end_reason = models.CharField(gettext_lazy("Why it ended"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("plan")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sort"],
                condition=Q(ended_on__isnull=True),
                name="plan_one_current_of_a_kind",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. The child has a plan of this kind already: end that one first, or add to it."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(sort="protection") & ~Q(category="")) | (~Q(sort="protection") & Q(category="")),
                name="plan_protection_has_category",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. A child protection plan has a category, and no other plan has one."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(child_said="") | ~Q(no_words_because=""),
                name="plan_has_words_or_why_none",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. Write what the child wants, or why there are no words of theirs."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | (Q(ended_on__gte=F("started_on")) & ~Q(end_reason="")),
                name="plan_ends_after_start_with_reason",
                violation_error_message=gettext_lazy(
                    "Nothing was saved. A plan ends on or after the day on which it began, with a reason."
                ),
            ),
        ]

    def happened_as(self) -> Kind:
        """Return the kind that starts the clocks of child protection for such a plan."""
        protects = self.sort == self.Sort.PROTECTION
        return Kind.CHILD_PROTECTION_PLAN_STARTED if protects else Kind.PLAN_STARTED

    def counts_from(self) -> datetime:
        """Return the beginning of its first day."""
        return timezone.make_aware(datetime.combine(self.started_on, time.min))

    def headline(self) -> str:
        """Return the kind of plan."""
        return _("%(plan)s started") % {"plan": self.label_of("sort")}


@pghistory.track()
class PlanAction(PublicIdModel, Record):
    """What somebody will do by a day: one owner, one date, and what became of it."""

    protected = True
    kinds: ClassVar = (Kind.ACTION_AGREED,)
    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys((WEB_ROLE, WORKER_ROLE), GOES_ON)

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("To do")
        DONE = "done", gettext_lazy("Done")
        NOT_DONE = "not_done", gettext_lazy("Not done")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    what = models.CharField(gettext_lazy("What will be done?"), max_length=500)
    outcome = models.CharField(gettext_lazy("What will it change for the child?"), max_length=500)
    # Exactly one owner: a person, a team, or, where both are empty, somebody in the family. The name is theirs as it
    # was when the action was agreed.
    owner_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_name = models.CharField(gettext_lazy("Owner"), max_length=200)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(gettext_lazy("By"))
    first_due_on = models.DateField(gettext_lazy("First agreed for"), editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN, editable=False)
    closed_on = models.DateField(gettext_lazy("Settled on"), null=True, blank=True, editable=False)
    evidence = models.CharField(gettext_lazy("How we know"), max_length=500, blank=True, editable=False)
    not_done_because = models.CharField(gettext_lazy("Why not"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("action")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_user__isnull=True) | Q(owner_team__isnull=True), name="planaction_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True, owner_user__isnull=True, owner_team__isnull=True)
                | (Q(agency__isnull=False) & (Q(owner_user__isnull=False) | Q(owner_team__isnull=False))),
                name="planaction_agency_of_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True)
                | (Q(state="done", closed_on__isnull=False) & ~Q(evidence=""))
                | (Q(state="not_done", closed_on__isnull=False) & ~Q(not_done_because="")),
                name="planaction_settled_with_evidence_or_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_user", "due_on"], condition=Q(state="open"), name="planaction_of_person"),
            models.Index(fields=["owner_team", "due_on"], condition=Q(state="open"), name="planaction_of_team"),
        ]

    def headline(self) -> str:
        """Return what will be done."""
        return Truncator(_("Action agreed: %(what)s") % {"what": self.what}).chars(TITLE_LIMIT)

    def is_overdue(self, today: date | None = None) -> bool:
        """Return whether it is still to do and its day has passed."""
        return self.state == self.State.OPEN and self.due_on < (today or timezone.localdate())
