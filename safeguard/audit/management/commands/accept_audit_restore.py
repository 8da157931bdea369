"""``manage.py accept_audit_restore``: say that the database was restored from a backup, so that sealing goes on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safeguard.audit import sealing
from safeguard.audit.actor import system


class Command(BaseCommand):
    """Accepts that batches which the head file knows were lost with a restore."""

    help = "After a restore from a backup: let the audit's sealing go on from the newest batch in the database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the reason, which is kept in the audit and in the head file."""
        parser.add_argument("--reason", required=True, help="Who decided to restore, when and why")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the acceptance."""
        number = sealing.accept_restore(options["reason"], by=system("accept audit restore"))
        self.stdout.write(f"Accepted. The chain goes on from batch {number}; verify_audit reports the heads put aside.")
