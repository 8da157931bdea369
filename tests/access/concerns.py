"""Concerns for the scene: some at random, of every route, and some that people logged."""

from random import Random
from typing import Any
from uuid import uuid4

from django.utils import timezone

from agencies.models import Team, User
from cases.actions.children import NewChild
from cases.actions.concern_answers import decide, tell_writer
from cases.actions.concerns import NewConcern, log_concern
from cases.actions.drafts import save_draft
from cases.actions.injuries import NewInjury
from cases.body_map import InjuryKind
from cases.concern_codes import HowKnown, NextStep, Route
from cases.concern_routes import Passing
from cases.models import Case, Child, ChildName, Concern, ConcernDraft, ConcernStep, InjuryMark, TimelineEntry
from tests.access.marks import Marks
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.factories import as_owner, attachment_of, make_team


def random_concern(random: Random, child: Child, teams: list[Team], users: list[User]) -> None:
    """Make a concern about ``child`` as its owner could, linked to an entry of the child's where one is free."""
    route = random.choice(["usual", "usual", "unreachable", "implicated", "staff"])
    author = random.choice([user for user in users if user.memberships.exists()])
    entry = None
    if route in {"usual", "unreachable"} and random.random() < 0.4:
        entry = TimelineEntry.objects.filter(case__child=child, concern__isnull=True).first()
    made = Concern.objects.create(
        child=child,
        case_id=entry.case_id if entry else None,
        entry=entry,
        team=random.choice(teams),
        also=random.choice([None, random.choice(teams)]),
        author=author,
        author_agency=author.memberships.all()[0].agency,
        facts="f",
        occurred_at=timezone.now(),
        known_by="seen",
        next_step="refer",
        next_step_owner=author,
        next_step_reason="r",
        route=route,
        route_reason="r",
        staff_name="s",
        workplace=random.choice(teams).agency if route == "staff" else None,
    )
    InjuryMark.objects.create(concern=made, region="back_buttocks", x=1, y=1, kind="bruise", words="w")
    if random.random() < 0.3:
        made.implicated.add(*[user for user in random.sample(users, k=2) if user != author])


def logged_concerns(people: dict[str, Person], cases: dict[str, Case], marks: Marks) -> dict[str, Concern]:
    """Log concerns by the form's action: of one's own team, on the shared case's timeline, and by a teacher."""
    staff = Passing(route=Route.STAFF, staff_name=marks.fresh(), workplace=people["olive"].membership.agency)
    make_team(people["hana"].membership.agency, "Designated officer", kind="allegations")
    made = {
        "about staff": _log(people["tariq"], marks, NewChild(given=marks.fresh()), passing=staff),
        "own team": _log(people["alice"], marks, NewChild(given=marks.fresh())),
        "on a case": _log(people["alice"], marks, cases["shared"].child),
        "of a teacher": _log(people["tariq"], marks, NewChild(given=marks.fresh())),
    }
    _answer(people["daisy"], made["of a teacher"], marks)
    made["to join"] = _stored(people["alice"], cases["shared"].child, marks)
    marks.bind(staff.staff_name, "Concern", made["about staff"].pk, "staff_name")
    return made


def _stored(person: Person, child: Child, marks: Marks) -> Concern:
    """Make a concern, with a file, that a team kept to itself before it was involved in the child's case."""
    facts, name = marks.fresh(), marks.fresh()
    with as_owner():
        made = Concern.objects.create(
            child=child,
            team=person.membership.teams.get(),
            author=person.user,
            author_agency=person.membership.agency,
            facts=facts,
            occurred_at=timezone.now(),
            known_by="seen",
            next_step="tell_worker",
            next_step_owner=person.user,
        )
        file = attachment_of(made, person.user, name=name)
    marks.bind(facts, "Concern", made.pk, "facts")
    marks.bind(name, "Attachment", file.pk, "name")
    return made


def _answer(person: Person, concern: Concern, marks: Marks) -> None:
    reason, feedback = marks.fresh(), marks.fresh()
    with entered(person) as by:
        decide(concern, ConcernStep.Decision.MONITOR, reason=reason, by=by)
        tell_writer(concern, text=feedback, by=by)
    with as_owner():
        for mark in (reason, feedback):
            marks.bind(mark, "ConcernStep", ConcernStep.objects.get(text=mark).pk, "text")


def _log(person: Person, marks: Marks, child: Child | NewChild, **more: Any) -> Concern:
    facts, opinion, injury = marks.fresh(), marks.fresh(), marks.fresh()
    seen = NewInjury(region="front_chest", kind=InjuryKind.BRUISE, words=injury)
    with entered(person) as by:
        made = log_concern(
            NewConcern(
                child=child,
                facts=facts,
                opinion=opinion,
                occurred_at=timezone.now(),
                known_by=HowKnown.SEEN,
                next_step=NextStep.TELL_LEAD,
                injuries=(seen,),
                **more,
            ),
            by=by,
        )
    if isinstance(child, NewChild):
        with as_owner():
            marks.bind(child.given, "ChildName", ChildName.objects.latest("pk").pk, "given")
    with as_owner():
        marks.bind(injury, "InjuryMark", InjuryMark.objects.get(concern=made).pk, "words")
    # What an entry repeats is seen by whoever sees the entry, and the concern with it.
    marks.bind(facts, "Concern", made.pk, "facts")
    marks.bind(opinion, "Concern", made.pk, "opinion")
    return made


def drafts(people: dict[str, Person], marks: Marks) -> dict[str, ConcernDraft]:
    """Keep a draft of Alice's and one of Tariq's."""
    made = {}
    for name in ("alice", "tariq"):
        facts = marks.fresh()
        with entered(people[name]) as by:
            kept = save_draft(uuid4(), {"facts": [facts]}, version=0, by=by)
        with as_owner():
            made[name] = ConcernDraft.objects.get(uuid=kept.uuid)
        marks.bind(facts, "ConcernDraft", made[name].pk, "content")
    return made
