"""The door for the search box: what of this may I see? One audited function of the database finds the keys.

Every row is then asked for through ``visible_to`` like any other, under row-level security. What was typed is
kept nowhere; what was shown is on record.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db import connection
from django.db.models import Subquery

from agencies.acting import Acting
from cases import identifiers, references
from cases.matching import normal
from cases.matching.facts import Facts
from cases.models import Case, Child, ChildIdentifier, Relationship, TimelineEntry
from cases.querysets import shown_name
from safeguard.audit import actions as audit

MOST = 10  # of each kind
LONGEST = 200  # characters of what is typed
SEARCH = "SELECT kind, id FROM cases_search(%s::jsonb, %s)"
DATE = re.compile(r"\b[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}\b|\b[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b")
# What a headline marks its words with: characters that no text may hold, so that nothing written looks like one.
MARKS = ("\x02", "\x03")
HEADLINE: dict[str, Any] = {"start_sel": MARKS[0], "stop_sel": MARKS[1], "max_words": 24, "min_words": 12}


class Asked(NamedTuple):
    """What somebody typed, taken apart: everything that it may be."""

    text: str
    name: str  # in the one form of matching, without what is a date or a number
    born: str  # eight digits, year first
    reference: str | None
    number: str  # as an identifier is kept

    @classmethod
    def from_text(cls, text: str) -> "Asked":
        """Return ``text`` taken apart; a date is day before month."""
        text = text[:LONGEST].replace("\x00", " ").strip()
        typed = DATE.search(text)
        rest = text.replace(typed[0], " ") if typed else text
        born = normal.written_date(typed[0]) if typed else ""
        return cls(rest.strip(), normal.name(rest), born, references.normalised(rest), identifiers.normalised(rest))

    @property
    def day(self) -> date | None:
        """Return the date of birth, None where none was typed or it is no day of the calendar."""
        try:
            return datetime.strptime(self.born, "%Y%m%d").date()  # noqa: DTZ007  (a day, no moment)
        except ValueError:
            return None

    @property
    def query(self) -> dict[str, Any]:
        """Return what the database's function takes."""
        words = self.name.split()
        facts = [Facts(given=word, surname=word) for word in words]
        codes = sorted({code for each in facts for code in (*each.given_codes, *each.surname_codes)})
        return {
            "name": self.name,
            "born": self.born,
            "several": len(words) > 1,
            "codes": codes,
            "words": self.text,
        }


@dataclass(frozen=True)
class Found:
    """What a reader may see of what they looked for, best first, at most MOST of each."""

    cases: Sequence[Case] = ()
    children: Sequence[Child] = ()
    people: Sequence[Relationship] = ()
    entries: Sequence[TimelineEntry] = ()


def search(by: Acting, text: str) -> Found:
    """Return the cases, children, people around them and entries that ``by`` may see and that ``text`` may mean.

    ``text`` is a name (spelt nearly right, short, or turned round), a date of birth, a case's reference, a
    child's number, or words of an entry. What is shown is one audit row.
    """
    asked = Asked.from_text(text)
    if not by.works_with_cases or not (asked.text or asked.born):
        return Found()
    keys = _keys(asked)
    children = _children(by, [*_numbered(by, asked.number), *keys["child"]])
    shown = Found(
        cases=_cases(by, asked.reference, [each.pk for each in children]),
        children=children,
        people=_people(by, keys["person"]),
        entries=_entries(by, keys["entry"], asked.text),
    )
    rows = [*shown.cases, *shown.children, *(each.person for each in shown.people), *shown.entries]
    audit.record_read("search.look", by=by, target="", uuids=[row.uuid for row in rows])
    return shown


def _keys(asked: Asked) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"child": [], "person": [], "entry": []}
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, [json.dumps(asked.query), MOST])
        for kind, key in cursor.fetchall():
            found[kind].append(key)
    return found


def _numbered(by: Acting, number: str) -> list[int]:
    if not any(character.isdigit() for character in number):
        return []
    # Plain equality on both columns of the index: under a policy nothing else may use it.
    same = ChildIdentifier.objects.filter(kind__in=ChildIdentifier.Kind.values, value=number)
    known = same.filter(child__in=Child.objects.each_with_record_for(by))
    return list(known.values_list("child", flat=True)[:MOST])


def _children(by: Acting, keys: list[int]) -> list[Child]:
    found = Child.objects.each_with_record_for(by).filter(pk__in=keys).with_name().in_bulk()
    return [found[key] for key in dict.fromkeys(keys) if key in found][:MOST]


def _cases(by: Acting, reference: str | None, children: list[int]) -> list[Case]:
    """Return the case of that reference, and the cases of the children found, open ones first."""
    seen = Case.objects.visible_to(by).with_child_name().select_related("lead_agency", "child")
    named = seen.filter(reference=reference) if reference else seen.none()
    theirs = {case.pk: case for case in seen.filter(child__in=children).order_by("-status", "-pk")}
    of_child = sorted(theirs.values(), key=lambda case: children.index(case.child_id))
    return [*named, *of_child][:MOST]


def _people(by: Acting, keys: list[int]) -> list[Relationship]:
    related = Relationship.objects.filter(pk__in=keys, child__in=Child.objects.each_with_record_for(by))
    related = related.annotate(child_name=Subquery(shown_name("child")))
    found = related.select_related("person", "child").in_bulk()
    return [found[key] for key in keys if key in found]


def _entries(by: Acting, keys: list[int], text: str) -> list[TimelineEntry]:
    if not keys:
        return []
    words = SearchQuery(text, search_type="websearch", config="english")
    seen = TimelineEntry.objects.visible_to(by).filter(pk__in=keys).select_related("case", "author_agency")
    found = seen.annotate(headline=SearchHeadline("body", words, config="english", **HEADLINE)).in_bulk()
    return [found[key] for key in keys if key in found]
