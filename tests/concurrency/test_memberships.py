"""Several workers and several administrators at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from agencies import leaving
from agencies.actions import memberships
from agencies.actions.groups import missing_groups, superfluous_groups
from agencies.models import Membership
from agencies.roles import Can, Role
from safeguard.audit.actor import Actor, system
from tests.conftest import Person, Place
from tests.factories import act, make_membership, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run every call in a thread of its own, all starting together; refusals come back as they are."""
    together = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        together.wait(timeout=10)
        try:
            return call()
        except ValidationError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_several_workers_hand_over_each_membership_once(
    transactional_db: None, social_care: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for number in range(8):
        user = make_user(f"Person {number}", email=f"p{number}@example.org")
        past = {"since": now - timedelta(days=9), "until": now - timedelta(minutes=1)}
        make_membership(user, social_care.agency, Role.PRACTITIONER, teams=(social_care.team,), **past)
    passed_on: list[int] = []

    def hand_over(membership: Membership, /, *, by: Actor) -> None:
        passed_on.append(membership.pk)

    monkeypatch.setattr(leaving, "HOOKS", [(lambda _: [], hand_over)])
    done = at_once(*[lambda: memberships.hand_over_ended(by=system("test clock"))] * 3)

    assert sum(done) == 8
    assert sorted(passed_on) == sorted(set(passed_on))
    assert len(passed_on) == 8
    assert not superfluous_groups().exists()


def test_two_administrators_who_end_each_other_leave_one(
    transactional_db: None, adam: Person, social_care: Place
) -> None:
    eve = make_user("Eve East")
    other = make_membership(eve, social_care.agency, Role.ADMINISTRATOR)
    one, two = adam.by, act(eve, other)

    answers = at_once(
        lambda: memberships.end(other, by=one),
        lambda: memberships.end(adam.membership, by=two),
    )

    assert sorted(type(answer) is ValidationError for answer in answers) == [False, True]
    assert Membership.objects.live().holding(Can.CONFIGURE).count() == 1


def test_two_memberships_of_one_person_that_end_together_leave_no_group(
    transactional_db: None, tariq: Person, adam: Person, health: Place
) -> None:
    nurse = make_membership(tariq.user, health.agency, Role.PRACTITIONER, teams=(health.team,))

    at_once(lambda: memberships.end(tariq.membership, by=adam.by), lambda: memberships.end(nurse, by=adam.by))

    assert not tariq.user.groups.exists()
    assert (missing_groups().count(), superfluous_groups().count()) == (0, 0)
