#!/usr/bin/env python
"""Run Safeguard's management commands."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named on the command line, with local settings unless told otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguard.settings.local")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
