"""Every known kind of leak is planted on purpose, one at a time; the proofs must find each of them."""

from functools import partial

import pytest
from django.db import transaction

from tests.access.checks import CHECKS, Finding, agreement
from tests.access.conftest import MakeScene
from tests.access.leaks import LEAKS, Planted, without_policies
from tests.access.scene import Scene


def caught_by(scene: Scene, leak: Planted) -> Finding:
    """Plant the leak and return what finds it; where the database stops it, show that it would leak without."""
    check = CHECKS[leak.check]
    with transaction.atomic():
        with leak.plant():
            found = check(scene, leak.reader)
        transaction.set_rollback(True)
    if found:
        return found
    past_the_lock = partial(agreement, by_sql=False) if check is agreement else check
    with transaction.atomic():
        with without_policies(), leak.plant():
            found = past_the_lock(scene, leak.reader)
        transaction.set_rollback(True)
    return found and f"the second lock; without it, {found}"


OFTEN = {
    "a list without its filter",
    "children without their filter",
    "audience ignored",
    "any file by its key",
    "history readable",
}


def test_a_few_planted_leaks_are_caught(scene_of: MakeScene) -> None:
    scene = scene_of(11, 1)
    caught = {leak.name: caught_by(scene, leak) for leak in LEAKS if leak.name in OFTEN}
    assert set(caught) == OFTEN
    assert all(caught.values()), caught


@pytest.mark.proof
def test_every_planted_leak_is_caught(scene_of: MakeScene) -> None:
    scene = scene_of(11, 3)
    for reader, check in sorted({(leak.reader, leak.check) for leak in LEAKS}):
        assert CHECKS[check](scene, reader) is None, "a leak that nobody planted"

    caught = {leak.name: caught_by(scene, leak) for leak in LEAKS}

    table = "\n".join(f"{name:35} {found or 'NOT CAUGHT'}" for name, found in caught.items())
    print(f"\n{table}")  # noqa: T201  (the proof’s table)
    assert all(caught.values())
