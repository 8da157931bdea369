"""Print a fresh value for ENCRYPTION_KEYSET."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from safeguard.common.encryption import new_keyset


class Command(BaseCommand):
    """Print a keyset: alone for a new installation, with the old keys behind it for a rotation."""

    help = "Print a fresh value for the secret ENCRYPTION_KEYSET."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--keep-old``."""
        parser.add_argument(
            "--keep-old",
            action="store_true",
            help="Keep the present keys behind the new one, so that what they encrypted stays readable.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the keyset and nothing else, so that it can be redirected into a secret file."""
        self.stdout.write(new_keyset(settings.ENCRYPTION_KEYSET if options["keep_old"] else ""))
