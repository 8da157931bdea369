"""The whole cast at once, with the kinds of people that it leaves out."""

import logging
from collections.abc import Callable

import pytest

from agencies.roles import Role
from tests.access.scene import Cast, Scene, lapse, make_scene
from tests.conftest import Person, Place
from tests.factories import make_membership, make_team, make_user

CAST = ["alice", "tess", "mo", "maggie", "ian", "ana", "adam", "tariq", "daisy", "hana", "piotr", "vera", "olive"]
EXTRAS = ["mona", "nell", "lena", "otto"]
MakeScene = Callable[[int, int], Scene]


@pytest.fixture
def cast(request: pytest.FixtureRequest, health: Place, police: Place, oakfield: Place) -> Cast:
    """Everybody by name: the cast, and those below."""
    people: Cast = {name: request.getfixturevalue(name) for name in CAST}
    mona, nell, lena, otto = (make_user(name) for name in ("Mona Moss", "Nell Nash", "Lena Lark", "Otto Orr"))
    two = make_team(health.agency, "School nursing")
    # Somebody whose part in a case can expire alone, somebody in no team, somebody who has left, and
    # somebody with two memberships, who acts under the older one.
    people["mona"] = Person(mona, make_membership(mona, health.agency, Role.PRACTITIONER, teams=(two,)))
    people["nell"] = Person(nell, make_membership(nell, oakfield.agency, Role.PRACTITIONER))
    people["lena"] = Person(lena, make_membership(lena, health.agency, Role.PRACTITIONER, teams=(health.team,)))
    people["otto"] = Person(otto, make_membership(otto, police.agency, Role.PRACTITIONER, teams=(police.team,)))
    make_membership(otto, oakfield.agency, Role.PRACTITIONER, teams=(oakfield.team,))
    lapse(people["lena"].membership)
    return people


@pytest.fixture
def scene_of(cast: Cast) -> MakeScene:
    """Make the scene of a seed with so many random cases."""
    return lambda seed, cases: make_scene(cast, seed, cases=cases)


@pytest.fixture(autouse=True)
def _at_ease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has just proved their second factor, and nobody meets a rate limit: both have tests of their own."""
    monkeypatch.setattr("agencies.sign_in.proof.missing_step", lambda _request: None)
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *_: True)
    logging.getLogger("django.request").setLevel(logging.ERROR)
