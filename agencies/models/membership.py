"""Who works where, in which roles and teams, from when until when."""

from datetime import date, time, timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models.agency import Agency, Team
from agencies.querysets import InvitationQuerySet, MembershipQuerySet
from agencies.roles import Role, labels_of
from safeguard.common.fields import TsTzRange
from safeguard.common.models import PublicIdModel, TimestampedModel


class Basis(models.TextChoices):
    """How somebody is engaged; all but an employee must have an end date."""

    EMPLOYEE = "employee", _("Employee")
    AGENCY_WORKER = "agency_worker", _("Agency worker")
    LOCUM = "locum", _("Locum")
    STUDENT = "student", _("Student")


class Clearance(models.IntegerChoices):
    """How sensitive an entry somebody may read; an entry's sensitivity has the same steps."""

    ORDINARY = 0, _("Ordinary entries only")
    SENSITIVE = 1, _("Sensitive entries")
    HIGHLY_SENSITIVE = 2, _("Highly sensitive entries")
    NAMED = 3, _("Every entry, also those that need a named clearance")


class Engagement(models.Model):
    """What a membership and an invitation to one have in common."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="%(class)ss")
    teams = models.ManyToManyField(Team, related_name="%(class)ss", blank=True)
    roles = ArrayField(models.CharField(max_length=40, choices=Role))
    title = models.CharField(max_length=120, blank=True, help_text=_("Local title, such as conference chair"))
    basis = models.CharField(max_length=20, choices=Basis, default=Basis.EMPLOYEE)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    clearance = models.PositiveSmallIntegerField(
        choices=Clearance, default=Clearance.SENSITIVE, help_text=_("How sensitive an entry this person may read")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="%(class)s_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(basis="employee") | Q(until__isnull=False), name="%(class)s_temporary_has_end"
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="%(class)s_basis_known"),
            models.CheckConstraint(
                condition=Q(roles__len__gt=0) & Q(roles__contained_by=Role.values),
                name="%(class)s_roles_known",
            ),
            models.CheckConstraint(condition=Q(clearance__lte=3), name="%(class)s_clearance_known"),
        ]

    @property
    def role_labels(self) -> list[str]:
        """Return the names of the roles as people read them."""
        return labels_of(self.roles)

    @property
    def active_teams(self) -> list[Team]:
        """Return the teams that are not closed; costs no query where the teams were fetched along."""
        return [team for team in self.teams.all() if team.is_active]

    @property
    def last_day(self) -> date | None:
        """Return the last calendar day it holds on, None while no end is set."""
        return None if self.until is None else timezone.localdate(self.until - timedelta(microseconds=1))


class MembershipState(models.TextChoices):
    """Where a membership stands today."""

    CURRENT = "current", _("Current")
    UPCOMING = "upcoming", _("Upcoming")
    ENDED = "ended", _("Ended")


@pghistory.track()
class Membership(Engagement, PublicIdModel, TimestampedModel):
    """A person's place in an agency. Live = ``since`` reached and ``until`` not passed, by the database's clock."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    # When the work of somebody who left was passed on: set once, by whoever claims the row.
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta(Engagement.Meta):
        abstract = False
        ordering = ["agency_id", "user_id", "-since"]
        constraints = [
            *Engagement.Meta.constraints,
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    (TsTzRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["until"], name="membership_to_hand_over", condition=Q(handed_over_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"membership {self.uuid}"

    @property
    def state(self) -> MembershipState:
        """Return where it stands by its dates; whether the agency is active is another question."""
        now = timezone.now()
        if self.until is not None and self.until <= max(now, self.since):
            return MembershipState.ENDED
        return MembershipState.UPCOMING if self.since > now else MembershipState.CURRENT


class InvitationState(models.TextChoices):
    """Where an invitation stands today."""

    OPEN = "open", _("Waiting")
    EXPIRED = "expired", _("Expired")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Invitation(Engagement, PublicIdModel, TimestampedModel):
    """An offer of a membership to an e-mail address. Only a hash of its secret is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=150)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    membership = models.OneToOneField(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="invitation"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta(Engagement.Meta):
        abstract = False
        ordering = ["-created_at"]
        constraints = [
            *Engagement.Meta.constraints,
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
            models.UniqueConstraint(
                fields=["agency", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.uuid}"

    @property
    def state(self) -> InvitationState:
        """Return where it stands. One whose membership would be over already counts as expired."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.withdrawn_at is not None:
            return InvitationState.WITHDRAWN
        ends = min(self.expires_at, self.until or self.expires_at)
        return InvitationState.EXPIRED if ends <= timezone.now() else InvitationState.OPEN


class Absence(PublicIdModel):
    """Days on which somebody is away, and who acts for them meanwhile; first and last day included."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    deputy = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("membership")), name="absence_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.uuid}"


class ReminderChoice(models.Model):
    """How somebody wants to be reminded under a membership; without a row each reminder comes at once by e-mail."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="reminder_choice")
    digest = models.BooleanField(default=False)
    sms = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"choice {self.pk}"


class ReminderRules(models.Model):
    """What an agency lets its people choose; without a row a digest at eight, and no SMS."""

    agency = models.OneToOneField(Agency, on_delete=models.CASCADE, related_name="reminder_rules")
    allows_digest = models.BooleanField(default=True)
    allows_sms = models.BooleanField(default=False)
    digest_at = models.TimeField(default=time(8))

    def __str__(self) -> str:
        return f"rules {self.pk}"
