"""What a person is answered does not depend on anything that they may not see: replay.py says how."""

import random
from itertools import count

import pytest

from tests.access.conftest import MakeScene
from tests.access.questions import questions
from tests.access.replay import Difference, differences
from tests.access.scene import Scene
from tests.programs import program_of

READERS = [
    *("alice", "mo", "tess", "tariq", "daisy", "hana", "mona"),
    *("piotr", "vera", "olive", "maggie", "otto", "nell", "adam"),
]
PAIRS = 10_000


def ask(scene: Scene, name: str, most: int, seed: int = 0) -> tuple[int, list[Difference]]:
    """Ask ``most`` of a person's questions, chosen by ``seed``; return how many pairs, and those that differ."""
    reader = scene.reader(name)
    assert reader
    asked = list(questions(scene, name))
    random.Random(seed).shuffle(asked)  # noqa: S311  (a choice, not a secret)
    return differences(name, scene.people[name].client, reader, scene.truth, asked[:most])


@pytest.mark.parametrize("name", READERS[:9])
def test_an_answer_depends_on_nothing_hidden(name: str, scene_of: MakeScene) -> None:
    pairs, found = ask(scene_of(7, 6), name, 30)

    assert pairs == 30
    assert not found, found[0]


@pytest.mark.proof
@pytest.mark.parametrize("name", READERS)
def test_ten_thousand_answers_depend_on_nothing_hidden(name: str, scene_of: MakeScene) -> None:
    pairs, seeds, share = 0, count(1), PAIRS // len(READERS) + 1
    scene = scene_of(next(seeds), 30)
    while pairs < share:
        done, found = ask(scene, name, min(250, share - pairs), next(seeds))
        pairs += done
        assert done, "somebody who may ask nothing"
        assert not found, found[0]
    print(f"non-interference, {name}: {pairs} pairs, byte for byte the same")  # noqa: T201  (the proof’s figure)


def test_programs_are_answered_alike(scene_of: MakeScene) -> None:
    scene = scene_of(8, 5)
    for name in ("tariq", "otto"):
        reader = scene.reader(name)
        assert reader
        secret = program_of(scene.people[name]).secret
        asked = [
            type(question)(question.address, question.post, secret)
            for question in questions(scene, name)
            if question.address.startswith("/api/")
        ]
        _pairs, found = differences(name, scene.people[name].client, reader, scene.truth, asked)
        assert not found, found[0]
