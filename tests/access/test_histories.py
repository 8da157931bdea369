"""Histories of sharing through the application's own actions: after each step every form agrees with the oracle.

What is granted, ended, restricted, excluded, expired or moved is written down here in plain Python beside the
action, never read back from the database; and whoever may not do a thing changes nothing by trying.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agencies.acting import Acting
from agencies.actions import memberships
from agencies.actions.terms import Terms as Engagement
from agencies.models import Agency, Membership, Team, User
from agencies.roles import Role
from cases import access
from cases.actions import emergency, involvement, restriction
from cases.actions.children import NewChild, record_child
from cases.actions.opening import open_case
from cases.models import AccessLevel, Case, CaseExclusion, CaseGroupGrant, CaseUserGrant, Involvement
from safeguard.common import row_security
from tests.access import oracle
from tests.access.worlds import SECTORS, ids_by_sql
from tests.factories import act, as_owner, make_agency, make_membership, make_team, make_user

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=2)
WHO = st.integers(min_value=0, max_value=99)
NAMED, EMERGENCY = CaseUserGrant.Kind.NAMED, CaseUserGrant.Kind.EMERGENCY


@dataclass
class Worker:
    """Somebody at work in an agency, as the history knows them."""

    user: User
    membership: Membership
    teams: tuple[Team, ...]

    @property
    def by(self) -> Acting:
        return act(self.user, self.membership)

    @property
    def reader(self) -> oracle.Reader:
        agency = self.membership.agency
        groups, teams = (frozenset(each) for each in ([t.group_id for t in self.teams], [t.pk for t in self.teams]))
        return oracle.Reader(self.user.pk, agency.pk, groups, teams, agency.sector.mask, self.membership.clearance)


@dataclass
class Told:
    """One case, as what was done to it says that it must be."""

    case: Case
    recorded_by: Team
    restricted: bool = False
    groups: dict[int, oracle.Grant] = field(default_factory=dict)
    people: dict[tuple[int, str], oracle.Grant] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)

    def known(self) -> oracle.Case:
        groups, people = list(self.groups.values()), list(self.people.values())
        return oracle.Case(self.case.pk, self.case.child_id, self.restricted, groups, people, self.excluded)


class Sharing(RuleBasedStateMachine):
    """Four people of two agencies with two cases, and everything that can happen to who sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        """Forget the world."""
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def two_agencies_with_a_case_each(self) -> None:
        self.agencies = [make_agency(f"Agency {number}", SECTORS[number]) for number in range(2)]
        self.teams = [make_team(agency, f"Team {number}") for agency in self.agencies for number in range(2)]
        self.managers = [self._work(make_user(f"Manager{n}"), each) for n, each in enumerate(self.agencies)]
        users = [make_user(f"Person{number}") for number in range(4)]
        self.workers = [self._work(user, self.teams[n].agency, self.teams[n]) for n, user in enumerate(users)]
        self.cases = [self._opened(self.workers[0], self.teams[0]), self._opened(self.workers[2], self.teams[2])]

    def _work(self, user: User, agency: Agency, *teams: Team) -> Worker:
        role = Role.PRACTITIONER if teams else Role.MANAGER
        return Worker(user, make_membership(user, agency, role, teams=teams), teams)

    def _opened(self, worker: Worker, team: Team) -> Told:
        by = self._enter(worker)
        child = record_child(NewChild(given="Robin", surname="Example"), team=team, by=by)
        case = open_case(child, team=team, lawful_basis="Children Act 1989 s17", by=by)
        self._later(case)
        told = Told(case, team)
        told.groups[team.group_id] = self._grant(team.group_id, AccessLevel.LEAD)
        return told

    def _later(self, case: Case) -> None:
        # As in the transactions after the one that made it: until then its maker's own clause shows it.
        with as_owner():
            Case.objects.filter(pk=case.pk).update(created_xact=1)

    def _enter(self, worker: Worker) -> Acting:
        by = worker.by
        row_security.apply(by.row_security())
        return by

    def _grant(self, holder: int, level: int, until: datetime | None = None) -> oracle.Grant:
        return oracle.Grant(holder, level, timezone.now() - LONG_AGO, until)

    def _done(self, worker: Worker, told: Told, action: Any, *args: Any, **named: Any) -> bool:
        """Try an action on a case as the worker; return whether it was done. Only a lead can have done it."""
        leads = oracle.level(worker.reader, told.known(), timezone.now()) >= AccessLevel.LEAD
        try:
            action(*args, **named, by=self._enter(worker))
        except Http404:
            assert not leads
            return False
        except ValidationError:
            return False
        assert leads, f"{action.__name__} by somebody who does not lead the case"
        return True

    def _pick(self, things: list[Any], number: int) -> Any:
        return things[number % len(things)]

    # --- What can happen ---------------------------------------------------------------------------

    @rule(who=WHO, which=WHO, team=WHO, level=st.sampled_from(AccessLevel.values), ends=st.booleans())
    def a_team_is_involved(self, who: int, which: int, team: int, level: int, *, ends: bool) -> None:
        told, team_ = self._pick(self.cases, which), self._pick(self.teams, team)
        until = timezone.now() + timedelta(days=9) if ends else None
        terms = involvement.Terms(level=AccessLevel(level), purpose="Support", lawful_basis="s17", until=until)
        if self._done(self._pick(self.workers, who), told, involvement.involve, told.case, team_, terms):
            told.groups[team_.group_id] = self._grant(team_.group_id, level, until)

    @rule(who=WHO, which=WHO, team=WHO)
    def a_part_ends(self, who: int, which: int, team: int) -> None:
        told, team_ = self._pick(self.cases, which), self._pick(self.teams, team)
        for part in self._parts(told, team_):
            if self._done(self._pick(self.workers, who), told, involvement.end_involvement, part, reason="Done"):
                del told.groups[team_.group_id]

    @rule(which=WHO, team=WHO)
    def a_part_expires(self, which: int, team: int) -> None:
        told, team_ = self._pick(self.cases, which), self._pick(self.teams, team)
        past = {"since": timezone.now() - LONG_AGO, "until": timezone.now() - timedelta(minutes=1)}
        for part in self._parts(told, team_):
            with as_owner():
                Involvement.objects.filter(pk=part.pk).update(**past)
                CaseGroupGrant.objects.filter(share=part).update(**past)
            told.groups[team_.group_id] = replace(told.groups[team_.group_id], until=past["until"])

    def _parts(self, told: Told, team: Team) -> list[Involvement]:
        held = told.groups.get(team.group_id)
        if held is None or not held.live(timezone.now()):
            return []
        with as_owner():
            part = CaseGroupGrant.objects.get(content_object=told.case, group=team.group_id).share
        part.case = told.case
        return [part]

    @rule(who=WHO, which=WHO, whom=WHO)
    def somebody_is_excluded(self, who: int, which: int, whom: int) -> None:
        told, user = self._pick(self.cases, which), self._pick(self.workers, whom).user
        if self._done(self._pick(self.workers, who), told, restriction.exclude, told.case, user, reason="Related"):
            told.excluded.add(user.pk)

    @precondition(lambda self: any(told.excluded for told in self.cases))
    @rule(who=WHO, which=WHO)
    def an_exclusion_ends(self, who: int, which: int) -> None:
        told = self._pick([each for each in self.cases if each.excluded], which)
        with as_owner():
            held = CaseExclusion.objects.filter(case=told.case).select_related("case").order_by("pk")[0]
        if self._done(self._pick(self.workers, who), told, restriction.lift_exclusion, held, reason="Mistaken"):
            told.excluded.discard(held.user_id)

    @rule(who=WHO, which=WHO, whom=WHO)
    def a_case_is_restricted(self, who: int, which: int, whom: int) -> None:
        told, worker = self._pick(self.cases, which), self._pick(self.workers, who)
        people = {worker.user.pk: worker.user, (named := self._pick(self.workers, whom).user).pk: named}
        held = {pk: self._could(told, pk) for pk in people}
        terms = {"people": [named], "duty_team": self.teams[0], "reason": "Threats"}
        if self._done(worker, told, restriction.restrict, told.case, **terms):
            told.restricted = True
            told.people = {key: grant for key, grant in told.people.items() if key[1] != NAMED or key[0] in people}
            told.people |= {(pk, NAMED): self._grant(pk, level or AccessLevel.VIEW) for pk, level in held.items()}

    def _could(self, told: Told, user: int) -> int:
        """Return what a person could do by any live grant but an emergency's, exclusions left aside."""
        now = timezone.now()
        groups = {team.group_id for worker in self.workers if worker.user.pk == user for team in worker.teams}
        held = [grant.level for grant in told.groups.values() if grant.holder in groups and grant.live(now)]
        named = told.people.get((user, NAMED))
        return max([*held, named.level if named and named.live(now) else 0])

    @rule(who=WHO, which=WHO)
    def a_restriction_ends(self, who: int, which: int) -> None:
        told = self._pick(self.cases, which)
        if self._done(self._pick(self.workers, who), told, restriction.lift_restriction, told.case, reason="Over"):
            told.restricted = False
            told.people = {key: grant for key, grant in told.people.items() if key[1] != NAMED}

    @rule(who=WHO, which=WHO)
    def emergency_access_is_taken(self, who: int, which: int) -> None:
        told, worker = self._pick(self.cases, which), self._pick(self.workers, who)
        try:
            emergency.take_emergency_access(told.case.reference, reason="Child in A&E", by=self._enter(worker))
        except ValidationError:
            return
        assert worker.user.pk not in told.excluded
        until = timezone.now() + emergency.LASTS
        told.people[worker.user.pk, EMERGENCY] = self._grant(worker.user.pk, AccessLevel.CONTRIBUTE, until)

    @rule(which=WHO)
    def emergency_access_lapses(self, which: int) -> None:
        told = self._pick(self.cases, which)
        past = {"since": timezone.now() - LONG_AGO, "until": timezone.now() - timedelta(minutes=1)}
        with as_owner():
            CaseUserGrant.objects.filter(content_object=told.case, kind=EMERGENCY).update(**past)
        for key in [each for each in told.people if each[1] == EMERGENCY]:
            told.people[key] = replace(told.people[key], until=past["until"])

    @rule(who=WHO, team=WHO)
    def somebody_moves_to_another_team(self, who: int, team: int) -> None:
        """Their membership ends, by their manager; another begins, in the same agency or another.

        Who named them on a restricted case knew them by the membership that has ended: they are named no more.
        """
        worker, team_ = self._pick(self.workers, who), self._pick(self.teams, team)
        manager = self.managers[self.agencies.index(worker.membership.agency)]
        memberships.end(worker.membership, by=self._enter(manager), reason="Moves")
        terms = Engagement(roles=frozenset({Role.PRACTITIONER}), teams=frozenset({team_}), since=timezone.now())
        to = self.managers[self.agencies.index(team_.agency)]
        worker.membership = memberships.add(worker.user, team_.agency, terms, by=self._enter(to))
        worker.teams = (team_,)
        for told in self.cases:
            told.people.pop((worker.user.pk, NAMED), None)

    # --- What must hold after each ------------------------------------------------------------------

    @invariant()
    def everybody_sees_what_the_oracle_says(self) -> None:
        known, now = [told.known() for told in self.cases], timezone.now()
        for worker in self.workers:
            by, reader = self._enter(worker), worker.reader
            levels = {case.pk: oracle.level(reader, case, now) for case in known}
            expected = {pk for pk, level in levels.items() if level}
            assert {told.case.pk: access.level(by, told.case) or 0 for told in self.cases} == levels
            assert set(Case.objects.visible_to(by).values_list("pk", flat=True)) == expected
            assert ids_by_sql("cases_case") == expected
            assert access.case_count(by) == len(expected)
            self._sees_the_children_only(reader, known, now)
            assert self._cases_of_entries() <= expected

    def _sees_the_children_only(self, reader: oracle.Reader, known: list[oracle.Case], now: datetime) -> None:
        recorded = {told.case.child_id: told.recorded_by.pk for told in self.cases}
        expected = {pk for pk, team in recorded.items() if oracle.sees_child(reader, pk, team, known, now)}
        assert ids_by_sql("cases_child") == expected

    def _cases_of_entries(self) -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT case_id FROM cases_timelineentry")
            return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize(
    ("histories", "steps"), [pytest.param(6, 12, id="short"), pytest.param(60, 25, id="long", marks=pytest.mark.proof)]
)
def test_after_every_step_of_every_history_the_forms_agree(histories: int, steps: int) -> None:
    # A history that fails is told as it was: making it shorter takes minutes, a step here being a real change.
    terms = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    run_state_machine_as_test(Sharing, settings=terms)
