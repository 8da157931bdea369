"""``manage.py outbox``: what waits, what was given up and why; ``--retry`` tries the latter again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from safeguard.notifications import delivery
from safeguard.notifications.models import OutboxMessage

MOST_SHOWN = 20


class Command(BaseCommand):
    """Says how delivery stands, by ids and codes, never by address."""

    help = "Show what waits in the outbox and what was given up; --retry makes the latter due again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch."""
        parser.add_argument("--retry", action="store_true", help="Try again what was given up and still has its text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report, and retry where asked to."""
        waiting = OutboxMessage.objects.waiting()
        oldest = waiting.order_by("created_at").first()
        self.stdout.write(f"Waiting: {waiting.count()}{f', oldest {_minutes(oldest)} minutes' if oldest else ''}")
        failed = OutboxMessage.objects.failed()
        self.stdout.write(f"Given up: {failed.count()}")
        for message in failed[:MOST_SHOWN]:
            self.stdout.write(
                f"  {message.uuid} {message.kind} after {message.attempts} attempts: {message.last_error}"
            )
        if options["retry"]:
            self.stdout.write(f"Due again: {delivery.retry_failed()}")


def _minutes(message: OutboxMessage) -> int:
    return int((timezone.now() - message.created_at).total_seconds() // 60)
