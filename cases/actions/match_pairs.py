"""Deciding about two records that are both there: the answer is kept, and what it means is done."""

from typing import cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import Acting
from cases.access_child import require_child
from cases.access_same_child import require_deciding
from cases.actions.same_child import link, merge
from cases.matching.access import current_model
from cases.matching.pairs import compared
from cases.models import Child, MatchDecision
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

Choice = MatchDecision.Choice


class Verdict(models.TextChoices):
    """What somebody says of two records; "this one" is the record from which they came."""

    MERGE = "merge", gettext_lazy("The same child: show the other record within this one")
    MERGE_INTO = "merge_into", gettext_lazy("The same child: show this record within the other one")
    LINK = "link", gettext_lazy("The same child: both records stay, and each names the other")
    NOT_SAME = "not_same", gettext_lazy("Not the same child")
    NOT_SURE = "not_sure", gettext_lazy("I am not sure")


CHOICES = {Verdict.NOT_SAME: Choice.NOT_SAME, Verdict.NOT_SURE: Choice.NOT_SURE}


@one_transaction
def decide(one: Child, other: Child, verdict: Verdict, *, reason: str, by: Acting) -> None:
    """Keep what ``by`` says of two records, with both as they stand, and link or merge them where they say so.

    Raises Http404 for who may not decide about records or may not change both, and what ``merge`` raises.
    """
    require_deciding(by)
    if not reason.strip():
        raise ValidationError(_("Nothing was saved. Say how you know."))
    for child in (one, other):
        require_child(by, child)
    _keep(one, other, CHOICES.get(verdict, Choice.SAME), reason.strip(), by)
    if verdict is Verdict.MERGE:
        merge(one, other, reason=reason, by=by)
    elif verdict is Verdict.MERGE_INTO:
        merge(other, one, reason=reason, by=by)
    elif verdict is Verdict.LINK:
        link(one, other, reason=reason, by=by)


def _keep(one: Child, other: Child, choice: MatchDecision.Choice, reason: str, by: Acting) -> None:
    model = current_model()
    alike = compared(one, other, model)
    if alike is None:  # a record so new that there is nothing to compare: what was said is on the audit
        audit.record("match.decide", by=by, target="cases.Child", uuids=[one.uuid, other.uuid], reason=reason)
        return
    facts, found_facts, score = alike
    kept = MatchDecision.objects.create(
        found=other,
        made=one,
        of_two_records=True,
        asked_facts=facts.snapshot(),
        found_facts=found_facts.snapshot(),
        levels={field: level.value for field, level in score.levels.items()},
        p_same=score.p_same,
        p_household=score.p_household,
        band=score.band.value,
        model_id=model.version,
        choice=choice,
        reason=reason,
        decided_by=by.user,
        decided_for_id=cast("int", by.agency_id),  # whoever decides about records acts for an agency
    )
    detail = {"choice": str(choice), "decision": str(kept.uuid)}
    audit.record("match.decide", by=by, target="cases.Child", uuids=[one.uuid, other.uuid], detail=detail)
