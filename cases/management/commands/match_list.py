"""``manage.py match_list``: find the same children in a list, between two lists, or among the known children."""

import csv
import os
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from agencies.acting import Acting, acting
from agencies.models import User
from cases.matching import access, batch, lists
from cases.matching.levels import FIELDS
from cases.matching.look import Answer, who_is
from cases.matching.weights import Band, Score
from safeguard.audit.actor import Origin
from safeguard.common import row_security

HEADER = ("id_a", "id_b", "p_same", "p_household", "band", *FIELDS)
ASK = "ask the duty desk: "
SIGNS = "=+-@\t\r"


class Command(BaseCommand):
    """Writes one row a pair, or nothing at all: the file appears when it is complete."""

    help = (
        "Match the children of a CSV file against themselves, another file (--against) or the known children "
        "(--known --as you@example.org). Columns: id, given_name, surname, date_of_birth, sex, postcode, address_1, "
        "address_2, suburb, state, national_id; all optional but id and a name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the lists, how to read them, and where the pairs go."""
        parser.add_argument("list", type=Path, help="The list: a CSV file with a header")
        parser.add_argument("--against", type=Path, help="Another list; the same file matches the list with itself")
        parser.add_argument("--known", action="store_true", help="Match against the known children")
        parser.add_argument("--as", dest="person", default="", help="Whose looks these are: an e-mail address")
        parser.add_argument("--out", type=Path, required=True, help="Where the pairs go: a CSV file")
        parser.add_argument("--scores", action="store_true", help="Also the pairs that get no band, with their scores")
        parser.add_argument("--map", action="append", default=[], type=_mapped, metavar="theirs=ours")
        parser.add_argument(
            "--date-format", choices=sorted(lists.DATE_ORDERS), default="", help="How dates are written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, match and write. Raises CommandError, with nothing written, for a list that cannot be matched."""
        if options["known"] and (options["against"] or not options["person"]):
            raise CommandError("--known goes with --as, and without --against. Nothing was written.")
        try:
            asked = self._read(options["list"], options)
            itself = options["against"] is None or options["against"].resolve() == options["list"].resolve()
            known = asked if itself or options["known"] else self._read(options["against"], options)
        except lists.ListRefused as error:
            raise CommandError(str(error)) from None
        if options["known"]:
            rows = self._against_known(asked, _person(options["person"]))
        else:
            rows = self._against(asked, known, itself=itself, all_scores=options["scores"])
        written = _write(options["out"], rows)
        self.stderr.write(f"{len(asked.ids)} children read, {written} pairs written to {options['out']}.")

    def _read(self, path: Path, options: dict[str, Any]) -> lists.ChildList:
        found = lists.read(path, columns=dict(options["map"]), date_format=options["date_format"])
        for note in found.notes:
            self.stderr.write(note)
        return found

    def _against(
        self, asked: lists.ChildList, known: lists.ChildList, *, itself: bool, all_scores: bool
    ) -> Iterator[tuple[Any, ...]]:
        model, table = access.current_model(), batch.ListInDatabase(known.facts)
        found = batch.pairs(asked.facts, table, model, itself=itself, all_scores=all_scores)
        for place, pairs in self._with_progress(found, len(asked.ids)):
            for pair in pairs:
                yield asked.ids[place], known.ids[pair.other], *_score(pair.score)

    def _against_known(self, asked: lists.ChildList, by: Acting) -> Iterator[tuple[Any, ...]]:
        for place, facts in self._with_progress(enumerate(asked.facts), len(asked.ids)):
            with transaction.atomic():
                row_security.apply(by.row_security())
                answer: Answer = who_is(facts, by=by)
            for match in answer.matches:
                yield asked.ids[place], str(match.uuid), *_score(match.score)
            for desk in answer.desks:
                yield (
                    asked.ids[place],
                    ASK + (desk or "children’s social care"),
                    "",
                    "",
                    Band.POSSIBLE.value,
                    *[""] * len(FIELDS),
                )

    def _with_progress(self, found: Iterable[tuple[int, Any]], total: int) -> Iterator[tuple[int, Any]]:
        step = max(1, total // 200)
        for done, item in enumerate(found, 1):
            yield item
            if self.stderr.isatty() and (done % step == 0 or done == total):
                filled = 40 * done // total
                self.stderr.write(f"\r[{'#' * filled}{'.' * (40 - filled)}] {done}/{total}", ending="")
        if self.stderr.isatty():
            self.stderr.write("")


def _mapped(text: str) -> tuple[str, str]:
    theirs, _sign, ours = text.partition("=")
    if ours.strip() not in lists.COLUMNS:
        raise ArgumentTypeError(f"{text!r} is not theirs=ours, with ours one of {', '.join(lists.COLUMNS)}")
    return theirs.strip(), ours.strip()


def _person(email: str) -> Acting:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    by = acting(user, Origin(channel="command")) if user else None
    if by is None or not by.works_with_cases:
        raise CommandError("--as names nobody who works with cases. Nothing was written.")
    return by


def _score(score: Score) -> tuple[str, ...]:
    levels = (score.levels[field].value for field in FIELDS)
    return f"{score.p_same:.6f}", f"{score.p_household:.6f}", score.band.value, *levels


def _write(path: Path, rows: Iterator[tuple[Any, ...]]) -> int:
    """Write ``rows`` beside ``path`` and move the file there when it is complete. Returns how many they were."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent or ".", prefix=f".{path.name}.")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}. Nothing was matched.") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            count = 0
            for row in rows:
                writer.writerow([_harmless(str(value)) for value in row])
                count += 1
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return count


def _harmless(value: str) -> str:
    """Return ``value`` so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(tuple(SIGNS)) else value
