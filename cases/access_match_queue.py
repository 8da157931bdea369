"""The door to the queue of records that may be of one child: what its reader sees of each pair, and whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func, Subquery

from agencies.acting import Acting
from agencies.models import Agency
from cases.access import with_level
from cases.access_same_child import require_deciding
from cases.models import AccessLevel, Child, MatchDecision, MatchPair
from cases.querysets import shown_name
from safeguard.audit import actions as audit

MOST_PAIRS = 50


@dataclass(frozen=True)
class QueuedPair:
    """Two records that the reader sees, whether they may decide, and what somebody who was not sure said last."""

    pair: MatchPair
    children: tuple[Child, Child]
    may_decide: bool
    not_sure: MatchDecision | None


@dataclass(frozen=True)
class HalfSeen:
    """A child whom the reader sees and who may have a record that they do not; an empty desk is that of the place."""

    child: Child
    desk: str


@dataclass(frozen=True)
class MatchQueue:
    """What waits for a decision, the most alike first; ``more`` and ``more_half_seen`` say that not all is shown."""

    pairs: list[QueuedPair]
    half_seen: list[HalfSeen]
    more: bool
    more_half_seen: bool


def match_queue(by: Acting) -> MatchQueue:
    """Return what waits for ``by``, at most MOST_PAIRS of each kind; whom they looked at is recorded.

    Raises Http404 for somebody whose role decides about no records.
    """
    require_deciding(by)
    readable = Child.objects.with_record_for(by).values("pk")
    settled = Func("one", "other", "band", function="cases_match_is_settled", output_field=BooleanField())
    open_pairs = MatchPair.objects.filter(one__in=readable, other__in=readable).annotate(settled=settled)
    pairs = list(open_pairs.filter(settled=False).order_by("-p_same", "pk")[: MOST_PAIRS + 1])
    found = _hidden()
    hidden = found[:MOST_PAIRS]
    keys = {key for pair in pairs for key in (pair.one_id, pair.other_id)} | {child for child, *_rest in hidden}
    children = _children(by, keys)
    shown = [pair for pair in pairs[:MOST_PAIRS] if {pair.one_id, pair.other_id} <= children.keys()]
    _record(by, children, hidden)
    return MatchQueue(
        pairs=_queued(shown, children, _changeable(by, children)),
        half_seen=_half_seen(hidden, children),
        more=len(pairs) > MOST_PAIRS,
        more_half_seen=len(found) > MOST_PAIRS,
    )


def _hidden() -> list[tuple[int, Any, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT child_id, other_uuid, desk FROM cases_match_hidden_pairs(%s)", [MOST_PAIRS + 1])
        return list(cursor.fetchall())


def _children(by: Acting, keys: set[int]) -> dict[int, Child]:
    found = Child.objects.with_record_for(by).filter(pk__in=keys)
    return found.annotate(shown_name=Subquery(shown_name("pk"))).in_bulk()


def _changeable(by: Acting, children: dict[int, Child]) -> set[int]:
    # as access_child.changes_child says of one
    own = {key for key, child in children.items() if child.recorded_by_team_id in by.team_ids}
    cases = with_level(by).filter(child__in=children, level__gte=AccessLevel.CONTRIBUTE)
    return own | set(cases.values_list("child", flat=True))


def _record(by: Acting, children: dict[int, Child], hidden: list[tuple[int, Any, int | None]]) -> None:
    # Those of whom it says that there may be a record are among them, as in every look.
    uuids = [child.uuid for child in children.values()] + [uuid for _child, uuid, _desk in hidden]
    audit.record_read("match.queue", by=by, target="cases.Child", uuids=dict.fromkeys(uuids))


def _queued(pairs: Sequence[MatchPair], children: dict[int, Child], changeable: set[int]) -> list[QueuedPair]:
    keys = [pair.one_id for pair in pairs] + [pair.other_id for pair in pairs]
    # past the door: of children whom the reader sees
    said = MatchDecision.objects.filter(choice=MatchDecision.Choice.NOT_SURE, found__in=keys, made__in=keys)
    last = {frozenset((each.found_id, each.made_id)): each for each in said.order_by("pk").select_related("decided_by")}
    return [
        QueuedPair(
            pair,
            (children[pair.one_id], children[pair.other_id]),
            may_decide={pair.one_id, pair.other_id} <= changeable,
            not_sure=last.get(frozenset((pair.one_id, pair.other_id))),
        )
        for pair in pairs
    ]


def _half_seen(hidden: list[tuple[int, Any, int | None]], children: dict[int, Child]) -> list[HalfSeen]:
    names = dict(Agency.objects.filter(pk__in=[desk for *_rest, desk in hidden if desk]).values_list("pk", "name"))
    told = dict.fromkeys((child, names.get(desk or 0, "")) for child, _uuid, desk in hidden if child in children)
    return [HalfSeen(children[child], desk) for child, desk in told]
