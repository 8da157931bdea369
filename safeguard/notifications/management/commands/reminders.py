"""``manage.py reminders status|retry|why ID``: how reminders stand, and what became of those of one obligation."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguard.notifications import reminders, reporting


class Command(BaseCommand):
    """Names people and obligations by their keys only."""

    help = "Show how reminders stand (status), try again what was given up (retry), or explain one (why ID)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what is asked, and of which obligation."""
        parser.add_argument("ask", choices=["status", "retry", "why"])
        parser.add_argument("id", nargs="?", default="", help="The key of a deadline, as its page's address ends")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer. Raises CommandError for ``why`` without a key that is known."""
        if options["ask"] == "retry":
            self.stdout.write(f"Due again: {reminders.retry_failed()}")
        elif options["ask"] == "why":
            self._why(options["id"])
        else:
            for name, value in asdict(reporting.figures()).items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value if value is not None else 'none'}")

    def _why(self, key: str) -> None:
        found = reporting.why(key)
        if not found:
            raise CommandError("No reminders are known for this key. Take it from the end of a deadline's address.")
        for stage in found:
            self.stdout.write(f"{stage.stage}, due {stage.due_at.isoformat()}: {stage.outcome}")
            for told in stage.told:
                self.stdout.write(f"  {told.recipient} as {told.role} by {told.channel}: {told.what}")
