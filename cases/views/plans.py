"""Plans and their actions: starting, reading, ending; agreeing, settling and moving what is to be done."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from agencies.request import ActingRequest
from agencies.views.attempt import attempted, form_page
from cases import access, access_records
from cases.actions.plans import agree_action, end_plan, move_action, settle_action, start_plan
from cases.audience import OPEN_TO_ALL, Outlook, preview
from cases.forms.plans import ActionForm, DoneForm, EndPlanForm, MoveForm, NotDoneForm, PlanForm
from cases.models import AccessLevel, Case, Plan, PlanAction
from cases.models.records import rows_of
from cases.views.checked import check_page, checked_and_saved
from cases.views.words import Words

form_methods = require_http_methods(["GET", "POST"])
START = Words(
    gettext_lazy("Start a plan"),
    gettext_lazy("Start the plan"),
    gettext_lazy("The plan is started. Add who does what by when."),
    (gettext_lazy("Everybody who is involved in the case sees the plan. Each action has its own audience."),),
)
END = Words(
    gettext_lazy("End the plan"),
    gettext_lazy("End the plan"),
    gettext_lazy("The plan has ended."),
    (gettext_lazy("What is still to do stays to do, and stays with its owner."),),
    "warning",
)
DONE = Words(gettext_lazy("The action is done"), gettext_lazy("Save"), gettext_lazy("The action is done."))
NOT_DONE = Words(
    gettext_lazy("The action will not be done"), gettext_lazy("Save"), gettext_lazy("The reason is on record.")
)
MOVE = Words(gettext_lazy("Change the date"), gettext_lazy("Save"), gettext_lazy("The date is changed."))


@form_methods
def plan_add(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Start a plan."""
    case = _contributed(request, uuid)
    form = PlanForm(request.POST or None)
    made: list[Plan] = []

    def act(_data: dict[str, Any]) -> None:
        made.append(start_plan(case, form.plan(), by=request.acting))

    if attempted(form, act):
        return _done(request, case, made[0], START)
    return form_page(request, "cases/plan_form.html", form, {"case": case, "words": START})


@require_safe
def plan(request: ActingRequest, uuid: UUID, plan: UUID) -> HttpResponse:
    """Show a plan with its actions and how far they are."""
    by = request.acting
    case = access.case(by, uuid)
    found = access_records.plan(by, case, plan)
    actions = access_records.actions_of(by, [found])[found.pk]
    context = {
        "case": case,
        "contributes": case.held_level >= AccessLevel.CONTRIBUTE,
        "plan": found,
        "rows": list(rows_of(found)),
        "actions": [(each, _may_settle(request, case, each)) for each in actions],
        "done": sum(each.state == PlanAction.State.DONE for each in actions),
        "overdue": sum(each.is_overdue() for each in actions),
        "today": timezone.localdate(),
    }
    return render(request, "cases/plan.html", context)


def _may_settle(request: ActingRequest, case: Case, action: PlanAction) -> bool:
    owns = action.owner_user_id == request.acting.user_id or action.owner_team_id in request.acting.team_ids
    return action.state == PlanAction.State.OPEN and (owns or case.held_level >= AccessLevel.CONTRIBUTE)


@form_methods
def plan_end(request: ActingRequest, uuid: UUID, plan: UUID) -> HttpResponse:
    """End a plan."""
    case = _contributed(request, uuid)
    found = access_records.plan(request.acting, case, plan)
    form = EndPlanForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        end_plan(found, ended_on=data["ended_on"], reason=data["reason"], by=request.acting)

    if attempted(form, act):
        return _done(request, case, found, END)
    return form_page(request, "cases/plan_form.html", form, {"case": case, "plan": found, "words": END})


@form_methods
def action_add(request: ActingRequest, uuid: UUID, plan: UUID) -> HttpResponse:
    """Agree an action of a plan: the form, then who will see it, then the saving."""
    by = request.acting
    case = _contributed(request, uuid)
    found = access_records.plan(by, case, plan)
    form = ActionForm(request.POST or None, by=by, case=case, default=OPEN_TO_ALL)

    def act(_data: dict[str, Any]) -> None:
        agree_action(case, form.action(), form.telling(), owner=form.chosen_owner(), plan=found, by=by)

    def outlook() -> Outlook:
        return preview(case, form.chosen_audience(), by=by)

    if checked_and_saved(request, form, act, outlook):
        messages.success(request, _("The action is agreed."))
        return redirect("cases:plan", uuid=case.uuid, plan=found.uuid)
    context = {"case": case, "plan": found, "summary": form.summary}
    return check_page(request, "cases/action_add.html", form, context, outlook)


@form_methods
def action_done(request: ActingRequest, uuid: UUID, action: UUID) -> HttpResponse:
    """Say that an action is done."""
    case, found = _to_do(request, uuid, action)
    form = DoneForm(request.POST or None)
    if attempted(form, lambda data: settle_action(found, evidence=data["evidence"], by=request.acting)):
        return _changed(request, case, found, DONE)
    return _change_page(request, case, found, form, DONE)


@form_methods
def action_not_done(request: ActingRequest, uuid: UUID, action: UUID) -> HttpResponse:
    """Say why an action will not be done."""
    case, found = _to_do(request, uuid, action)
    form = NotDoneForm(request.POST or None)
    if attempted(form, lambda data: settle_action(found, not_done_because=data["reason"], by=request.acting)):
        return _changed(request, case, found, NOT_DONE)
    return _change_page(request, case, found, form, NOT_DONE)


@form_methods
def action_move(request: ActingRequest, uuid: UUID, action: UUID) -> HttpResponse:
    """Change the day of an action."""
    case, found = _to_do(request, uuid, action)
    form = MoveForm(request.POST or None)
    if attempted(
        form, lambda data: move_action(found, due_on=data["due_on"], reason=data["reason"], by=request.acting)
    ):
        return _changed(request, case, found, MOVE)
    return _change_page(request, case, found, form, MOVE)


@require_safe
def my_actions(request: ActingRequest) -> HttpResponse:
    """List what the reader and their teams have to do."""
    actions = access_records.my_actions(request.acting)
    context = {"actions": actions, "today": timezone.localdate(), "most": access_records.MOST_ACTIONS}
    return render(request, "cases/my_actions.html", context)


def _contributed(request: ActingRequest, uuid: UUID) -> Case:
    return access.case(request.acting, uuid, to=AccessLevel.CONTRIBUTE)


def _done(request: ActingRequest, case: Case, plan: Plan, words: Words) -> HttpResponse:
    messages.success(request, str(words.done))
    return redirect("cases:plan", uuid=case.uuid, plan=plan.uuid)


def _to_do(request: ActingRequest, uuid: UUID, ref: UUID) -> tuple[Case, PlanAction]:
    """Return the case and an open action of it that the person may settle. Raises Http404."""
    case = access.case(request.acting, uuid)
    found = access_records.action(request.acting, case, ref)
    if not _may_settle(request, case, found):
        raise access.refusal(request.acting, case)
    return case, found


def _changed(request: ActingRequest, case: Case, action: PlanAction, words: Words) -> HttpResponse:
    if action.plan:
        return _done(request, case, action.plan, words)
    messages.success(request, str(words.done))
    return redirect("cases:my_actions")


def _change_page(
    request: ActingRequest, case: Case, action: PlanAction, form: forms.BaseForm, words: Words
) -> HttpResponse:
    context = {"case": case, "plan": action.plan, "action": action, "words": words}
    return form_page(request, "cases/plan_form.html", form, context)
