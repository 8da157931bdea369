"""Several people change who may see a case at the same moment: no deadlock, and no sight after the commit."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from typing import Any, cast

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.http import Http404
from django.urls import reverse

from cases import access, timeline
from cases.actions import grants
from cases.actions.children import NewChild
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.opening import open_child_case
from cases.actions.restriction import exclude, lift_exclusion, lift_restriction, restrict
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseExclusion, CaseGroupGrant, Involvement
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db(transaction=True)

WHY = Terms(purpose="Attendance", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)
Call = Callable[[], Any]


def opened(lead: Person, place: Place) -> Case:
    """Return a new case of the team's."""
    new = NewChild(given="Robin", surname="Example")
    return cast("Case", acting(lead, open_child_case, new, team=place.team, lawful_basis="ca1989_s17"))


@pytest.fixture
def case(alice: Person, social_care: Place) -> Case:
    return opened(alice, social_care)


def at_once(*calls: Call) -> list[Any]:
    """Run every call in a thread of its own, all starting together; refusals come back as they are."""
    together = Barrier(len(calls))

    def run(call: Call) -> Any:
        together.wait(timeout=10)
        try:
            return call()
        except (ValidationError, Http404) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def acting(person: Person, do: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Do it as the person, in a transaction of its own."""
    with entered(person) as by:
        return do(*args, by=by, **named)


def sees(person: Person, hot: Case) -> bool:
    with entered(person) as by:
        return access.level(by, hot) is not None


def note(hot: Case, *, by: Any) -> None:
    """Write on the timeline as every action does: asked, locked, written."""
    locked = grants.lock_as(by, hot, AccessLevel.CONTRIBUTE)
    timeline.write(locked, timeline.Event(kind=Kind.NOTE, title="A note"), by=by)


def test_whoever_is_revoked_while_they_write_has_written_before_or_not_at_all(
    case: Case,
    alice: Person,
    tariq: Person,
    oakfield: Place,
) -> None:
    for _ in range(12):
        part = acting(alice, involve, case, oakfield.team, WHY)
        end = partial(acting, alice, end_involvement, part, reason="Over")
        written, _ended = at_once(partial(acting, tariq, note, case), end)
        assert written is None or isinstance(written, Http404)
        assert not sees(tariq, case)
        with pytest.raises(Http404):
            acting(tariq, note, case)


def test_two_managers_who_involve_one_team_at_once_make_one_part_and_one_grant(
    case: Case,
    alice: Person,
    mo: Person,
    oakfield: Place,
) -> None:
    answers = at_once(*[partial(acting, who, involve, case, oakfield.team, WHY) for who in (alice, mo, alice)])

    assert sorted(type(answer).__name__ for answer in answers) == ["Involvement", "ValidationError", "ValidationError"]
    with as_owner():
        assert Involvement.objects.filter(case=case, team=oakfield.team).count() == 1
        assert CaseGroupGrant.objects.filter(content_object=case, group=oakfield.team.group).count() == 1


@pytest.mark.parametrize("way", ["restrict", "exclude"])
def test_nobody_shut_out_is_shown_the_case_after_the_commit(
    way: str,
    case: Case,
    alice: Person,
    tess: Person,
    social_care: Place,
) -> None:
    """Lists and pages are asked for all the time; what begins after the commit must show nothing."""
    committed, stale = Event(), list[str]()
    addresses = [reverse("cases:list"), reverse("cases:detail", args=[case.uuid]), "/api/v1/cases/"]

    def shut_out() -> None:
        if way == "restrict":
            acting(alice, restrict, case, people=[alice.user], duty_team=social_care.team, reason="Threats")
        else:
            acting(alice, exclude, case, tess.user, reason="Related")
        committed.set()

    def look() -> None:
        client = tess.client
        for _ in range(12):
            for address in addresses:
                after = committed.is_set()
                text = client.get(address).content.decode()
                if after and (case.spoken_reference in text or "Robin" in text):
                    stale.append(address)

    at_once(shut_out, look, look)

    assert committed.is_set()
    assert not stale


class Hot:
    """What four people do to three cases, again and again, in any order."""

    def __init__(self, cases: list[Case], leads: list[Person], place: Place, guest: Person) -> None:
        self.cases, self.leads, self.place, self.guest = cases, leads, place, guest
        self.deadlocks: list[str] = []
        self.commits = 0

    def work(self, seed: int, times: int) -> None:
        """Do ``times`` things at random; a refusal is an answer, a deadlock is not."""
        dice = random.Random(seed)  # noqa: S311  (a choice, not a secret)
        for _ in range(times):
            hot, who = dice.choice(self.cases), self.leads[seed % len(self.leads)]
            try:
                dice.choice(list(self.things(hot, who)))()
                self.commits += 1
            except (ValidationError, Http404):
                continue
            except OperationalError as error:
                self.deadlocks.append(str(error))
        connection.close()

    def things(self, hot: Case, who: Person) -> Iterator[Call]:
        """Yield what can be done."""
        yield lambda: acting(who, note, hot)
        yield lambda: acting(who, involve, hot, self.place.team, WHY)
        yield lambda: self._end(hot, who)
        yield lambda: acting(who, restrict, hot, people=[p.user for p in self.leads], duty_team=_team(who), reason="T")
        yield lambda: acting(who, lift_restriction, hot, reason="Over")
        yield lambda: acting(who, exclude, hot, self.guest.user, reason="Related")
        yield lambda: self._let_in(hot, who)

    def _end(self, hot: Case, who: Person) -> None:
        with entered(who) as by:
            part = Involvement.objects.filter(case=hot, team=self.place.team, until__isnull=True).first()
            if part:
                end_involvement(part, reason="Over", by=by)

    def _let_in(self, hot: Case, who: Person) -> None:
        with entered(who) as by:
            kept_out = CaseExclusion.objects.filter(case=hot, user=self.guest.user).first()
            if kept_out:
                lift_exclusion(kept_out, reason="Wrong person", by=by)


def _team(person: Person) -> Any:
    return person.membership.teams.get()


@pytest.mark.parametrize(
    "times", [pytest.param(40, id="short"), pytest.param(1_500, id="long", marks=pytest.mark.proof)]
)
def test_mixed_changes_of_hot_cases_never_deadlock(
    times: int,
    *,
    alice: Person,
    mo: Person,
    tess: Person,
    maggie: Person,
    social_care: Place,
    oakfield: Place,
    tariq: Person,
) -> None:
    cases = [opened(alice, social_care) for _ in range(3)]
    hot = Hot(cases, [alice, mo, tess, maggie], oakfield, tariq)

    at_once(*[partial(hot.work, seed, times) for seed in range(4)])

    print(f"hot cases: {hot.commits} mixed commits in 4 threads, {len(hot.deadlocks)} deadlocks")  # noqa: T201  (the figure)
    assert not hot.deadlocks
    assert hot.commits >= times
    _keys_are_in_step(cases)


def _keys_are_in_step(cases: list[Case]) -> None:
    with as_owner():
        for each in Case.objects.filter(pk__in=[hot.pk for hot in cases]):
            assert set(each.group_grants.values_list("restricted", flat=True)) == {each.restricted}
            live = Involvement.objects.filter(case=each, until__isnull=True).count()
            assert each.group_grants.count() == live
