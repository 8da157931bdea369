"""Django's ``migrate``, then the grants of each database role: a new table is never left open or unreachable."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate

from agencies.models import PracticeProfile
from safeguard.common import privileges


class Command(DjangoMigrate):
    """Migrate, then grant."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command and bring the roles' privileges up to date."""
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            privileges.grant(using=options["database"])
            if not options["app_label"]:
                _load_first_profile()


def _load_first_profile() -> None:
    # Without a profile no clock would run, and nobody would notice.
    if settings.PRACTICE_PROFILE_BY_MIGRATE and PracticeProfile.objects.current() is None:
        call_command("load_profile", settings.PRACTICE_PROFILE)
