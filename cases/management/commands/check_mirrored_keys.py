"""``manage.py check_mirrored_keys``: prove that the keys mirrored on grants are right, or list those that are not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

DRIFT = """
    SELECT grant_id, case_id, mirrored_key, held, rule FROM cases_mirrored_key_drift()
    UNION ALL SELECT grant_id, case_id, mirrored_key, held, rule FROM cases_next_due_drift()
    ORDER BY 1, 3 LIMIT %s
"""


class Command(BaseCommand):
    """Exit status 0: no key has drifted. 1: those that have are listed, by the ids of grant and case."""

    help = "Compare each grant's restriction and dates with the case, its entries and deadlines that the group may see."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add how many to list."""
        parser.add_argument("--most", type=int, default=100, help="List no more than this many (100)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and report."""
        with connection.cursor() as cursor:
            cursor.execute(DRIFT, [options["most"]])
            found = cursor.fetchall()
        for grant, case, key, held, rule in found:
            self.stdout.write(f"Grant {grant} of case {case}: {key} is {held} and should be {rule}.")
        self.stdout.write(f"Mirrored keys that have drifted: {len(found)}.")
        if found:
            sys.exit(1)
