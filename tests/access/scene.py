"""A partnership at work: the cast, other kinds of people, cases made at random and cases made by actions.

Every text field of every protected record carries a mark of its own.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from django.db.models import Model
from django.utils import timezone

from agencies.models import Membership, Sector, Team, User
from agencies.practice_events import PracticeEvent
from cases import timeline
from cases.actions.allocation import allocate
from cases.actions.beside import correct, dispute
from cases.actions.children import NewChild
from cases.actions.deadlines import agree
from cases.actions.discussions import mark_thread_read, say, start_thread
from cases.actions.emergency import take_emergency_access
from cases.actions.entries import add_entry
from cases.actions.gaps import say_not_needed
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.meetings import Invited, call_meeting, contribute
from cases.actions.opening import close_case, open_child_case
from cases.actions.plans import agree_action, start_plan
from cases.actions.records import Telling, add_record
from cases.actions.restriction import exclude, restrict
from cases.event_kinds import Kind
from cases.models import (
    AccessLevel,
    Address,
    Attachment,
    Case,
    CaseExclusion,
    CaseGroupGrant,
    CaseUserGrant,
    Child,
    ChildIdentifier,
    ChildName,
    Concern,
    ConcernDraft,
    Deadline,
    Involvement,
    KnownService,
    MeetingSeat,
    NotNeeded,
    Person,
    Relationship,
    Thread,
    TimelineEntry,
)
from cases.querysets import ongoing
from cases.timeline import AUTHORS_TEAM_ONLY, EVERY_SECTOR, EVERYBODY_INVOLVED, OWN_TEAM, Audience, Event
from tests.access import oracle
from tests.access.concerns import drafts, logged_concerns, random_concern
from tests.access.facts import Facts, facts, reader_of
from tests.access.marks import Marks
from tests.access.referrals import Referred, random_referral, referred
from tests.access.worlds import make_case
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person as Actor
from tests.factories import as_owner, attachment_of, chronology_of, load_england
from tests.record_samples import SAMPLES, contribution, meeting, plan, plan_action, visit

Cast = dict[str, Actor]
BASIS = "ca2004_s11"


@dataclass
class Scene:
    """The people by name, the cases that actions made by what became of them, and the marks."""

    people: Cast
    made: dict[str, Case]
    marks: Marks
    truth: Facts
    concerns: dict[str, Concern] = field(default_factory=dict)
    drafts: dict[str, ConcernDraft] = field(default_factory=dict)
    referrals: Referred = field(default_factory=Referred)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)  # of addresses, where somebody asked them all

    def reader(self, name: str) -> oracle.Reader | None:
        """Return a person as the oracle knows them, None for a visitor and for somebody without a membership."""
        return reader_of(self.people[name].membership) if name in self.people else None

    def look_again(self) -> None:
        """Read the truth anew, after something was done."""
        self.truth = facts()
        self.marks.know_keys(self.truth)


def make_scene(cast: Cast, seed: int, *, cases: int) -> Scene:
    """Return the scene of ``seed`` with so many cases at random beside those that actions made."""
    random = Random(seed)  # noqa: S311  (a scene, not a secret)
    marks = Marks()
    users = [person.user for person in cast.values()]
    load_england()
    with as_owner():
        teams = list(Team.objects.select_related("agency", "group").order_by("pk"))
        for _ in range(cases):
            _furnished_case(random, teams, users)
    marks.put_everywhere()
    scene = Scene(cast, {}, marks, facts())
    scene.made = _worked_cases(cast, marks)
    scene.concerns = logged_concerns(cast, scene.made, marks)
    scene.drafts = drafts(cast, marks)
    scene.referrals = referred(cast, marks)
    scene.look_again()
    return scene


# --- Cases at random ------------------------------------------------------------------------------


def _furnished_case(random: Random, teams: list[Team], users: list[User]) -> None:
    child = Child.objects.create(recorded_by_team=random.choice(teams))
    known = make_case(random, child, teams, users)
    _furnish_child(random, child, teams, users)
    _furnish_case(random, known.pk, users)
    random_concern(random, child, teams, users)
    random_referral(random, teams, users)


def _furnish_child(random: Random, child: Child, teams: list[Team], users: list[User]) -> None:
    by = {"recorded_by": random.choice(users), "child": child}
    ChildName.objects.create(given="g", surname="s", **by)
    ChildName.objects.create(given="g", surname="s", kind="b_known_as", **by)
    ChildIdentifier.objects.create(kind="local", value="v", **by)
    Address.objects.create(lines="l", **by)
    hidden = Address.objects.create(lines="l", is_protected=True, **by)
    if random.random() < 0.5:
        hidden.readers.add(random.choice(users))
    team = random.choice(teams)
    person = Person.objects.create(name="n", recorded_by_team=team)
    Relationship.objects.create(child=child, person=person, kind="mother", recorded_by_team=team, recorded_by=users[0])
    KnownService.objects.create(kind="gp", name="n", **by)


def _furnish_case(random: Random, pk: int, users: list[User]) -> None:
    fields: dict[str, Any] = {"level_of_need": random.choice([None, 1, 2, 3, 4])}
    if random.random() < 0.5:
        fields["allocated_to"] = random.choice(users)
    if random.random() < 0.2:
        fields |= {"status": "closed", "closed_at": timezone.now()}
    Case.objects.filter(pk=pk).update(**fields)
    for share in Involvement.objects.filter(case=pk):
        share.started_by = random.choice(users)
        share.confidential = random.random() < 0.4
        share.save()
        if random.random() < 0.3:
            share.readers.add(random.choice(users))
    chronology_of(pk, random.choice(users))
    for entry in TimelineEntry.objects.filter(case=pk):
        if random.random() < 0.5:
            attachment_of(entry, users[0])
    if random.random() < 0.5:
        sector = random.choice(list(Sector.objects.all()))
        NotNeeded.objects.create(case_id=pk, sector=sector, reason="r", decided_by=users[0])
    for entry in TimelineEntry.objects.filter(case=pk):
        _furnish_entry(random, entry)


def _furnish_entry(random: Random, entry: TimelineEntry) -> None:
    record = random.choice(SAMPLES)()
    entry.kind, record.entry = record.happened_as(), entry
    entry.save()
    record.save()


# --- Cases that people worked on ------------------------------------------------------------------


@dataclass
class _Work:
    """Actions by Alice, each text with a mark that is bound to where the action puts it."""

    cast: Cast
    marks: Marks

    def open(self) -> Case:
        given, surname = self.marks.fresh(), self.marks.fresh()
        with entered(self.cast["alice"]) as by:
            team = by.membership.teams.get() if by.membership else None
            assert team
            made = open_child_case(NewChild(given=given, surname=surname), team=team, lawful_basis=BASIS, by=by)
        with_later_transaction(made)
        self._bind_newest(ChildName, given=given, surname=surname)
        return made

    def involve(self, case: Case, name: str, **terms: Any) -> Involvement:
        purpose = self.marks.fresh()
        team = self.cast[name].membership.teams.get()
        with entered(self.cast["alice"]) as by:
            made = involve(case, team, Terms(purpose=purpose, lawful_basis=BASIS, **terms), by=by)
        self.marks.bind(purpose, "Involvement", made.pk, "purpose")
        return made

    def end(self, involvement: Involvement) -> None:
        reason = self.marks.fresh()
        with entered(self.cast["alice"]) as by:
            end_involvement(involvement, reason=reason, by=by)
        self.marks.bind(reason, "Involvement", involvement.pk, "end_reason")

    def exclude(self, case: Case, name: str) -> None:
        reason = self.marks.fresh()
        with entered(self.cast["alice"]) as by:
            exclude(case, self.cast[name].user, reason=reason, by=by)
        self._bind_newest(CaseExclusion, reason=reason)

    def restrict(self, case: Case, *names: str) -> None:
        reason = self.marks.fresh()
        with entered(self.cast["alice"]) as by:
            named = [self.cast[name].user for name in names]
            duty = self.cast["alice"].membership.teams.get()
            restrict(case, people=named, duty_team=duty, reason=reason, by=by)
        self._bind_newest(CaseUserGrant, reason=reason)

    def emergency(self, case: Case, name: str) -> None:
        reason = self.marks.fresh()
        with entered(self.cast[name]) as by:
            take_emergency_access(case.reference, reason=reason, by=by)
        self._bind_newest(CaseUserGrant, reason=reason)

    def _bind_newest(self, model: type[Model], **marks: str) -> None:
        with as_owner():
            row = model._default_manager.latest("pk")
        for name, mark in marks.items():
            self.marks.bind(mark, model.__name__, row.pk, name)


def _worked_cases(cast: Cast, marks: Marks) -> dict[str, Case]:
    work = _Work(cast, marks)
    made = {name: work.open() for name in ("shared", "restricted", "closed", "own")}
    work.involve(made["shared"], "hana", level=AccessLevel.CONTRIBUTE)
    work.involve(made["shared"], "tariq")
    work.involve(made["shared"], "vera", confidential=True)
    work.end(work.involve(made["shared"], "olive", confidential=True))
    work.end(work.involve(made["shared"], "piotr"))
    work.involve(made["shared"], "mona", until=timezone.now() + timedelta(days=1))
    _lapse(work.involve(made["own"], "mona"))
    work.exclude(made["shared"], "tess")
    work.exclude(made["shared"], "ian")
    work.involve(made["restricted"], "tariq")
    work.restrict(made["restricted"], "daisy")
    work.exclude(made["restricted"], "maggie")
    work.emergency(made["restricted"], "piotr")
    work.emergency(made["shared"], "olive")
    _finish(made, work)
    return made


def _lapse(involvement: Involvement) -> None:
    past = timezone.now() - timedelta(days=1)
    with as_owner():
        for rows in (Involvement.objects.filter(pk=involvement.pk), CaseGroupGrant.objects.filter(share=involvement)):
            rows.update(since=past - timedelta(days=1), until=past)


def _finish(made: dict[str, Case], work: "_Work") -> None:
    cast, marks = work.cast, work.marks
    reason, said = marks.fresh(), marks.fresh()
    with entered(cast["alice"]) as by:
        allocate(made["shared"], team=cast["alice"].membership.teams.get(), person=by.user, level_of_need=3, by=by)
        say_not_needed(made["shared"], Sector.objects.get(code="probation"), reason=said, by=by)
        close_case(made["closed"], reason=reason, by=by)
    _agree(made["shared"], cast["alice"], marks)
    _confide(made["shared"], cast["alice"], marks)
    _discuss(work, made["shared"])
    _record(made["shared"], cast["alice"], marks)
    with as_owner():
        marks.bind(said, "NotNeeded", NotNeeded.objects.latest("pk").pk, "reason")
    marks.bind(reason, "Case", made["closed"].pk, "closed because")


def _discuss(work: "_Work", case: Case) -> None:
    """Let health write an entry, ask the lead agency to confirm it, correct it, and have it disputed."""
    title, reason, text = (work.marks.fresh() for _ in range(3))
    audience = Audience(mask=0b101)
    with entered(work.cast["hana"]) as by:
        event = Event(kind=Kind.HEALTH_EVENT, title=title, audience=audience)
        entry = add_entry(case, event, ask=[work.cast["alice"].membership.agency], by=by)
        entry_2 = correct(case, entry, replace(event, title=work.marks.fresh()), reason=reason, by=by)
    with entered(work.cast["alice"]) as by:
        remark = dispute(case, entry, text=text, by=by)
    work.marks.bind(title, "TimelineEntry", entry.pk, "title")
    work.marks.bind(entry_2.title, "TimelineEntry", entry_2.pk, "title")
    work.marks.bind(reason, "TimelineEntry", entry_2.pk, "correction_reason")
    work.marks.bind(text, "EntryRemark", remark.pk, "text")


def _agree(case: Case, person: Actor, marks: Marks) -> None:
    """Agree on something to do, and start a deadline from an entry that only the author's team reads.

    Another such entry is an event that would meet the assessment that everybody sees, and must not.
    """
    what, due_at = marks.fresh(), timezone.now() + timedelta(days=5)
    with entered(person) as by:
        agreed = agree(case, what, due_at=due_at, team=person.membership.teams.get(), person=None, by=by)
        means = (PracticeEvent.HARM_SUSPECTED,)
        title = marks.fresh()
        event = timeline.Event(kind=Kind.NOTE, title=title, audience=timeline.OWN_TEAM, means=means)
        entry = timeline.write(case, event, by=by)
        timeline.write(case, replace(event, title="x", means=(PracticeEvent.ASSESSMENT_COMPLETED,)), by=by)
    with as_owner():
        assert Deadline.objects.running().filter(case=case, code="ASSESS").exists(), "a hidden entry met what all see"
    marks.bind(what, "Deadline", agreed.pk, "what")
    marks.bind(title, "TimelineEntry", entry.pk, "title")


def _confide(case: Case, person: Actor, marks: Marks) -> None:
    """Record a protected address, an entry above most people's clearance, and one for the author's team alone."""
    by, lines = person.by, marks.fresh()
    with as_owner():
        hidden = Address.objects.create(child_id=case.child_id, lines=lines, is_protected=True, recorded_by=by.user)
    marks.bind(lines, "Address", hidden.pk, "lines")
    for audience_mask, sensitivity in ((EVERY_SECTOR, 3), (AUTHORS_TEAM_ONLY, 0)):
        title = marks.fresh()
        with as_owner():
            entry = TimelineEntry.objects.create(
                case=case,
                kind="note",
                title=title,
                occurred_at=timezone.now(),
                author=by.user,
                author_agency=person.membership.agency,
                author_group_id=by.group_ids[0],
                audience_mask=audience_mask,
                sensitivity=sensitivity,
            )
            file, name = attachment_of(entry, by.user), marks.fresh()
            Attachment.objects.filter(pk=file.pk).update(name=name)
        marks.bind(title, "TimelineEntry", entry.pk, "title")
        marks.bind(name, "Attachment", file.pk, "name")


def _record(case: Case, person: Actor, marks: Marks) -> None:
    """Record a visit for everybody involved, and a later one for the author's team alone."""
    for audience in (EVERYBODY_INVOLVED, OWN_TEAM):
        words = marks.fresh()
        with entered(person) as by:
            made = add_record(case, visit(child_said=words), Telling(audience=audience), by=by)
        marks.bind(words, "Visit", made.pk, "child_said")
    _plan(case, person, marks)
    _meet(case, person, marks)
    _ask_around(case, person, marks)


