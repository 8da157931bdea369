"""Is there a child like this already? What the rest of the house may ask, and all that it is told.

Of a child whom the asker may not see it is said that there is a possible match, and which duty desk to ask.
Somebody who is excluded from a child's case is told what they would be told of an unknown child, and the
managers of the agency that leads the case are told of it.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency, Membership
from agencies.roles import Can
from cases.matching import access
from cases.matching.access import Knowledge
from cases.matching.facts import Facts
from cases.matching.frequencies import Shares
from cases.matching.levels import compare
from cases.matching.weights import Band, Model, Score, score
from cases.matching.words import Explanation, explained
from cases.models import Child
from safeguard.audit import actions as audit
from safeguard.audit.models import AuditRow
from safeguard.notifications.actions import Note, put_in_inbox

Found = dict[int, tuple[Facts, Score]]
Known = Mapping[int, Knowledge]
Key = TypeVar("Key", bound=Hashable)
MOST_SHOWN = 8
ORDER = {Band.LIKELY: 0, Band.POSSIBLE: 1, Band.HOUSEHOLD: 2, Band.NONE: 3}


@dataclass(frozen=True)
class Match:
    """A child whom the asker may see and who may be the one asked about."""

    child: Child
    facts: Facts
    score: Score

    @property
    def uuid(self) -> UUID:
        """The child's public key."""
        return self.child.uuid

    @cached_property
    def words(self) -> Explanation:
        """What agrees, differs and is missing."""
        return explained(self.score)


@dataclass(frozen=True)
class Answer:
    """The children found that may be shown, best first, and the desks to ask about those that may not.

    An empty name among ``desks`` stands for the children's social care duty desk of the place. ``conflicts`` are the
    children who may be the one and from whose case the asker is kept out: for the caller, never to be shown.
    """

    asked: Facts
    matches: tuple[Match, ...] = ()
    desks: tuple[str, ...] = ()
    version: int = 0
    conflicts: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def is_conflict(self) -> bool:
        """Return whether the asker is kept out of the case of a child who may be the one."""
        return bool(self.conflicts)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.matches or self.desks)


def who_is(
    facts: Facts,
    *,
    by: Acting,
    but: Collection[UUID] = (),
    ruled_out: Callable[[list[int]], Collection[int]] | None = None,
) -> Answer:
    """Return the children who may be the one that ``facts`` speak of, as far as ``by`` may know.

    Every look is recorded. Facts that are no more than a name find nothing: see ``Facts.says_more_than_a_name``.
    Children in ``but`` are left out. ``ruled_out`` says of those from whose case ``by`` is kept out which ones somebody
    has found not to be the one: they are no conflict any more.
    """
    if not facts.says_more_than_a_name:
        return Answer(facts)
    model = access.current_model()
    found = _best(facts, model)
    known = access.known_to(found)
    closed = [child for child in found if child in known and known[child].excluded]
    over = ruled_out(closed) if ruled_out and closed else ()
    closed = [child for child in closed if child not in over]
    _tell_of_excluded(closed, known, by)
    seen = [child for child in found if child in known and known[child].seen and known[child].uuid not in but]
    children = access.children(seen[:MOST_SHOWN], by)
    shown = tuple(Match(children[child], *found[child]) for child in seen if child in children)
    conflicts = frozenset(child for child in closed if found[child][1].band is not Band.HOUSEHOLD)
    answer = Answer(facts, shown, _desks(found, known), model.version, conflicts=conflicts)
    _record(answer, found, known, by)
    return answer


def kept_out_of(asked: Mapping[Key, Facts]) -> dict[Key, frozenset[int]]:
    """Return, by the keys of ``asked``, the children who may be meant and from whose case the reader is kept out.

    Those with none are missing. For a list of names, before it is shown: whoever is kept out of a child's case meets
    the child's name in no list. Nothing of it is ever to be shown.
    """
    closed = access.kept_out()
    asked = {key: facts for key, facts in asked.items() if facts.says_more_than_a_name} if closed else {}
    if not asked:
        return {}
    model, shares = access.current_model(), access.shares(*asked.values())
    found = {
        key: frozenset(child for child, other in closed if _may_be(facts, other, model, shares))
        for key, facts in asked.items()
    }
    return {key: children for key, children in found.items() if children}


def _may_be(facts: Facts, other: Facts, model: Model, shares: Shares) -> bool:
    scored = score(facts, other, compare(facts, other), model=model, shares=shares)
    return scored.band not in {Band.HOUSEHOLD, Band.NONE}


def like(child: Child, *, by: Acting, but: Collection[UUID] = ()) -> Answer:
    """Return the other records that may be of ``child``, whom ``by`` sees, as ``who_is`` would for its newest facts."""
    known = access.facts_of([child.pk]).get(child.pk, [])
    return who_is(known[0], by=by, but={child.uuid, *but}) if known else Answer(Facts())


def _best(facts: Facts, model: Model) -> Found:
    """Return the best row of each child that gets a band, the best child first."""
    shares = access.shares(facts)
    best: Found = {}
    for child, other in access.candidates(facts):
        scored = score(facts, other, compare(facts, other), model=model, shares=shares)
        if scored.band is not Band.NONE and (child not in best or scored.p_same > best[child][1].p_same):
            best[child] = (other, scored)
    ranked = sorted(best.items(), key=lambda item: (ORDER[item[1][1].band], -item[1][1].p_same, item[0]))
    return dict(ranked[: 5 * MOST_SHOWN])


def _desks(found: Found, known: Known) -> tuple[str, ...]:
    # A brother or sister of a hidden child is no reason to say that there is one.
    hidden = [
        known[child].desk
        for child, (_facts, scored) in found.items()
        if child in known and not known[child].seen and not known[child].excluded and scored.band is not Band.HOUSEHOLD
    ]
    names = dict(Agency.objects.filter(pk__in=[desk for desk in hidden if desk]).values_list("pk", "name"))
    return tuple(sorted({names.get(desk or 0, "") for desk in hidden}))


def _record(answer: Answer, found: Found, known: Known, by: Acting) -> None:
    detail = {"shown": len(answer.matches), "desks": len(answer.desks), "weights": answer.version}
    uuids = [known[child].uuid for child in found if child in known]
    audit.record("match.look", by=by, kind=AuditRow.Kind.READ, target="cases.Child", uuids=uuids, detail=detail)


def _tell_of_excluded(children: list[int], known: Known, by: Acting) -> None:
    for child in children:
        audit.record_refusal("match.look", by=by, target="cases.Child", uuids=[known[child].uuid])
        managers = Membership.objects.live().holding(Can.MANAGE_WORK).filter(agency=known[child].desk)
        subject = _("%(name)s looked for a child from whose case they are excluded") % {"name": by.user.name}
        note = Note(kind="match.excluded", subject=subject, body="")
        for manager in managers.exclude(user=by.user_id):
            key = f"match.excluded:{by.user_id}:{known[child].uuid}:{localdate()}:{manager.user_id}"
            put_in_inbox(note, recipient_id=manager.user_id, dedupe_key=key, agency_id=manager.agency_id)
