"""The plans of the hot questions: which tables they read from end to end, and how many pages they touch.

They survive any noise: the tests hold them in a small world, ``BENCH=plans`` in the large one.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.db import connection, transaction

from agencies.acting import Acting
from cases import access
from cases.access_sql import BY_DUE
from cases.models import Case
from safeguard.common import row_security

MOST_BUFFERS, FEW_GROUPS = 200, 5
# Each row of each group's stream is looked up once more here: in the other groups' grants, or in its case.
LOOKED_UP = {"next page", "next page by due date", "open cases"}
BUFFERS_A_ROW = 10
PAGE = 25
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a statement did: pages touched, indexes used, and protected tables read from end to end."""

    buffers: int
    indexes: frozenset[str]
    scanned: frozenset[str]


def statements_of(run: Callable[[], object]) -> list[Statement]:
    """Return the statements that ``run`` sends to the database."""
    sent: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run()
    return sent


def plan_of(statement: Statement) -> Plan:
    """Run ``statement`` under EXPLAIN and return what it did; the work is done for real."""
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
    top = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    nodes = [node for node in _nodes(top) if node.get("Actual Loops")]
    protected = {model._meta.db_table for model in apps.get_models() if getattr(model, "protected", False)}
    scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return Plan(
        buffers=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
        indexes=frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        scanned=frozenset(scanned & protected),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


@contextmanager
def acting_in_database(by: Acting) -> Iterator[None]:
    """Open a transaction with ``by``'s settings, as the middleware does; it is undone at the end."""
    with transaction.atomic():
        row_security.apply(by.row_security())
        yield
        transaction.set_rollback(True)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Leave the audit's row out of a look through the door: it is no part of the permission filter."""
    with patch("safeguard.audit.actions.record_read"):
        yield


def hot_questions(by: Acting, long_case: Case) -> dict[str, Callable[[], object]]:
    """Return the hot questions of one reader by name; ``long_case`` is one that they may see."""
    page = access.case_page(by)
    due = access.case_page(by, order=BY_DUE)
    return {
        "first page": lambda: access.case_page(by),
        "next page": lambda: access.case_page(by, after=page[-1]),
        "first page by due date": lambda: access.case_page(by, order=BY_DUE),
        "next page by due date": lambda: access.case_page(by, order=BY_DUE, after=due[-1]),
        "open cases": lambda: access.case_page(by, filters=access.Filters(status="open")),
        "capped count": lambda: access.case_count(by),
        "level": lambda: access.level(by, long_case),
        "case": lambda: access.case(by, long_case.uuid),
        "timeline": lambda: access.timeline_page(by, long_case),
    }


def most_buffers(question: str, groups: int) -> int:
    """Return how many pages ``question`` may touch for a reader with ``groups`` groups."""
    if question == "capped count":  # among millions the thousand grants' visibility lies on two pages, read in turns
        return 2 * MOST_BUFFERS
    return MOST_BUFFERS + (PAGE * groups * BUFFERS_A_ROW if question in LOOKED_UP else 0)


def faults(by: Acting, long_case: Case) -> Iterator[str]:
    """Yield a line for each hot question of ``by`` whose plan is not as it should be; print a line for each."""
    groups = len(by.group_ids)
    with unrecorded():
        for name, ask in hot_questions(by, long_case).items():
            for statement in statements_of(ask):
                plan = plan_of(statement)
                print(f"| {name} | {groups} | {plan.buffers} | {', '.join(sorted(plan.scanned)) or '-'} |")
                if plan.scanned:
                    yield f"{name}, {groups} groups: reads {', '.join(plan.scanned)} from end to end"
                if groups <= FEW_GROUPS and plan.buffers > most_buffers(name, groups):
                    yield f"{name}, {groups} groups: touches {plan.buffers} pages"