def _plan(case: Case, person: Actor, marks: Marks) -> None:
    """Start a plan with an action for everybody involved and one for the author's team alone."""
    wanted = marks.fresh()
    with entered(person) as by:
        made = start_plan(case, plan(wanted=wanted), by=by)
    marks.bind(wanted, "Plan", made.pk, "wanted")
    for audience in (EVERYBODY_INVOLVED, OWN_TEAM):
        what = marks.fresh()
        with entered(person) as by:
            action = plan_action(what=what)
            agree_action(case, action, Telling(audience=audience), owner=by.user, plan=made, by=by)
        marks.bind(what, "PlanAction", action.pk, "what")


def _meet(case: Case, person: Actor, marks: Marks) -> None:
    """Call a meeting for everybody involved, a confidential team among them, and one for the author's team alone.

    The author's team and the confidential one are asked to contribute; the author's does, for itself alone.
    """
    with as_owner():
        parts = list(Involvement.objects.filter(ongoing(), case=case, team__in=person.membership.teams.all()))
        quiet = list(Involvement.objects.filter(ongoing(), case=case, confidential=True))
    for audience, asked in ((EVERYBODY_INVOLVED, [*parts, *quiet]), (OWN_TEAM, parts)):
        purpose, guest, said = marks.fresh(), marks.fresh(), marks.fresh()
        with entered(person) as by:
            invited = Invited(asked=asked, guests=[guest])
            made = call_meeting(case, meeting(purpose=purpose), Telling(audience=audience), invited, by=by)
        marks.bind(purpose, "Meeting", made.pk, "purpose")
        with as_owner():
            marks.bind(guest, "MeetingSeat", MeetingSeat.objects.get(guest=guest).pk, "guest")
    with entered(person) as by:
        words = contribute(made, contribution(changed=said), Telling(audience=OWN_TEAM), by=by)
    marks.bind(said, "MeetingContribution", words.pk, "changed")


