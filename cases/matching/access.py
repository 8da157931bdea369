"""What matching asks of the database: the rows to compare, the weights, and who may know of what was found.

Rows of children whom the asker may not see come in here and go no further than ``look.py``.
"""

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, Subquery

from agencies.acting import Acting
from cases.matching import normal, phonetic
from cases.matching.facts import Facts
from cases.matching.frequencies import Kind, Shares
from cases.matching.weights import Model, Weight
from cases.models import Child, ChildMatch, MatchModel, MatchName, MatchPair, MatchWeight
from cases.querysets import shown_name

logger = logging.getLogger(__name__)
MOST_ROWS = 24  # of one child: known names by addresses
CANDIDATES = (
    "SELECT child_id, given, surname, born, sex, postcode, street, town, number, pupil_number, full_probes"
    " FROM {function}(%s)"
)
# What a child's rows are made of. The worker asks ``cases_match_due``, which says the same of many children.
SOURCES = """
    SELECT k.id, n.id, a.id, coalesce(n.given, ''), coalesce(n.surname, ''), k.born_on, k.sex,
        coalesce(a.lines, ''), coalesce(a.postcode, ''),
        coalesce((SELECT i.value FROM cases_childidentifier i WHERE i.child_id = k.id AND i.kind = 'nhs'
                  ORDER BY i.until IS NULL DESC, i.verified DESC, i.id DESC LIMIT 1), ''),
        coalesce((SELECT i.value FROM cases_childidentifier i WHERE i.child_id = k.id AND i.kind = 'upn'
                  ORDER BY i.until IS NULL DESC, i.verified DESC, i.id DESC LIMIT 1), '')
    FROM cases_child k
    LEFT JOIN cases_childname n ON n.child_id = k.id
    LEFT JOIN cases_address a ON a.child_id = k.id AND NOT a.is_protected
    WHERE k.id = %s ORDER BY n.id DESC, a.id DESC
"""


class Source(NamedTuple):
    """What is known of a child under one name at one address that is not protected, as it was typed."""

    child: int
    name: int | None
    address: int | None
    given: str
    surname: str
    born_on: date | None
    sex: str
    lines: str
    postcode: str
    number: str
    pupil_number: str

    def facts(self) -> Facts:
        """Return the facts in the one form."""
        street, town = normal.street_and_town(self.lines)
        return Facts(
            given=normal.name(self.given),
            surname=normal.name(self.surname),
            born=normal.birth_date(self.born_on),
            sex="" if self.sex == "U" else self.sex,
            postcode=normal.postcode(self.postcode),
            street=street,
            town=town,
            number=normal.number(self.number),
            pupil_number=normal.number(self.pupil_number),
        )


class Knowledge(NamedTuple):
    """What the asker may know of a child that was found; ``desk`` is the agency to ask, if it may be named."""

    uuid: UUID
    seen: bool
    excluded: bool
    desk: int | None


# --- Asking ---------------------------------------------------------------------------------------


def probe(facts: Facts) -> dict[str, Any]:
    """Return what the database's probes look for: every key by which a row could be found."""
    born = facts.born
    return {
        "number": facts.number,
        "pupil_number": facts.pupil_number,
        "born": born,
        "borns": [born, born[:4] + born[6:] + born[4:6]] if born else [],
        "given_codes": facts.given_codes,
        "surname_codes": facts.surname_codes,
        "day_month": born[4:],
        "outward": facts.outward,
        "postcode": facts.postcode,
        "letters": facts.letters,
        "street": facts.street,
    }


def candidates(facts: Facts, *, function: str = "cases_match_candidates") -> list[tuple[int, Facts]]:
    """Return at most 300 rows that resemble ``facts``, each with its child's key; the look is on record.

    ``function`` names another function of the same shape: over a list, for ``manage.py match_list``.
    """
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES.format(function=function), [json.dumps(probe(facts))])
        rows = cursor.fetchall()
    if rows and rows[0][-1]:
        logger.info("Matching: the probes %s reached their limits.", rows[0][-1])
    return [(row[0], _facts(row[1:-1])) for row in rows]


def _facts(row: Sequence[str]) -> Facts:
    given, surname, born, sex, postcode, street, town, number, pupil_number = row
    return Facts(
        given=given,
        surname=surname,
        born=born,
        sex=sex,
        postcode=postcode,
        street=street,
        town=town,
        number=number,
        pupil_number=pupil_number,
    )


def known_to(children: Iterable[int]) -> Mapping[int, Knowledge]:
    """Return by child what the person whose settings hold in this transaction may know of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_match_known_to(%s::bigint[])", [list(children)])
        return {child: Knowledge(*known) for child, *known in cursor.fetchall()}


def kept_out() -> list[tuple[int, Facts]]:
    """Return the rows of the children from whose case the reader of this transaction is kept out, each with its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_match_kept_out()")
        return [(row[0], _facts(row[1:])) for row in cursor.fetchall()]


