"""Records of one child: which may be, the two beside each other with what comes together, and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access_child, access_same_child
from cases.actions.match_pairs import Verdict, decide
from cases.actions.same_child import undo
from cases.forms.same_child import SameChildForm
from cases.forms.work import ReasonForm
from cases.matching.look import like
from cases.matching.pairs import explained_pair
from cases.views import words
from cases.views.work import form_methods

DONE = {
    Verdict.LINK: _("Each of the two records names the other now."),
    Verdict.NOT_SAME: _("It is kept that these are two children."),
    Verdict.NOT_SURE: _("It is kept that you are not sure. The pair stays in the queue."),
}


@require_safe
def same_child(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Show the records that may be of the same child."""
    access_same_child.require_deciding(request.acting)
    found = access_child.child_to_change(request.acting, uuid)
    said = access_same_child.said_of(request.acting, found)
    known = [record.child.uuid for record in access_same_child.other_records(request.acting, found, said)]
    context = {"child": found, "answer": like(found, by=request.acting, but=known)}
    return render(request, "cases/same_child.html", context)


@form_methods
def same_child_pair(request: ActingRequest, uuid: UUID, other: UUID) -> HttpResponse:
    """Show two records beside each other, with what a merge brings together, and take the decision."""
    by = request.acting
    one, two = access_same_child.two_records(by, uuid, other)
    form = SameChildForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        decide(one, two, form.said, reason=data["reason"], by=by)

    if attempted(form, act):
        done = DONE.get(form.said, _("The records are merged. This page shows both, each with what it held."))
        messages.success(request, done)
        return redirect("cases:child", uuid=(two if form.said is Verdict.MERGE_INTO else one).uuid)
    context = {
        "child": one,
        "words": words.SAME_CHILD,
        "records": [access_same_child.record(by, each) for each in (one, two)],
        "explained": explained_pair(one, two),
        "desks": access_same_child.hidden_desks(one, two),
    }
    return form_page(request, "cases/same_child_pair.html", form, context)


@form_methods
def same_child_undo(request: ActingRequest, uuid: UUID, said: UUID) -> HttpResponse:
    """Take back that two records are of one child."""
    found = access_child.child_to_change(request.acting, uuid)
    holding = access_same_child.said(request.acting, found, said)
    texts = words.UNDO_MERGE if holding.merged else words.UNDO_LINK
    form = ReasonForm(request.POST or None)
    if attempted(form, lambda data: undo(holding, reason=data["reason"], by=request.acting)):
        messages.success(request, str(texts.done))
        return redirect("cases:child", uuid=uuid)
    return form_page(request, "cases/child_form.html", form, {"child": found, "words": texts})
