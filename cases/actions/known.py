"""What was decided about children who were found: kept with both sides, how they compared, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from agencies.acting import Acting
from agencies.models import Team
from cases import access, access_child
from cases.actions.children import NewChild, record_child
from cases.actions.opening import open_case
from cases.matching.look import Answer, Match
from cases.models import Case, Child, MatchDecision
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One answer to "is this the same child?", with the match that was shown."""

    match: Match
    choice: MatchDecision.Choice
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was found when a child was about to be recorded, and what was decided about each; None found nothing."""

    answer: Answer | None = None
    decisions: Sequence[Decision] = ()

    @property
    def used(self) -> Match | None:
        """The child whose record is used instead of a new one."""
        return next((each.match for each in self.decisions if each.choice == MatchDecision.Choice.SAME), None)


@one_transaction
def open_decided(new: NewChild, decided: Decided, *, team: Team, lawful_basis: str, by: Acting) -> Case:
    """Return the case of the known child who is used, opened if need be; else record the new one and open theirs.

    The decisions are kept either way. Raises Http404 for a known child whom ``by`` no longer sees, and what
    recording a child and opening a case raise.
    """
    if decided.used:
        child = access_child.child(by, decided.used.uuid)
        keep(decided, made=None, by=by)
        return access.open_case_of(by, child) or open_case(child, team=team, lawful_basis=lawful_basis, by=by)
    child = record_child(new, team=team, by=by)
    case = open_case(child, team=team, lawful_basis=lawful_basis, by=by)
    keep(decided, made=child, by=by)
    return case


@one_transaction
def keep(decided: Decided, *, made: Child | None, by: Acting) -> None:
    """Keep what was decided; ``made`` is the record that was made, None where a known one is used.

    Of a known child who is used that one decision is kept: about the others it says nothing for sure.
    """
    for each in decided.decisions:
        if decided.answer and (made is not None or each.choice == MatchDecision.Choice.SAME):
            _keep(each, decided.answer, made, by)


def _keep(decision: Decision, answer: Answer, made: Child | None, by: Acting) -> None:
    facts, score = decision.match.facts, decision.match.score
    kept = MatchDecision.objects.create(
        found=decision.match.child,
        made=made,
        asked_facts=answer.asked.snapshot(),
        found_facts=facts.snapshot(),
        levels={field: level.value for field, level in score.levels.items()},
        p_same=score.p_same,
        p_household=score.p_household,
        band=score.band.value,
        model_id=answer.version,
        choice=decision.choice,
        reason=decision.reason,
        decided_by=by.user,
        decided_for_id=cast("int", by.agency_id),  # whoever records a child acts for an agency
    )
    detail = {"choice": str(decision.choice), "decision": str(kept.uuid)}
    audit.record("match.decide", by=by, target="cases.Child", uuids=[decision.match.uuid], detail=detail)
