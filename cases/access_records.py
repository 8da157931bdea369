"""The door to records: the structured rows beside timeline entries, each seen where its entry is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import cast
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.http import Http404

from agencies.acting import Acting
from cases.event_kinds import Kind
from cases.models import Case, Plan, PlanAction, Record, TimelineEntry, Visit
from cases.models.records import rows_of
from safeguard.audit import actions as audit
from safeguard.common.components import Row


def record_models() -> Mapping[Kind, type[Record]]:
    """Return the model of the record beside an entry of each kind that has one."""
    models = (model for model in apps.get_models() if issubclass(model, Record))
    return {kind: model for model in models for kind in model.kinds}


def record_of(by: Acting, entry: TimelineEntry) -> Record | None:
    """Return the record beside ``entry``, which came through the door; None for an entry that says all itself."""
    model = record_models().get(cast("Kind", entry.kind))
    return model.objects.visible_to(by).filter(entry=entry).first() if model else None


def rows_beside(entries: Collection[TimelineEntry]) -> dict[int, list[Row]]:
    """Return what the records beside ``entries`` say, by the entries' keys: one statement for each kind among them.

    The entries came through the door, and a record is seen where its entry is. What the child said is left out:
    the entry says it.
    """
    keys: dict[type[Record], list[int]] = defaultdict(list)
    models = record_models()
    for each in entries:
        if each.kind in models:
            keys[models[Kind(each.kind)]].append(each.pk)
    found = (record for model, of_kind in keys.items() for record in model.objects.filter(entry__in=of_kind))
    return {record.entry_id: list(rows_of(record, but=("child_said",))) for record in found}


def last_sighting(by: Acting, case: Case) -> Visit | None:
    """Return the newest visit to the child of ``case`` at which they were seen, of those that ``by`` may see."""
    visits = (
        Visit.objects.visible_to(by).filter(entry__case=case, child_seen="yes").select_related("entry__author_agency")
    )
    return visits.order_by("-entry__occurred_at", "-pk").first()


# --- Plans and actions ----------------------------------------------------------------------------


def plan(by: Acting, case: Case, ref: UUID) -> Plan:
    """Return the plan ``ref`` of ``case``, which came through the door. Raises Http404 for absent and forbidden."""
    found = Plan.objects.visible_to(by).filter(case=case, uuid=ref).select_related("entry", "case").first()
    if found is None:
        raise Http404
    return found


def action(by: Acting, case: Case, ref: UUID) -> PlanAction:
    """Return the action ``ref`` of ``case``, which came through the door. Raises Http404 for absent and forbidden."""
    found = PlanAction.objects.visible_to(by).filter(entry__case=case, uuid=ref)
    action = found.select_related("entry__case", "plan", "agency").first()
    if action is None:
        raise Http404
    return action


def actions_of(by: Acting, plans: Collection[Plan]) -> dict[int, list[PlanAction]]:
    """Return the actions of each of ``plans`` by its key that ``by`` may see, those to do first, then by their day."""
    found = PlanAction.objects.visible_to(by).filter(plan__in=plans).select_related("agency", "entry")
    of_plan: dict[int, list[PlanAction]] = {plan.pk: [] for plan in plans}
    for each in found.order_by("due_on", "pk"):
        of_plan[cast("int", each.plan_id)].append(each)
    return {key: sorted(actions, key=lambda a: a.state != PlanAction.State.OPEN) for key, actions in of_plan.items()}


def current_plans(by: Acting, case: Case) -> list[Plan]:
    """Return the current plans of ``case``, which came through the door, oldest first."""
    return list(Plan.objects.visible_to(by).filter(case=case, ended_on__isnull=True).order_by("started_on", "pk"))


MOST_ACTIONS = 100


def my_actions(by: Acting) -> list[PlanAction]:
    """Return what ``by`` and their teams have to do, the most urgent first; at most MOST_ACTIONS. One audit row."""
    mine = Q(owner_user=by.user_id) | Q(owner_team__in=by.team_ids)
    seen = PlanAction.objects.visible_to(by).filter(mine, state=PlanAction.State.OPEN)
    found = list(seen.select_related("entry__case", "plan").order_by("due_on", "pk")[:MOST_ACTIONS])
    audit.record_read("action.list", by=by, target="cases.PlanAction", uuids=[each.uuid for each in found])
    return found
