"""A concern: what somebody saw, heard or was told about a child, and what they do about it."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.models import Agency, Team, User
from cases.concern_codes import CATEGORIES, HowKnown, NextStep, Route, Worry, census_factors, labels_of
from cases.models.case import Case
from cases.models.child import Child
from cases.models.timeline import TimelineEntry
from cases.querysets import ConcernQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

TEXT = 10_000  # characters, as in the forms


@pghistory.track()
class Concern(PublicIdModel):
    """One concern about one child, as it was written: the application cannot change its text.

    While ``entry`` is empty, ``team`` (which answers) and ``also`` see it; once linked, whoever sees the entry. Its
    author sees it always, people who are ``implicated`` never, and the ``workplace`` of a person whom it
    is about only as its author.
    """

    protected = True

    # Empty only where it is about somebody who works with children and no child is known.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="concerns")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="concerns")
    entry = models.OneToOneField(TimelineEntry, on_delete=models.PROTECT, null=True, related_name="concern")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    also = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    # What happened
    facts = models.TextField(max_length=TEXT)
    opinion = models.TextField(max_length=TEXT, blank=True)
    child_words = models.TextField(max_length=TEXT, blank=True)
    occurred_at = models.DateTimeField()
    time_known = models.BooleanField(default=False)
    before_birth = models.BooleanField(default=False)
    place = models.CharField(max_length=300, blank=True)
    known_by = models.CharField(max_length=20, choices=HowKnown)
    present = models.CharField(max_length=500, blank=True)
    categories = ArrayField(models.CharField(max_length=40), default=list)
    worry = models.PositiveSmallIntegerField(choices=Worry, null=True)
    # What is done
    immediate_action = models.TextField(max_length=TEXT, blank=True)
    needs_to_know = models.CharField(max_length=500, blank=True)
    next_step = models.CharField(max_length=20, choices=NextStep)
    next_step_owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    next_step_reason = models.CharField(max_length=500, blank=True)
    # Where it goes
    route = models.CharField(max_length=20, choices=Route, default=Route.USUAL)
    route_reason = models.CharField(max_length=500, blank=True)
    implicated = models.ManyToManyField(User, related_name="+", blank=True)
    staff_name = models.CharField(max_length=200, blank=True)
    workplace = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    # By when somebody of ``team`` must have looked at it; empty where nobody was asked.
    look_due_at = models.DateTimeField(null=True)

    objects = ConcernQuerySet.as_manager()

    # Set by the querysets that show concerns; a concern made by hand has none.
    child_name: str | None

    # What was written stays; only its link to a case comes later.
    database_privileges: ClassVar[Mapping[str, str]] = dict.fromkeys(
        (WEB_ROLE, WORKER_ROLE), "SELECT, INSERT, UPDATE (case_id, entry_id)"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(facts=""), name="concern_says_what_happened"),
            models.CheckConstraint(
                condition=Q(case__isnull=True, entry__isnull=True) | Q(case__isnull=False, entry__isnull=False),
                name="concern_case_with_entry",
            ),
            models.CheckConstraint(
                condition=Q(child__isnull=False) | Q(route=Route.STAFF), name="concern_about_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(next_step=NextStep.NONE) | ~Q(next_step_reason=""), name="concern_nothing_more_says_why"
            ),
            models.CheckConstraint(
                condition=Q(route__in=[Route.USUAL, Route.STAFF]) | ~Q(route_reason=""), name="concern_route_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(route=Route.STAFF) | ~Q(staff_name=""), name="concern_names_whom_it_is_about"
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True) | Q(route__in=[Route.USUAL, Route.UNREACHABLE]),
                name="concern_kept_from_somebody_unlinked",
            ),
            models.CheckConstraint(
                condition=Q(categories__contained_by=list(CATEGORIES)), name="concern_categories_known"
            ),
            models.CheckConstraint(condition=Q(known_by__in=HowKnown.values), name="concern_known_by_known"),
            models.CheckConstraint(condition=Q(next_step__in=NextStep.values), name="concern_next_step_known"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="concern_route_known"),
        ]
        indexes = [
            models.Index(fields=["team", "-recorded_at"], name="concern_of_team"),
            models.Index(fields=["author", "-recorded_at"], name="concern_of_author"),
        ]

    def __str__(self) -> str:
        return f"concern {self.uuid}"

    @property
    def category_labels(self) -> list[str]:
        """Return the names of its categories."""
        return labels_of(self.categories)

    @property
    def census_factors(self) -> list[str]:
        """Return the census factors that its categories point to."""
        return census_factors(self.categories)
