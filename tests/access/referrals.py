"""Referrals for the scene: some at random, and some that people sent, with drafts."""

from dataclasses import dataclass, field, replace
from random import Random
from uuid import uuid4

from django.utils import timezone

from agencies.models import Agency, Team, User
from cases.models import Child, ChildName, Involvement, TimelineEntry
from cases.references import new_reference
from referrals.actions import life
from referrals.actions.accept import Accepting, accept
from referrals.actions.challenges import take_challenge_step
from referrals.actions.checks import answer_check, ask_agency
from referrals.actions.drafts import save_part
from referrals.actions.public import Report, report
from referrals.actions.submit import NewReferral, Relative, submit
from referrals.codes import Outcome, Rating, Source
from referrals.models import (
    Acceptance,
    AgencyCheck,
    ChallengeStep,
    PublicReporter,
    Referral,
    ReferralDraft,
    ReferralHold,
    ReferralRelative,
    ReferralStep,
    TriageNote,
)
from safeguard.audit.actor import Actor
from tests.access.marks import Marks
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person
from tests.factories import as_owner

SHARED = {
    "urgency": 2,
    "parents_told": "no",
    "consent": "not_asked",
    "ground": "child",
    "ground_reason": "r",
}


@dataclass
class Referred:
    """What people of the scene sent, and what they keep."""

    sent: dict[str, Referral] = field(default_factory=dict)
    drafts: dict[str, ReferralDraft] = field(default_factory=dict)
    check: AgencyCheck = field(default_factory=AgencyCheck)
    hold: ReferralHold = field(default_factory=ReferralHold)


def random_referral(random: Random, teams: list[Team], users: list[User]) -> None:
    """Make a referral as its owner could: any team's, to any agency, kept from anybody."""
    author, team = random.choice([user for user in users if user.memberships.exists()]), random.choice(teams)
    made = Referral.objects.create(
        **SHARED,
        given="g",
        facts="f",
        reference=new_reference(),
        bundle=uuid4(),
        submitted_by=author,
        from_agency=team.agency,
        from_team=team,
        to_agency=random.choice(teams).agency,
    )
    ReferralRelative.objects.create(referral=made, name="n", kind="mother")
    step = {"action": "submit", "state": "submitted", "text": "t"}
    ReferralStep.objects.create(referral=made, made_by=author, made_for=made.from_agency, **step)
    answered = {"answer": "a", "answered_by": author, "answered_at": timezone.now()}
    asked = answered | {"told": "t", "question": "q", "asked_by": author, "answer_by": timezone.now()}
    other = random.choice(teams).agency
    AgencyCheck.objects.create(referral=made, agency=other, asked_for=made.to_agency, **asked)
    said = {"number": 1, "stage": 1, "kind": "raise", "text": "t"}
    ChallengeStep.objects.create(referral=made, made_by=author, made_for=team.agency, **said)
    note = {"kind": "decided", "outcome": "advice", "text": "t", "reasons": "r"}
    TriageNote.objects.create(referral=made, made_by=author, **note)
    _random_report(random, teams)
    _random_hold(random, made, users)
    if random.random() < 0.4:
        made.kept_from.add(*random.sample(users, k=2))


def _random_hold(random: Random, referral: Referral, users: list[User]) -> None:
    child = Child.objects.order_by("-pk").first()
    person, decider = random.sample(users, k=2)
    if child and random.random() < 0.6:
        ended = {"choice": random.choice(["same", "not_same"]), "decided_by": decider, "decided_at": timezone.now()}
        decided = ended if random.random() < 0.5 else {}
        ReferralHold.objects.create(referral=referral, person=person, child=child, **decided)


def _random_report(random: Random, teams: list[Team]) -> None:
    sent = {"urgency": 2, "facts": "f", "reference": new_reference(), "bundle": uuid4(), "source": "public"}
    made = Referral.objects.create(**sent, to_agency=random.choice(teams).agency)
    ReferralStep.objects.create(referral=made, action="submit", state="submitted")
    PublicReporter.objects.create(referral=made, name="n", form_hash=str(uuid4()), secret_hash="s")


def referred(people: dict[str, Person], marks: Marks) -> Referred:
    """Let a teacher refer a child, one whom a colleague must not know of, and Alice one to her own agency."""
    to = people["alice"].membership.agency
    kept = Referred()
    kept.sent["of a teacher"] = _send(people["tariq"], marks, to)
    kept.sent["kept from a lead"] = _send(people["tariq"], marks, to, people["daisy"].user)
    kept.sent["own"] = _send(people["alice"], marks, to)
    _decide(people["tess"], kept.sent["kept from a lead"], marks)
    kept.sent["on a case"] = _send(people["daisy"], marks, to)
    _decide(people["tess"], kept.sent["on a case"], marks, Outcome.IN_NEED)
    _accept(people["tess"], kept.sent["on a case"], marks)
    kept.sent["of a neighbour"] = _report(marks, to)
    kept.sent["of a nurse"] = _report(marks, to, Source.PROFESSIONAL)
    kept.check = _check(people["tess"], people["daisy"], kept.sent["own"], marks)
    _challenge(people["tariq"], kept.sent["kept from a lead"], marks)
    kept.hold = _hold(kept.sent["of a teacher"], kept.sent["on a case"], people["hana"].user)
    kept.drafts = {name: _draft(people[name], marks) for name in ("alice", "tariq")}
    return kept


