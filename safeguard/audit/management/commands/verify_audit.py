"""``manage.py verify_audit``: prove that the audit is what was written, or name the first batch that is not."""

import sys
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from safeguard.audit.verification import Report, verify


class Command(BaseCommand):
    """Exit status 0: all batches hold. 1: the first that does not is named."""

    help = "Recompute the audit's sealed batches and check the chain, the signatures and the head file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to begin and which head file to hold the chain against."""
        parser.add_argument("--since", type=_moment, help="Only batches sealed from this date or time on (ISO 8601)")
        parser.add_argument("--head", type=Path, default=None, help="The head file; by default AUDIT_HEAD_FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        started = perf_counter()
        report = verify(options["head"] or Path(settings.AUDIT_HEAD_FILE), options["since"])
        self._describe(report, perf_counter() - started)
        if report.broken:
            self.stdout.write(f"BROKEN at batch {report.broken.batch}: {report.broken.reason}.")
            sys.exit(1)
        self.stdout.write("The audit holds.")

    def _describe(self, report: Report, seconds: float) -> None:
        speed = int(report.rows / seconds) if seconds else 0
        self.stdout.write(f"Batches that hold: {report.batches}, with {report.rows} rows ({speed} rows a second).")
        self.stdout.write(f"Signed heads outside the database: {report.heads}.")
        if report.heads_put_aside:
            self.stdout.write(f"Heads put aside when a restore was accepted: {report.heads_put_aside}.")
        if report.retired_batches:
            self.stdout.write(f"Batches whose rows were removed under retention: {report.retired_batches}.")
        self.stdout.write(_unsealed(report))


def _unsealed(report: Report) -> str:
    if report.oldest_unsealed is None:
        return "Every row is sealed."
    age = int((timezone.now() - report.oldest_unsealed).total_seconds())
    return f"Rows not sealed yet: {report.unsealed_rows}, the oldest {age} seconds old."


def _moment(text: str) -> datetime:
    if moment := parse_datetime(text):
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if day := parse_date(text):
        return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  (made aware here)
    message = f"{text} is not a date (2026-11-21) or time (2026-11-21T14:00). Nothing was checked."
    raise CommandError(message)
