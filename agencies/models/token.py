"""Tokens by which a program reads in the name of one membership. Only a hash of the secret is kept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models.membership import Membership
from agencies.querysets import ApiTokenQuerySet
from agencies.scopes import Scope, labels_of
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE

LONGEST = timedelta(days=90)
BETWEEN_WRITES = timedelta(minutes=1)  # "last used" is at most this old


class ApiTokenState(models.TextChoices):
    """Where a token stands today."""

    WORKS = "works", _("Works")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class ApiToken(PublicIdModel):
    """A bearer token of the interface for programs: acts under its membership, and dies with it."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope))
    prefix = models.CharField(max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    # A token is revoked and never deleted: the audit names it.
    database_privileges: ClassVar[Mapping[str, str]] = {WEB_ROLE: "SELECT, INSERT, UPDATE"}

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")) & Q(expires_at__lte=F("created_at") + LONGEST),
                name="apitoken_ends_within_90_days",
            ),
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0) & Q(scopes__contained_by=Scope.values), name="apitoken_scopes_known"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="apitoken_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.uuid}"

    @property
    def state(self) -> ApiTokenState:
        """Return where it stands by itself; whether its membership still holds is another question."""
        if self.revoked_at is not None:
            return ApiTokenState.REVOKED
        return ApiTokenState.WORKS if self.expires_at > timezone.now() else ApiTokenState.EXPIRED

    @property
    def is_touched_lately(self) -> bool:
        """Return whether its last use was written within the last minute."""
        return self.last_used_at is not None and timezone.now() - self.last_used_at < BETWEEN_WRITES

    @property
    def scope_labels(self) -> list[str]:
        """Return the names of the scopes as people read them."""
        return labels_of(self.scopes)
