"""What may not be seen is answered like what does not exist: status, headers, body, and how long it takes."""

from statistics import median
from time import perf_counter

import pytest
from django.urls import reverse

from tests.access.conftest import MakeScene
from tests.access.replay import Question, answer
from tests.access.routes import ABSENT
from tests.access.scene import Scene

ROUTES = ("cases:detail", "cases:access", "cases:involve", "cases:restrict", "cases:close", "api:case")
# By every way in which somebody may not see a case: excluded, restricted, no part, and part that has lapsed.
SHUT_OUT = [("tess", "shared"), ("tariq", "restricted"), ("olive", "own"), ("mona", "own"), ("nell", "shared")]
RATIO, SLACK = 1.5, 0.003  # of medians; seconds for the clock


def pair(scene: Scene, made: str, route: str) -> tuple[str, str]:
    """Return the addresses of a case that is hidden and of one that does not exist."""
    return reverse(route, args=[scene.made[made].uuid]), reverse(route, args=[ABSENT])


@pytest.mark.parametrize(("name", "made"), SHUT_OUT)
def test_a_hidden_case_is_answered_like_an_absent_one(name: str, made: str, scene_of: MakeScene) -> None:
    scene = scene_of(1, 0)
    client = scene.people[name].client
    for route in ROUTES:
        for post in (None, (("reason", "Because"),)):
            hidden, absent = (answer(client, Question(address, post)) for address in pair(scene, made, route))
            assert hidden == absent, route


def _medians(scene: Scene, name: str, made: str, times: int) -> tuple[float, float]:
    client, taken = scene.people[name].client, (list[float](), list[float]())
    addresses = pair(scene, made, "cases:detail")
    for _ in range(times):  # in turn, so that a slow moment slows both
        for address, kept in zip(addresses, taken, strict=True):
            begun = perf_counter()
            assert client.get(address).status_code == 404
            kept.append(perf_counter() - begun)
    return median(taken[0]), median(taken[1])


@pytest.mark.parametrize(
    "times", [pytest.param(30, id="short"), pytest.param(1_000, id="long", marks=pytest.mark.proof)]
)
def test_a_hidden_case_takes_as_long_as_an_absent_one(times: int, scene_of: MakeScene) -> None:
    scene = scene_of(1, 0)
    for name, made in SHUT_OUT:
        hidden, absent = _medians(scene, name, made, times)
        told = f"denials, {name} on {made}: hidden {hidden * 1000:.2f} ms, absent {absent * 1000:.2f} ms ({times} each)"
        print(told)  # noqa: T201  (the proof’s figure)
        assert max(hidden, absent) <= RATIO * min(hidden, absent) + SLACK, told
