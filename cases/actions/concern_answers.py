"""Answering a concern: look at it, decide, and tell whoever wrote it."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from cases import access_concerns, beyond_sight
from cases.models import Concern, ConcernStep
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox

Kind = ConcernStep.Kind


@one_transaction
def look_at(concern: Concern, *, by: Acting) -> None:
    """Say that ``by`` has looked at ``concern``: its clock stops. A second time changes nothing.

    Raises Http404 for who does not answer for the team that holds it.
    """
    _must_answer(concern, by)
    # One at a time: two leads who answer at once must not lose the text of the second.
    Concern.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).get(pk=concern.pk)
    if not ConcernStep.objects.visible_to(by).filter(concern=concern, kind=Kind.LOOKED).exists():
        _add(concern, Kind.LOOKED, by=by)


@one_transaction
def decide(concern: Concern, decision: ConcernStep.Decision, *, reason: str, by: Acting) -> None:
    """Record what the team decided and why; to have decided is to have looked.

    Raises Http404 as ``look_at`` does, and ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError(_("Nothing was saved. Give the reason for the decision."))
    look_at(concern, by=by)
    _add(concern, Kind.DECIDED, decision=decision, text=reason, by=by)


@one_transaction
def tell_writer(concern: Concern, *, text: str, by: Acting) -> None:
    """Tell whoever wrote ``concern`` what became of it. Raises as ``look_at`` does, and ValidationError for no text."""
    if not text.strip():
        raise ValidationError(_("Nothing was sent. Write what the person who raised this may know."))
    look_at(concern, by=by)
    _add(concern, Kind.FEEDBACK, text=text, by=by)
    note = Note(
        kind="concern.feedback",
        subject=_("You have an answer to a concern that you logged"),
        body="",
        path=reverse("cases:concern", args=[concern.uuid]),
    )
    key = f"concern.feedback:{concern.uuid}:{by.origin.request_id}"
    if not beyond_sight.may_hear(concern.pk, {concern.author_id: concern.author_agency_id}):
        return  # kept out of the child's case meanwhile, or gone: they could not read it
    put_in_inbox(note, recipient_id=concern.author_id, dedupe_key=key, agency_id=concern.author_agency_id)


def _must_answer(concern: Concern, by: Acting) -> None:
    if not access_concerns.may_answer(by, concern):
        audit.record_refusal("concern.answer", by=by, target="cases.Concern", uuids=[concern.uuid])
        raise Http404


def _add(concern: Concern, kind: Kind, *, by: Acting, decision: str = "", text: str = "") -> None:
    ConcernStep.objects.create(
        concern=concern, kind=kind, decision=decision, text=text, team_id=concern.team_id, made_by=by.user
    )
    detail = {"kind": str(kind), "decision": decision}
    audit.record("concern.answer", by=by, target="cases.Concern", uuids=[concern.uuid], detail=detail)
