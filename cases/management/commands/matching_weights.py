"""``manage.py matching_weights``: list the versions of the weights, add one, say who answers for one."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.actions.weights import add_weights, sign_off
from cases.models import MatchModel
from safeguard.audit.actor import system

JOB = system("matching weights")


class Command(BaseCommand):
    """Adds a version, signs one off, or lists them all."""

    help = "The versions of the matching weights: list them, add one from a CSV file, or sign one off."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to do, and its parts."""
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="Show every version, and which is used")
        add = what.add_parser("add", help="Add a version; it is not used until it is signed off")
        add.add_argument("file", type=Path, help="CSV with the columns field, level, m, u, h")
        add.add_argument("--note", required=True, help="Where the weights come from")
        sign = what.add_parser("sign-off", help="Say who answers for a version; it is used from then on")
        sign.add_argument("version", type=int)
        sign.add_argument("--by", required=True, dest="who", help="Name and office")
        sign.add_argument("--figures", required=True, help="The measured figures, as `make bench-matching` prints them")
        sign.add_argument("--on", type=date.fromisoformat, help="The day, if not today (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and report. Raises CommandError that says what is wrong."""
        try:
            getattr(self, "_" + options["what"].replace("-", "_"))(options)
        except (ValidationError, OSError, UnicodeDecodeError) as error:
            said = "\n".join(error.messages) if isinstance(error, ValidationError) else f"Nothing was added. {error}"
            raise CommandError(said) from error

    def _list(self, _options: dict[str, Any]) -> None:
        for model in MatchModel.objects.order_by("version"):
            signed = (
                f"signed off by {model.signed_off_by} on {model.signed_off_on}"
                if model.signed_off_on
                else "not signed off"
            )
            self.stdout.write(
                f"{model.version}: {signed}. {model.note}" + (f"\n   {model.figures}" if model.figures else "")
            )

    def _add(self, options: dict[str, Any]) -> None:
        with options["file"].open(encoding="utf-8-sig", newline="") as file:
            made = add_weights(file, note=options["note"], by=JOB)
        self.stdout.write(f"Version {made.version} is added. It is not used until it is signed off.")

    def _sign_off(self, options: dict[str, Any]) -> None:
        signed = sign_off(options["version"], who=options["who"], figures=options["figures"], on=options["on"], by=JOB)
        self.stdout.write(f"Version {signed.version} is signed off and used from now on.")
