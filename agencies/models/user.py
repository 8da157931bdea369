"""The people who sign in."""

from typing import TYPE_CHECKING, Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from safeguard.common.models import PublicIdModel

if TYPE_CHECKING:
    from agencies.acting import Acting


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user. Without a password the account cannot sign in by password."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with that e-mail address, in any case."""
        return self.get(email=(username or "").strip().lower())


@pghistory.track(fields=["email", "name", "phone", "is_active"])
class User(AbstractBaseUser, PermissionsMixin, PublicIdModel):
    """A person who signs in by e-mail. What they may see comes from memberships, never from here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    # Set for the time of a request: as whom the person acts in it.
    acting: "Acting | None" = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # A superuser would pass every permission check: there is none in operation.
            models.CheckConstraint(condition=Q(is_superuser=False), name="no_superuser"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the person's name."""
        return self.name
