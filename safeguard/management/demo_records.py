"""What the demo's people recorded in parts: visits, contacts, decisions. All of it is invented."""

from datetime import datetime, timedelta

from django.utils import timezone

from agencies.acting import Acting, acting
from agencies.models import User
from cases.actions.discussions import say, start_thread
from cases.actions.meetings import Invited, call_meeting, contribute
from cases.actions.plans import agree_action, settle_action, start_plan
from cases.actions.records import Telling, add_record
from cases.models import (
    Case,
    Decision,
    FamilyContact,
    Involvement,
    Meeting,
    MeetingContribution,
    Plan,
    PlanAction,
    Record,
    Thread,
    Visit,
)
from safeguard.audit.actor import Origin
from safeguard.management.demo_cases import ALICE, GRACE, HANA, MO, TARIQ

# Surname, days ago, who recorded it, the record, and what it means for the child.
TOLD: tuple[tuple[str, int, str, type[Record], dict[str, str], str], ...] = (
    (
        "Example",
        27,
        ALICE,
        Visit,
        {
            "place": "home",
            "announced": "unannounced",
            "child_seen": "yes",
            "seen_alone": "yes",
            "bedroom": "seen",
            "present": "Gran",
            "child_said": "“Gran makes pancakes. Mum sleeps a lot, then I am quiet.”",
            "presentation": "Chatty and well dressed; yawned often.",
        },
        "Robin looks after the quiet in the house. Gran’s weekends are what Robin looks forward to.",
    ),
    (
        "Example",
        26,
        ALICE,
        FamilyContact,
        {
            "with_whom": "Robin’s mother",
            "means": "phone",
            "reached": "yes",
            "interpreter": "no",
            "family_said": "“I do want help with the nights. I did not know whom to ask.”",
        },
        "She asks for help herself: a strength to build on.",
    ),
    (
        "Example",
        25,
        MO,
        Decision,
        {
            "decided_by": "Maggie Mills, team manager",
            "decision": "A plan for a child in need, with Gran’s weekends as part of it.",
            "options": "Early help through the school alone; a strategy discussion.",
            "rationale": "Robin needs more than the school can give. Nobody has seen harm; the family asks for help.",
            "best_interests": "Robin stays at home, sleeps, and has somebody to ring.",
            "dissent_by": "Piotr Pryce, police",
            "dissent": "Would have preferred a strategy discussion after the call at night.",
            "child_told": "yes",
            "told_how": "By Alice, at school, with drawings. Robin asked whether Gran knows.",
        },
        "",
    ),
    (
        "Placeholder",
        50,
        GRACE,
        Visit,
        {
            "place": "home",
            "announced": "arranged",
            "child_seen": "yes",
            "seen_alone": "no",
            "not_alone_because": "Wren did not want to leave his mother’s lap.",
            "bedroom": "seen",
            "no_words_because": "Shy today; pointed at the bruise and at the stairs.",
        },
        "What he showed fits what his mother said.",
    ),
)


def seed_records() -> int:
    """Add what is told above to the demo's cases; return how many. A second run adds nothing."""
    # past the door: the owner looks what an earlier run seeded
    if Visit.objects.exists():
        return 0
    for surname, days, email, model, parts, significance in TOLD:
        telling = Telling(occurred_at=days_ago(days), significance=significance)
        add_record(case_of(surname), model(**parts), telling, by=person(email))
    _seed_plan()
    _seed_meeting()
    _seed_discussion()
    return len(TOLD)


def _seed_plan() -> None:
    """Start Robin's plan with its actions: one is done, one is overdue, two are yet to come."""
    case, by, today = case_of("Example"), person(ALICE), timezone.localdate()
    plan = Plan(
        sort="in_need",
        started_on=today - timedelta(days=24),
        wanted="“Mum gets up with me. I sleep, and I do not have to be quiet.”",
        child_said="“Gran at weekends, please.”",
        family_view="Robin’s mother wants help with the nights and agrees with the plan.",
        review_on=today + timedelta(days=60),
    )
    start_plan(case, plan, by=by)
    for email, what, outcome, days in ACTIONS:
        owner = User.objects.get(email=email) if email else None
        due = today + timedelta(days=days)
        action = PlanAction(what=what, outcome=outcome, owner_name="Gran", due_on=due)
        agree_action(case, action, Telling(), owner=owner, plan=plan, by=by)
        if what.startswith("Breakfast"):
            settle_action(action, evidence="Robin has come every day for two weeks.", by=by)


def _seed_meeting() -> None:
    """Call a meeting about Robin next week: school and health are asked beforehand, and the school has answered."""
    case, by = case_of("Example"), person(ALICE)
    # past the door: the owner adds to the demo
    parts = {each.team.agency.sector.code: each for each in Involvement.objects.filter(case=case)}
    meeting = Meeting(
        purpose="How is Robin sleeping, who helps on which day, and is the plan enough?",
        place="Oakfield Primary School, the small hall",
        planned_for=days_ago(-6),
        contributions_by=timezone.localdate() + timedelta(days=3),
    )
    invited = Invited(
        teams=[parts["police"]], asked=[parts["education"], parts["health"]], guests=["Robin’s mother", "Gran"]
    )
    call_meeting(case, meeting, Telling(matters_to_plan=True), invited, by=by)
    said = MeetingContribution(
        changed="Robin has come to breakfast club every day for two weeks. Two late mornings, both Mondays.",
        worries="Still tired on Mondays. Fell asleep in assembly once.",
        going_well="Sings in the choir; has a friend to walk home with.",
        child_said="“On Sundays I pack my bag myself.”",
        wanted="Can somebody ring on Sunday evenings?",
    )
    contribute(meeting, said, Telling(), by=person(TARIQ))


def _seed_discussion() -> None:
    """Ask school and health about Robin's nights; the school has answered."""
    case, by = case_of("Example"), person(ALICE)
    # past the door: the owner adds to the demo
    parts = {each.team.agency.sector.code: each for each in Involvement.objects.filter(case=case)}
    question = "Before we ask for a place: has anybody spoken with Robin’s mother about a sleep clinic already?"
    thread = Thread(subject="A sleep clinic for Robin’s mother", answer_by=timezone.localdate() + timedelta(days=2))
    asked = [parts["education"], parts["health"]]
    start_thread(case, thread, Telling(body=question, matters_to_plan=True), asked=asked, by=by)
    say(thread, "Not we. She told Daisy at the gate that she would like to.", by=person(TARIQ))


# Whose (empty: Gran's), what, what it changes, and by when in days from today.
ACTIONS = (
    (TARIQ, "Breakfast club at school, every day", "Robin starts the day fed and with friends.", -3),
    (HANA, "A talk with Robin’s mother about sleep", "Nights that the whole house sleeps through.", -2),
    (ALICE, "Find a sleep clinic that has room", "Robin’s mother is rested enough to get up.", 9),
    ("", "Robin stays from Friday to Sunday", "Two nights a week without worry.", 5),
)


def case_of(surname: str) -> Case:
    """Return the demo's case of the child with that surname."""
    # past the door: the owner adds to the demo
    return Case.objects.get(child__names__surname=surname)


def person(email: str) -> Acting:
    """Return one of the demo's people at work."""
    return acting(User.objects.get(email=email), Origin(channel="demo"))


def days_ago(days: int) -> datetime:
    """Return a moment of the working day so many days ago."""
    moment = timezone.localtime() - timedelta(days=days)
    return moment.replace(hour=9 + days % 8, minute=20, second=0, microsecond=0)
