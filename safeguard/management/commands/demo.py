"""Run the whole of Safeguard on this machine with fictional data."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from safeguard.management import demo


class Command(BaseCommand):
    """The same as `make demo`, which starts sooner."""

    help = "Run Safeguard with fictional data. PORT, SAFEGUARD_DATA_DIR and FRESH=1 are read from the environment."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop, and end with the demo's exit code."""
        sys.exit(demo.main())
