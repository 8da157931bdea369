"""The chronology of a case as one reader may see it: collected once, printed from a page or drawn as a PDF document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from django.template.loader import render_to_string
from django.utils import timezone

from agencies.acting import Acting
from cases import access_timeline
from cases.access_timeline import Shown, TimelineFilters
from cases.models import Case
from safeguard.audit import actions as audit

MOST_ENTRIES = 5_000


class PdfUnavailable(Exception):
    """The libraries that draw PDF documents are not installed on this machine."""


@dataclass(frozen=True)
class Collected:
    """The entries of a case that one reader may see, oldest first, with who reads them and when they were read."""

    case: Case
    entries: list[Shown]
    reader: str
    agency: str
    read_at: datetime
    is_cut: bool
    narrowed_to: Sequence[str] = ()


ALL = TimelineFilters()


@dataclass(frozen=True)
class Narrowing:
    """What the reader wants of a timeline, and the same in words, which stand on the paper."""

    filters: TimelineFilters = ALL
    words: Sequence[str] = ()


WHOLE = Narrowing()


def collect(by: Acting, case: Case, *, how: str, narrowing: Narrowing = WHOLE) -> Collected:
    """Return the chronology of ``case``, which came through the door, for ``by``; on record as ``how``.

    It holds what the reader narrowed their timeline to, and says so. Every entry comes through the timeline's own
    door. Beyond MOST_ENTRIES the oldest are left out, and it says so.
    """
    found = access_timeline.entry_ids(by, case, narrowing.filters, limit=MOST_ENTRIES + 1)
    shown = access_timeline.shown(by, found[:MOST_ENTRIES], new_since=None)
    audit.record(how, by=by, kind=audit.Kind.READ, target="cases.Case", uuids=[case.uuid], detail={"count": len(shown)})
    agency = by.membership.agency.name if by.membership else ""
    is_cut = len(found) > MOST_ENTRIES
    return Collected(case, shown[::-1], by.user.name, agency, timezone.now(), is_cut, narrowing.words)


def pdf(collected: Collected) -> bytes:
    """Return the chronology as a tagged PDF document. Raises PdfUnavailable."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable(str(error)) from error
    text = render_to_string("cases/chronology_pdf.html", {"chronology": collected, "case": collected.case})
    document: Any = weasyprint.HTML(string=text, url_fetcher=_fetch_nothing)
    drawn: bytes = document.write_pdf(pdf_tags=True)
    return drawn


def _fetch_nothing(url: str, *_args: Any, **_options: Any) -> NoReturn:
    # What somebody typed is text here and refers to nothing; should it ever, nothing is loaded for it.
    message = f"A chronology loads nothing: {url[:80]}"
    raise ValueError(message)
