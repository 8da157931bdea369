"""What a batch keeps: asked for once, forgotten at its end, and never kept outside one."""

from itertools import count

from safeguard.common.batch import batch, once


def test_within_a_batch_it_is_made_once_for_each_key() -> None:
    made = count()
    with batch():
        assert [once("a", lambda: next(made)), once("b", lambda: next(made)), once("a", lambda: next(made))] == [
            0,
            1,
            0,
        ]


def test_nothing_is_kept_outside_one_or_from_one_to_the_next() -> None:
    made = count()
    for _ in range(2):
        once("a", lambda: next(made))
    with batch():
        once("a", lambda: next(made))
    with batch():
        assert once("a", lambda: next(made)) == 3


def test_none_is_kept_too() -> None:
    made: list[None] = []
    with batch():
        for _ in range(2):
            once("a", lambda: made.append(None))
    assert len(made) == 1
