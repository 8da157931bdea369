"""``manage.py load_profile england``: make a practice profile's files its newest version."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agencies.actions.practice import load_profile
from agencies.profile_files import FOLDER, ProfileProblems, read_profile
from safeguard.audit.actor import system


class Command(BaseCommand):
    """Loads the whole profile or nothing. A second run with the same files changes nothing."""

    help = "Load a practice profile (england, usa_example, or a folder). What was set locally stays as it was set."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the profile's name and where its files are."""
        parser.add_argument("code", help="The name of the profile")
        parser.add_argument("--folder", type=Path, help="Where its files are, if not in the project")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report. Raises CommandError that names each file, row and column that is wrong."""
        code = options["code"]
        try:
            draft = read_profile(options["folder"] or FOLDER / code)
        except ProfileProblems as error:
            raise CommandError(f"Nothing was loaded. Correct this and run it again:\n{error}") from error
        made = load_profile(code, draft, by=system("load profile"))
        if made is None:
            self.stdout.write(f"{code}: nothing new, nothing was changed.")
            return
        self.stdout.write(f"{made}: {len(draft.timescales)} timescales.")
        for timescale in made.timescales.all():
            if timescale.needs_interval:
                self.stdout.write(f"Set before going live: how soon to chase {timescale.code} ({timescale.action}).")
