"""Tables as CSV files that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet would run a cell that begins so: OWASP, CSV injection.
RUN = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, with a byte order mark for spreadsheets; a text that would be run is quoted."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + file.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN) else value
