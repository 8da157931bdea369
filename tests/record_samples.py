"""A complete record of each kind, as somebody might have entered it; not saved."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.models import (
    ChildMissing,
    ChildReturned,
    Conference,
    Decision,
    FamilyContact,
    Meeting,
    MeetingContribution,
    Plan,
    PlanAction,
    Record,
    Review,
    StrategyDiscussion,
    Supervision,
    Visit,
)


def visit(**changes: Any) -> Visit:
    """Return a visit at home at which the child was seen alone."""
    values = {
        "place": "home",
        "announced": "arranged",
        "child_seen": "yes",
        "seen_alone": "yes",
        "bedroom": "seen",
        "child_said": "“I like it best when Gran is here.”",
    }
    return Visit(**values | changes)


def family_contact(**changes: Any) -> FamilyContact:
    """Return a phone call that was answered."""
    values = {
        "with_whom": "Mother",
        "means": "phone",
        "reached": "yes",
        "interpreter": "no",
        "family_said": "“Thursday is fine.”",
    }
    return FamilyContact(**values | changes)


def decision(**changes: Any) -> Decision:
    """Return a decision that everybody agreed to and the child was told of."""
    values = {
        "decided_by": "Maggie Mills, team manager",
        "decision": "Begin an assessment under section 17.",
        "options": "Early help; no further action.",
        "rationale": "Three missed meals in a week.",
        "best_interests": "The child eats every day and stays at home.",
        "child_told": "yes",
        "told_how": "At school, with drawings.",
    }
    return Decision(**values | changes)


def strategy_discussion(**changes: Any) -> StrategyDiscussion:
    """Return a strategy discussion of all three that decided on a joint enquiry."""
    values = {
        "social_care": "Grace Green, social worker; Maggie Mills, manager",
        "police": "Piotr Pryce",
        "health": "Hana Hughes, health visitor",
        "harm": "A bruise that does not fit what was said.",
        "outcome": "s47_joint",
        "rationale": "Reasonable cause to suspect significant harm.",
        "safety": "Gran stays in the house.",
    }
    return StrategyDiscussion(**values | changes)


def conference(**changes: Any) -> Conference:
    """Return an initial conference that decided on a plan."""
    values = {
        "sort": "initial",
        "chair": "Mo Malik",
        "attended": "Mother; school; health; police",
        "child_views": "Three houses, drawn with Alice.",
        "family_views": "Mother agrees that help is needed.",
        "outcome": "plan",
        "category": "NEG",
        "rationale": "Likely to suffer significant harm by neglect.",
    }
    return Conference(**values | changes)


def review(**changes: Any) -> Review:
    """Return a review of a plan that goes on."""
    values = {
        "sort": "plan",
        "chair": "Mo Malik",
        "attended": "Mother; school; health",
        "child_views": "“It is quieter now.”",
        "progress": "Breakfast every day; attendance 91 %.",
        "outcome": "goes_on",
        "rationale": "Three months of good news are needed.",
    }
    return Review(**values | changes)


def supervision(**changes: Any) -> Supervision:
    """Return a supervision note."""
    values = {
        "supervisor": "Maggie Mills",
        "discussed": "Weekends at Gran’s.",
        "reflection": "Nobody has asked the father.",
        "agreed": "Alice rings the father by Friday.",
    }
    return Supervision(**values | changes)


def child_missing(**changes: Any) -> ChildMissing:
    """Return a missing child of whom the police know."""
    values = {
        "last_seen": "At the bus station at six, alone.",
        "worries": "Older friends with a car.",
        "police_told": "yes",
        "police_reference": "NP 0001",
    }
    return ChildMissing(**values | changes)


def child_returned(**changes: Any) -> ChildReturned:
    """Return a return with an interview that the child accepted."""
    values = {
        "found_where": "Came home by bus.",
        "child_said": "“I was at the beach.”",
        "harm": "None that can be seen.",
        "interview": "accepted",
        "interviewer": "Vera Vaughan, Harbour Family Support",
    }
    return ChildReturned(**values | changes)


def plan(**changes: Any) -> Plan:
    """Return a child in need plan that began today; its case is still to be set."""
    values = {
        "sort": "in_need",
        "started_on": timezone.localdate(),
        "wanted": "“Somebody is there when I come home.”",
        "child_said": "“Breakfast.”",
        "family_view": "Mother agrees.",
    }
    return Plan(**values | changes)


def plan_action(**changes: Any) -> PlanAction:
    """Return an action of Gran's, due in a week."""
    due = timezone.localdate() + timedelta(days=7)
    values = {
        "what": "Walk to school together on Mondays",
        "outcome": "On time, and not alone.",
        "owner_name": "Gran",
        "due_on": due,
        "first_due_on": due,
    }
    return PlanAction(**values | changes)


def meeting(**changes: Any) -> Meeting:
    """Return a meeting in ten days; its case is still to be set."""
    planned_for = timezone.now() + timedelta(days=10)
    values = {
        "purpose": "Sleep, meals and who helps",
        "place": "Oakfield, staff room",
        "planned_for": planned_for,
        "contributions_by": timezone.localdate(planned_for) - timedelta(days=2),
    }
    return Meeting(**values | changes)


def contribution(**changes: Any) -> MeetingContribution:
    """Return what a team says before a meeting; the meeting is still to be set."""
    values = {
        "changed": "Every day at breakfast club.",
        "worries": "Tired on Mondays.",
        "going_well": "Sings in the choir.",
        "child_said": "“I like Fridays.”",
        "wanted": "Who rings the clinic?",
    }
    return MeetingContribution(**values | changes)


SAMPLES = (
    visit,
    family_contact,
    decision,
    strategy_discussion,
    conference,
    review,
    supervision,
    child_missing,
    child_returned,
    plan_action,
)


def one_of_each() -> list[Record]:
    """Return one complete record of each kind."""
    return [sample() for sample in SAMPLES]