def _send(person: Person, marks: Marks, to: Agency, *kept_from: User) -> Referral:
    given, facts, name = (marks.fresh() for _ in range(3))
    relative = Relative(fields={"name": name, "kind": "mother"}, of=frozenset({0}))
    new = NewReferral(shared=SHARED | {"facts": facts}, children=[{"given": given}], relatives=[relative], to_agency=to)
    with entered(person) as by:
        (made,) = submit(replace(new, kept_from=kept_from), by=by)
    with as_owner():
        row = ReferralRelative.objects.get(referral=made)
    marks.bind(given, "Referral", made.pk, "given")
    marks.bind(facts, "Referral", made.pk, "facts")
    marks.bind(name, "ReferralRelative", row.pk, "name")
    return made


def _challenge(person: Person, referral: Referral, marks: Marks) -> None:
    text = marks.fresh()
    with entered(person) as by:
        made = take_challenge_step(referral, ChallengeStep.Kind.RAISE, text=text, number=1, by=by)
    marks.bind(text, "ChallengeStep", made.pk, "text")


def _check(person: Person, other: Person, referral: Referral, marks: Marks) -> AgencyCheck:
    told, question, answer = (marks.fresh() for _ in range(3))
    with entered(person) as by:
        made = ask_agency(referral, other.membership.agency, told=told, question=question, by=by)
    with entered(other) as by:
        answer_check(made, answer=answer, by=by)
    for name, text in (("told", told), ("question", question), ("answer", answer)):
        marks.bind(text, "AgencyCheck", made.pk, name)
    return made


def _hold(referral: Referral, other: Referral, person: User) -> ReferralHold:
    """Keep somebody out for now, for the child of another referral."""
    with as_owner():
        child = Acceptance.objects.get(referral=other).child
        return ReferralHold.objects.create(referral=referral, person=person, child=child)


def _report(marks: Marks, to: Agency, source: Source = Source.PUBLIC) -> Referral:
    facts, name = marks.fresh(), marks.fresh()
    said = {"urgency": 2, "facts": facts, "consent": "given"}
    new = Report(source=source, said=said, reporter={"name": name, "email": "n@health.example"}, to_agency=to)
    report(new, key=uuid4(), by=Actor(job="public report"))
    with as_owner():
        reporter = PublicReporter.objects.select_related("referral").get(name=name)
    marks.bind(facts, "Referral", reporter.referral_id, "facts")
    marks.bind(name, "PublicReporter", reporter.pk, "name")
    return reporter.referral


def _accept(person: Person, referral: Referral, marks: Marks) -> None:
    given, purpose = marks.fresh(), marks.fresh()
    team = person.membership.teams.get()
    with entered(person) as by:
        new = Accepting(team=team, lawful_basis="ca2004_s11", given=given, purpose=purpose, involve_basis="ca2004_s11")
        made = accept(referral, new, by=by)
    with_later_transaction(made)
    with as_owner():
        marks.bind(given, "ChildName", ChildName.objects.latest("pk").pk, "given")
        marks.bind(purpose, "Involvement", Involvement.objects.latest("pk").pk, "purpose")
        marks.know_copies(TimelineEntry.objects.filter(case=made))


def _decide(person: Person, referral: Referral, marks: Marks, outcome: Outcome = Outcome.ADVICE) -> None:
    rationale, reasons = marks.fresh(), marks.fresh()
    with entered(person) as by:
        life.take(referral, Rating.GREEN, version=1, by=by)
        decision = life.Decision(outcome=outcome, rationale=rationale, reasons=reasons)
        life.decide(referral, decision, version=2, by=by)
    with as_owner():
        marks.bind(rationale, "TriageNote", TriageNote.objects.get(text=rationale).pk, "text")
        marks.bind(reasons, "ReferralStep", ReferralStep.objects.get(text=reasons).pk, "text")


def _draft(person: Person, marks: Marks) -> ReferralDraft:
    ref, facts = uuid4(), marks.fresh()
    with entered(person) as by:
        save_part(ref, "concern", {"facts": [facts]}, version=0, by=by)
        save_part(ref, "child-1", {"given": ["Robin"]}, version=0, by=by)
    with as_owner():
        made = ReferralDraft.objects.get(uuid=ref)
    marks.bind(facts, "ReferralDraft", made.pk, "content")
    return made