def _ask_around(case: Case, person: Actor, marks: Marks) -> None:
    """Start a discussion for everybody involved, in which a confidential team is asked, and one for the own team."""
    with as_owner():
        quiet = list(Involvement.objects.filter(ongoing(), case=case, confidential=True))
        private = TimelineEntry.objects.filter(case=case, audience_mask=0, has_named=False).latest("pk")
    for audience, asked, about in ((EVERYBODY_INVOLVED, quiet, private), (OWN_TEAM, [], None)):
        subject, question, said = marks.fresh(), marks.fresh(), marks.fresh()
        with entered(person) as by:
            made = Thread(subject=subject, about=about)
            start_thread(case, made, Telling(body=question, audience=audience), asked=asked, by=by)
            message = say(made, said, by=by)
            mark_thread_read(made, timezone.now(), by=by)
        marks.bind(subject, "Thread", made.pk, "subject")
        marks.bind(question, "TimelineEntry", made.entry.pk, "body")
        marks.bind(said, "ThreadMessage", message.pk, "text")


def lapse(membership: Membership) -> None:
    """Make the membership end yesterday."""
    with as_owner():
        past = timezone.now() - timedelta(days=1)
        Membership.objects.filter(pk=membership.pk).update(since=past - timedelta(days=9), until=past)