def children(keys: Sequence[int], by: Acting) -> Mapping[int, Child]:
    """Return those of the children that ``by`` may see, by key, each with ``shown_name``."""
    found = Child.objects.visible_to(by).filter(pk__in=keys)
    return found.annotate(shown_name=Subquery(shown_name("pk"))).in_bulk()


def facts_of(children: Iterable[int]) -> Mapping[int, list[Facts]]:
    """Return the compared facts of children whom the caller sees, by key, the newest first."""
    rows = ChildMatch.objects.filter(child__in=list(children)).order_by("child", "pk").values_list("child", *COMPARED)
    return {child: [_facts(row[1:]) for row in of_child] for child, of_child in groupby(rows, key=lambda row: row[0])}


# --- Weights and names ----------------------------------------------------------------------------


def current_model() -> Model:
    """Return the newest version of the weights that is signed off. Raises MatchModel.DoesNotExist without one."""
    version = MatchModel.objects.filter(signed_off_on__isnull=False).aggregate(newest=Max("version"))["newest"]
    if version is None:
        raise MatchModel.DoesNotExist("No version of the matching weights is signed off.")
    return _model(version)


@lru_cache(maxsize=8)  # a version never changes
def _model(version: int) -> Model:
    rows = MatchWeight.objects.filter(model=version)
    return Model(version, {(row.field, row.level): Weight(row.m, row.u, row.h) for row in rows})


def shares(*asked: Facts) -> Shares:
    """Return how common the names of all ``asked`` are in the register, and go together, as counted last."""
    own = Q(kind__in=("given", "together"), name__in={each.given for each in asked})
    own |= Q(kind="surname", name__in={each.surname for each in asked})
    counted = MatchName.objects.filter(own | Q(kind__in=("all", "together"), name=""))
    counts: dict[tuple[Kind, str], int] = {}
    together: dict[str, int] = {}
    children = 0
    for kind, name, count in counted.values_list("kind", "name", "children"):
        if kind == "together":
            together[name] = count
        elif name:
            counts["given" if kind == "given" else "surname", name] = count
        else:
            children = count
    return Shares(children, counts, together)


# --- Keeping the rows in step ---------------------------------------------------------------------


def keep_in_step(child: Child) -> None:
    """Write the matching rows of ``child`` anew, in the transaction that changed a name, a number or an address.

    The child is locked until its end, so that the worker's sweep cannot put older facts back.
    """
    Child.objects.select_for_update(no_key=True).filter(pk=child.pk).first()
    with connection.cursor() as cursor:
        cursor.execute(SOURCES, [child.pk])
        _write(child.pk, [Source(*row) for row in cursor.fetchall()])


def sweep(most: int = 500) -> int:
    """Write the rows of at most ``most`` children who are due, as the worker; return how many they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_match_due(%s)", [most])
        sources = [Source(*row) for row in cursor.fetchall()]
    children = [(child, list(rows)) for child, rows in groupby(sources, key=lambda source: source.child)]
    for child, rows in children:
        _write(child, rows)
    return len(children)


def replace_pairs(children: Collection[int], pairs: Iterable[MatchPair]) -> None:
    """Write, as the worker, ``pairs`` instead of those in which one of ``children`` was before."""
    MatchPair.objects.filter(Q(one__in=children) | Q(other__in=children)).delete()
    MatchPair.objects.bulk_create(pairs)


def count_names(least: int = 5) -> int | None:
    """Count anew, as the worker, the names that ``least`` children or more bear; return the register's size."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_match_count_names(%s)", [least])
        (register,) = cursor.fetchone() or (None,)
    return register


def _write(child: int, sources: Sequence[Source]) -> None:
    ChildMatch.objects.filter(child=child).delete()
    made = (row(source.facts(), child=child, name=source.name, address=source.address) for source in sources)
    different = {_compared(each): each for each in made}
    ChildMatch.objects.bulk_create(list(different.values())[:MOST_ROWS])


def _compared(row: ChildMatch) -> tuple[str, ...]:
    return (row.given, row.surname, row.born, row.postcode, row.street, row.town, row.number, row.pupil_number)


def row(facts: Facts, *, child: int, name: int | None = None, address: int | None = None) -> ChildMatch:
    """Return the matching row of ``facts``, with its keys."""
    return ChildMatch(
        child_id=child,
        name_id=name,
        address_id=address,
        **{field: getattr(facts, field) for field in COMPARED},
        given_code=phonetic.codes(facts.given)[0] if facts.given else "",
        surname_code=phonetic.codes(facts.surname)[0] if facts.surname else "",
        day_month=facts.born[4:],
        outward=facts.outward,
        letters=facts.letters,
    )


COMPARED = ("given", "surname", "born", "sex", "postcode", "street", "town", "number", "pupil_number")
