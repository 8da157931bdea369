"""Put the demo's cases into the database through the actions that people use, dated back over the past months.

The command runs as the owner of the tables, whom no row policy binds; the actions check access by the engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from agencies.acting import Acting, acting
from agencies.models import Agency, Sector, Team, User
from cases import timeline
from cases.actions.allocation import allocate
from cases.actions.child_record import NewAddress, add_address, add_service
from cases.actions.children import NewChild, add_identifier, record_child
from cases.actions.emergency import take_emergency_access
from cases.actions.family import NewRelative, Tie, add_relative
from cases.actions.gaps import say_not_needed
from cases.actions.grants import lock
from cases.actions.involvement import Terms, involve
from cases.actions.opening import close_case, open_case
from cases.actions.restriction import exclude, restrict
from cases.codes import Known
from cases.event_kinds import Kind
from cases.models import (
    Case,
    CaseGroupGrant,
    Child,
    ChildIdentifier,
    ChildName,
    Involvement,
    KnownService,
    Relationship,
    TimelineEntry,
)
from safeguard.audit.actor import Origin
from safeguard.common import row_security
from safeguard.management.demo_cases import DEMO_CASES, Brought, DemoCase, Relative, Told
from safeguard.management.demo_deadlines import date_back, seed_deadlines


def seed_cases() -> int:
    """Add the cases whose child is not there yet; return how many. Needs the demo's people and places."""
    # past the door: the owner looks what an earlier run seeded
    known = set(ChildName.objects.values_list("given", "surname"))
    wanted = [each for each in DEMO_CASES if (each.given, each.surname) not in known]
    for each in wanted:
        _seed_case(each)
    return len(wanted)


def _seed_case(spec: DemoCase) -> None:
    by = _person(spec.lead)
    team = Team.objects.get(pk=by.team_ids[0])
    case = _opened(spec, team, by)
    for brought in spec.brought:
        _bring(case, brought, by)
    _allocate(case, spec, team, by)
    for told in spec.told:
        _tell(case, told)
    for code, reason in spec.not_needed:
        say_not_needed(case, Sector.objects.get(code=code), reason=reason, by=by)
    seed_deadlines(case, spec.surname, spec.days, by=by)
    _guard(case, spec, team, by)


def _opened(spec: DemoCase, team: Team, by: Acting) -> Case:
    case = open_case(_child(spec, team, by), team=team, lawful_basis=spec.basis, by=by)
    opened_at = _ago(spec.days)
    # past the door: the owner dates the demo back
    Case.objects.filter(pk=case.pk).update(opened_at=opened_at)
    # past the door: the owner dates the demo back
    Involvement.objects.filter(case=case).update(since=opened_at)
    # past the door: the owner dates the demo back
    CaseGroupGrant.objects.filter(content_object=case).update(since=opened_at)
    # past the door: the owner dates the demo back
    TimelineEntry.objects.filter(case=case).update(occurred_at=opened_at)
    date_back(case, opened_at)
    return case


def _child(spec: DemoCase, team: Team, by: Acting) -> Child:
    day = timezone.localdate() - timedelta(days=spec.age)
    born, expected = (day, None) if spec.age >= 0 else (None, day)
    new = NewChild(given=spec.given, surname=spec.surname, born_on=born, expected_on=expected, sex=spec.sex)
    child = record_child(new, team=team, by=by)
    if spec.nhs_number:
        add_identifier(child, ChildIdentifier.Kind.NHS, spec.nhs_number, by=by)
    if spec.address:
        add_address(child, NewAddress(lines=spec.address), by=by)
    for relative in spec.family:
        _relate(child, relative, team, by)
    for kind, name in spec.services:
        agency = Agency.objects.filter(name=name).first()
        add_service(child, KnownService.Kind(kind), agency=agency, name="" if agency else name, by=by)
    return child


def _relate(child: Child, relative: Relative, team: Team, by: Acting) -> None:
    tie = Tie(
        kind=Relationship.Kind(relative.kind),
        lives_with=Known(relative.lives_with),
        parental_responsibility=Known(relative.parental_responsibility),
        contact_not_allowed=relative.contact_not_allowed,
    )
    add_relative(child, NewRelative(name=relative.name), tie, team=team, by=by)


def _bring(case: Case, brought: Brought, by: Acting) -> None:
    team = Team.objects.get(agency__name=brought.agency, kind=Team.Kind.SAFEGUARDING)
    terms = Terms(
        level=brought.level,
        purpose=brought.purpose,
        lawful_basis=brought.basis,
        since=_ago(brought.days),
        confidential=brought.confidential,
    )
    with _days_ago(case, brought.days):
        involve(case, team, terms, by=by)


def _allocate(case: Case, spec: DemoCase, team: Team, by: Acting) -> None:
    if spec.level is None and not spec.worker:
        return
    person = User.objects.get(email=spec.worker) if spec.worker else None
    with _days_ago(case, spec.days):
        allocate(case, team=team, person=person, level_of_need=spec.level, by=by)


def _tell(case: Case, told: Told) -> None:
    audience = timeline.Audience(mask=_mask(told.sectors), sensitivity=told.sensitivity, placeholder=told.placeholder)
    event = timeline.Event(
        kind=Kind.NOTE, title=told.title, body=told.body, audience=audience, occurred_at=_ago(told.days)
    )
    by = _person(told.email)
    timeline.write(lock(case, by=by), event, by=by)


def _mask(sectors: tuple[str, ...] | None) -> int:
    if sectors is None:
        return timeline.EVERY_SECTOR
    return sum(sector.mask for sector in Sector.objects.filter(code__in=sectors))


def _guard(case: Case, spec: DemoCase, team: Team, by: Acting) -> None:
    """Exclude, restrict, close and look in an emergency, where ``spec`` says so."""
    if spec.out:
        exclude(case, User.objects.get(email=spec.out[0]), reason=spec.out[1], by=by)
    if spec.named:
        people = list(User.objects.filter(email__in=spec.named))
        with _days_ago(case, spec.days - 10):
            restrict(case, people=people, duty_team=team, reason=spec.restricted_because, by=by)
    if spec.closed_because:
        with _days_ago(case, spec.days // 4):
            close_case(case, reason=spec.closed_because, by=by)
        # past the door: the owner dates the demo back
        Case.objects.filter(pk=case.pk).update(closed_at=_ago(spec.days // 4))
    if spec.emergency:
        _look_in_emergency(case, *spec.emergency)


def _look_in_emergency(case: Case, email: str, reason: str) -> None:
    by = _person(email)
    row_security.apply(by.row_security())  # the database asks for itself who is looking
    take_emergency_access(case.reference, reason=reason, by=by)
    row_security.apply(row_security.NOBODY)


@contextmanager
def _days_ago(case: Case, days: int) -> Iterator[None]:
    """Move what the body writes on the timeline ``days`` back."""
    began = timezone.now()
    yield
    # past the door: the owner dates the demo back
    TimelineEntry.objects.filter(case=case, occurred_at__gte=began).update(occurred_at=_ago(days))


def _ago(days: int) -> datetime:
    # At twenty past nine, ten, eleven ... by the day, since nobody writes at the same minute every time.
    moment = timezone.localtime() - timedelta(days=days)
    return moment.replace(hour=9 + days % 8, minute=20, second=0, microsecond=0)


def _person(email: str) -> Acting:
    return acting(User.objects.get(email=email), Origin(channel="demo"))
