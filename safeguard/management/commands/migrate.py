"""Django's ``migrate``, then the grants of each database role: a new table is never left open or unreachable."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from safeguard.common import privileges


class Command(DjangoMigrate):
    """Migrate, then grant."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command and bring the roles' privileges up to date."""
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            privileges.grant(using=options["database"])
