"""Two records of one child: saying so, merging them, and taking it back. Neither record is ever rewritten."""

from collections.abc import Sequence
from typing import cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases import timeline
from cases.access import open_cases_of
from cases.access_same_child import require_deciding
from cases.actions.child_change import begin
from cases.actions.grants import lock_as
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Child, SameChild
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@one_transaction
def link(one: Child, other: Child, *, reason: str, by: Acting) -> SameChild:
    """Say that two records are of one child; both stay as they are, and each names the other. Raises as ``merge``."""
    return _say(one, other, merged=False, reason=reason, by=by)


@one_transaction
def merge(kept: Child, other: Child, *, reason: str, by: Acting) -> SameChild:
    """Show ``other`` within ``kept`` from now on. Nothing is rewritten, and nobody sees more than before.

    Raises Http404 for who may not decide about records or may not change both; ValidationError without a
    reason, for a record with itself, where either is merged already, where both have an open case, and where
    the database holds another rule of docs/adr/0011-merging.md.
    """
    return _say(kept, other, merged=True, reason=reason, by=by)


@one_transaction
def undo(said: SameChild, *, reason: str, by: Acting) -> None:
    """Take back what was said of two records: both are what they were, with what came since.

    Raises Http404 for who may not decide about records or may not change both; ValidationError without a
    reason, and where it was taken back meanwhile.
    """
    require_deciding(by)
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say why it is taken back."))
    cases = _locked(said.kept, said.other, by)
    # past the door: what the caller has, once nobody else can change it
    holding = SameChild.objects.filter(pk=said.pk, ended_at__isnull=True)
    if not holding.update(ended_at=timezone.now(), ended_by=by.user, end_reason=reason.strip()):
        raise ValidationError(_("Nothing was changed: somebody has taken it back in the meantime."))
    told = ("child.same_undo", _("Records of the child were separated again"))
    _tell(said, told, cases, reason=reason, by=by)


def _say(kept: Child, other: Child, *, merged: bool, reason: str, by: Acting) -> SameChild:
    require_deciding(by)
    if not reason.strip():
        raise ValidationError(_("Nothing was changed. Say how you know that it is the same child."))
    if kept.pk == other.pk:
        raise ValidationError(_("Nothing was changed. These are not two records: it is the same one."))
    cases = _locked(kept, other, by)
    made = _insert(kept, other, merged=merged, reason=reason.strip(), cases=cases, by=by)
    title = _("Another record of the child was merged") if merged else _("Another record of the child was linked")
    _tell(made, ("child.merge" if merged else "child.link", title), cases, reason=reason, by=by)
    return made


def _locked(kept: Child, other: Child, by: Acting) -> list[Case]:
    """Lock both children and their open cases that ``by`` works on, each by key; return the cases.

    Before the database's own lock of all merges: whoever keeps a person out of a case has the case first.
    """
    for child in sorted((kept, other), key=lambda each: each.pk):
        begin(child, by)
    open_cases = open_cases_of(by, [kept, other], to=AccessLevel.CONTRIBUTE)
    return [lock_as(by, case, AccessLevel.CONTRIBUTE) for case in open_cases]


def _insert(kept: Child, other: Child, *, merged: bool, reason: str, cases: Sequence[Case], by: Acting) -> SameChild:
    if merged and len(cases) > 1:
        raise ValidationError(
            _(
                "Nothing was merged: both records have an open case. Close one of the cases first,"
                " or link the records, and both stay."
            )
        )
    try:
        with transaction.atomic():
            return SameChild.objects.create(
                kept=kept,
                other=other,
                merged=merged,
                reason=reason,
                made_by=by.user,
                made_for_id=cast("int", by.agency_id),
            )
    except IntegrityError as error:
        raise ValidationError(_why(str(error), kept, other, merged=merged, by=by)) from None


def _why(error: str, kept: Child, other: Child, *, merged: bool, by: Acting) -> str:
    if "samechild_said_once" in error:
        return _("Nothing was changed: that is said of these two records already.")
    by_merge = "samechild_merged_once" in error or "samechild_kept_is_not_merged" in error
    if by_merge and _is_merged_as_far_as_seen(kept, other, by):
        return _(
            "Nothing was merged: one of the records is merged with another record already."
            " Go to that record, or take the first merge back."
        )
    if not merged:
        return _(
            "Nothing was linked. Something stands against it that another has to settle. Ask the children’s social"
            " care duty desk to link the records."
        )
    # What else stands against it may be something that the person may not see: the same words for all.
    return _(
        "Nothing was merged. Something stands against it that has to be settled first: a case of one of the records"
        " that is open or restricted, or a person who is kept out. Ask the children’s social care duty desk,"
        " or link the records, and both stay."
    )


def _is_merged_as_far_as_seen(kept: Child, other: Child, by: Acting) -> bool:
    """Return whether a merge of either record stands that ``by`` may know of: of others nobody is told."""
    either = Q(kept__in=[kept, other]) | Q(other__in=[kept, other])
    return SameChild.objects.visible_to(by).filter(either, merged=True, ended_at__isnull=True).exists()


def _tell(said: SameChild, told: tuple[str, str], cases: Sequence[Case], *, reason: str, by: Acting) -> None:
    """Record it, and on the open cases for the writer's own team: others may not know of the other record."""
    action, title = told
    audit.record(action, by=by, target="cases.Child", uuids=[said.kept.uuid, said.other.uuid], reason=reason)
    for case in cases:
        event = timeline.Event(kind=Kind.CHILD_CHANGED, title=title, audience=timeline.OWN_TEAM)
        timeline.write(case, event, by=by)
