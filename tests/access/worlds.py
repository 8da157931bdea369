"""Small worlds of agencies, people and cases, made at random, and the forms of each question asked of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from agencies.acting import Acting
from agencies.models import Membership, Team, User
from agencies.roles import Role
from cases import references
from cases.actions.grants import view_permission
from cases.models import (
    AccessLevel,
    Case,
    CaseExclusion,
    CaseGroupGrant,
    CaseUserGrant,
    Child,
    Involvement,
    TimelineEntry,
    TimelineEntryReader,
)
from tests.access import oracle
from tests.factories import act, as_owner, make_agency, make_membership, make_team, make_user

SECTORS = ["social_care", "education", "health", "police"]


@dataclass
class World:
    """The rows of a world, and the same as the oracle knows them."""

    memberships: list[Membership]
    children: dict[int, int | None]  # child to the team that recorded it
    cases: list[oracle.Case]

    def readers(self) -> list[tuple[Acting, oracle.Reader]]:
        """Return each membership as an acting person and as the oracle's reader."""
        return [(by, _reader(by)) for by in (act(each.user, each) for each in self.memberships)]


def _reader(by: Acting) -> oracle.Reader:
    assert by.user_id
    assert by.agency_id
    return oracle.Reader(
        by.user_id, by.agency_id, frozenset(by.group_ids), frozenset(by.team_ids), by.sector_mask, by.clearance
    )


def make_world(seed: int, *, cases: int = 6) -> World:
    """Return a world that ``seed`` determines: every kind of grant, term, exclusion and audience occurs."""
    random = Random(seed)  # noqa: S311  (a world, not a secret)
    teams = _teams(random)
    memberships = _memberships(random, teams)
    with as_owner():
        children = [Child.objects.create(recorded_by_team=random.choice(teams)) for _ in range(cases)]
        known = [make_case(random, child, teams, [m.user for m in memberships]) for child in children]
    return World(memberships, {child.pk: child.recorded_by_team_id for child in children}, known)


def _teams(random: Random) -> list[Team]:
    agencies = [make_agency(f"Agency {number}", random.choice(SECTORS)) for number in range(3)]
    return [make_team(agency, f"Team {number}") for agency in agencies for number in range(2)]


def _memberships(random: Random, teams: list[Team]) -> list[Membership]:
    made = []
    for number in range(4):
        user = make_user(f"Person{number} Example", f"person{number}@example.org")
        for agency_teams in random.sample([teams[0:2], teams[2:4], teams[4:6]], k=random.choice([1, 1, 2])):
            mine = tuple(random.sample(agency_teams, k=random.choice([1, 2])))
            clearance = random.randrange(4)
            made.append(make_membership(user, mine[0].agency, Role.PRACTITIONER, teams=mine, clearance=clearance))
    return made


def _term(random: Random) -> tuple[datetime, datetime | None]:
    now = timezone.now()
    return random.choice(
        [
            (now - timedelta(days=2), None),
            (now - timedelta(days=2), now + timedelta(days=2)),
            (now - timedelta(days=2), now - timedelta(days=1)),
            (now + timedelta(days=1), None),
        ]
    )


def make_case(random: Random, child: Child, teams: list[Team], users: list[User]) -> oracle.Case:
    lead = random.choice(teams)
    case = Case.objects.create(
        child=child, reference=references.new_reference(), lead_agency=lead.agency, allocated_team=lead
    )
    known = oracle.Case(case.pk, child.pk, restricted=random.random() < 0.25)
    for team in random.sample(teams, k=random.randrange(4)):
        known.groups.append(_group_grant(random, case, team, users[0]))
    for user in random.sample(sorted(set(users), key=lambda u: u.pk), k=random.choice([0, 0, 1])):
        known.people += _personal_grants(random, case, user)
    for user in random.sample(sorted(set(users), key=lambda u: u.pk), k=random.choice([0, 0, 1])):
        CaseExclusion.objects.create(case=case, child=child, user=user, reason="Related", excluded_by=user)
        known.excluded.add(user.pk)
    known.entries = [_entry(random, case, teams, users) for _ in range(random.randrange(5))]
    # As if made by an earlier transaction, or the creator's clause would show them all.
    Case.objects.filter(pk=case.pk).update(created_xact=1)
    if known.restricted:
        Case.objects.filter(pk=case.pk).update(restricted=True, duty_team=lead)
    return known


def _group_grant(random: Random, case: Case, team: Team, user: User) -> oracle.Grant:
    since, until = _term(random)
    level = random.choice(AccessLevel.values)
    share = Involvement.objects.create(
        case=case, team=team, level=level, since=since, until=until, purpose="p", lawful_basis="b", started_by=user
    )
    CaseGroupGrant.objects.create(
        content_object=case,
        group=team.group,
        permission_id=view_permission(),
        level=level,
        since=since,
        until=until,
        share=share,
    )
    return oracle.Grant(team.group_id, level, since, until)


def _personal_grants(random: Random, case: Case, user: User) -> list[oracle.Grant]:
    made = []
    for kind in random.sample(CaseUserGrant.Kind.values, k=random.choice([1, 2])):
        since, until = _term(random)
        until = until or since + timedelta(days=10)
        level = random.choice(AccessLevel.values)
        CaseUserGrant.objects.create(
            content_object=case,
            user=user,
            kind=kind,
            permission_id=view_permission(),
            level=level,
            reason="r",
            since=since,
            until=until,
            granted_by=user,
        )
        made.append(oracle.Grant(user.pk, level, since, until))
    return made


def _entry(random: Random, case: Case, teams: list[Team], users: list[User]) -> oracle.Entry:
    team, named = random.choice(teams), frozenset[tuple[str, int]]()
    row = TimelineEntry.objects.create(
        case=case,
        kind="note",
        title="Something happened",
        occurred_at=timezone.now() - timedelta(hours=random.randrange(100)),
        author=users[0],
        author_agency=team.agency,
        author_group=team.group,
        audience_mask=random.choice([0, 0b1, 0b10, 0b111, 2**31 - 1]),
        sensitivity=random.randrange(4),
    )
    if random.random() < 0.5:
        named = frozenset(_named(random, row, teams, users))
    return oracle.Entry(row.pk, team.group_id, row.audience_mask, row.sensitivity, named)


def _named(random: Random, row: TimelineEntry, teams: list[Team], users: list[User]) -> list[tuple[str, int]]:
    TimelineEntry.objects.filter(pk=row.pk).update(has_named=True)
    kind = random.choice(["user", "team", "agency"])
    target = {"user": random.choice(users), "team": random.choice(teams), "agency": random.choice(teams).agency}[kind]
    TimelineEntryReader.objects.create(entry=row, **{kind: target})
    return [(kind, target.pk)]


def ids_by_sql(table: str) -> set[int]:
    """Return the ids of every row of ``table`` that row-level security shows: the filter removed on purpose."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}"')
        return {row[0] for row in cursor.fetchall()}
