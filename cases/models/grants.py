"""Who may see a case: guardian's direct-foreign-key tables, with a level, a term and mirrored list keys.

Written from cases/actions/involvement.py and its neighbours only, always with the case locked.
"""

from typing import ClassVar

import pghistory
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from agencies.models import User
from cases.models.case import AccessLevel, Case, Involvement
from cases.models.child import Child
from cases.querysets import ProtectedQuerySet
from safeguard.common.models import PublicIdModel

# Copies of what the timeline and the deadlines say: their history is there.
MIRRORED = ["last_activity_at", "next_due_at"]


@pghistory.track(exclude=MIRRORED)
class CaseGroupGrant(GroupObjectPermissionBase):
    """A team's group may see a case: one row a pair, derived from an involvement.

    ``restricted``, ``last_activity_at`` and ``next_due_at`` are mirrored by triggers; the two dates
    move only for entries and deadlines that every member of the group may see.
    """

    protected = True

    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, db_index=False, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, db_index=False, related_name="case_grants")
    content_object = models.ForeignKey(
        Case, on_delete=models.CASCADE, db_index=False, db_column="case_id", related_name="group_grants"
    )
    level = models.PositiveSmallIntegerField(choices=AccessLevel)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)
    share = models.OneToOneField(Involvement, on_delete=models.PROTECT, related_name="grant")
    restricted = models.BooleanField(default=False)
    last_activity_at = models.DateTimeField(db_default=Now())
    next_due_at = models.DateTimeField(null=True, blank=True)

    # guardian's own manager (assign_perm, get_perms_for…) would be a second door.
    objects = ProtectedQuerySet.as_manager()  # type: ignore[assignment, misc]  # replaces guardian's on purpose

    class Meta:
        unique_together: ClassVar[list[str]] = []
        constraints = [
            models.UniqueConstraint(
                fields=["content_object", "group"],
                include=["level", "since", "until", "permission"],
                name="casegroupgrant_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="casegroupgrant_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                "group",
                F("last_activity_at").desc(),
                F("content_object").desc(),
                include=["since", "until", "share"],
                condition=Q(restricted=False),
                name="casegroupgrant_activity",
            ),
            models.Index(
                "group",
                "next_due_at",
                "content_object",
                include=["since", "until", "share"],
                condition=Q(restricted=False, next_due_at__isnull=False),
                name="casegroupgrant_due",
            ),
        ]

    def __str__(self) -> str:
        return f"group grant {self.pk}"


@pghistory.track(exclude=MIRRORED)
class CaseUserGrant(PublicIdModel, UserObjectPermissionBase):
    """A person may see a case by name: named on a restricted case, or in an emergency."""

    protected = True

    class Kind(models.TextChoices):
        NAMED = "named", _("Named")
        EMERGENCY = "emergency", _("Emergency access")

    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, db_index=False, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False, related_name="case_grants")
    content_object = models.ForeignKey(
        Case, on_delete=models.CASCADE, db_index=False, db_column="case_id", related_name="user_grants"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    level = models.PositiveSmallIntegerField(choices=AccessLevel)
    reason = models.CharField(max_length=500)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    last_activity_at = models.DateTimeField(db_default=Now())
    next_due_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review_note = models.CharField(max_length=500, blank=True)

    # guardian's own manager (assign_perm, get_perms_for…) would be a second door.
    objects = ProtectedQuerySet.as_manager()  # type: ignore[assignment, misc]  # replaces guardian's on purpose

    class Meta:
        unique_together: ClassVar[list[str]] = []
        constraints = [
            # Each emergency access is a row of its own, with its own reason and review.
            models.UniqueConstraint(
                fields=["user", "content_object"], condition=Q(kind="named"), name="caseusergrant_named_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="caseusergrant_says_why"),
            models.CheckConstraint(condition=Q(kind="named") | Q(until__isnull=False), name="emergency_access_ends"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="caseusergrant_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["content_object"], name="caseusergrant_case"),
            models.Index(fields=["user", "content_object"], name="caseusergrant_user"),
        ]

    def __str__(self) -> str:
        return f"personal grant {self.pk}"


@pghistory.track()
class CaseExclusion(models.Model):
    """A conflict of interest: this person sees nothing of this case, whatever else they hold."""

    protected = True

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions", db_index=False)
    # Beside the case: policies cannot look the child up through a case that is hidden from the person.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exclusions")
    reason = models.CharField(max_length=500)
    since = models.DateTimeField(db_default=Now())
    excluded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Made and ended by the database, from an exclusion from another record of the same child.
    from_same_child = models.BooleanField(default=False, editable=False)

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=Q(from_same_child=False), name="caseexclusion_once"
            ),
            models.UniqueConstraint(
                fields=["case", "child", "user"],
                condition=Q(from_same_child=True),
                name="caseexclusion_same_child_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="caseexclusion_says_why"),
        ]
        indexes = [models.Index(fields=["case", "user"], name="caseexclusion_case_user")]

    def __str__(self) -> str:
        return f"exclusion {self.pk}"
