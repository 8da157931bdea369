"""Timing two ways of answering side by side, and the table of their ratios."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Run = Callable[[], object]
REPEATS = 40
LEAST_MILLISECONDS = 500  # what is quick is repeated more often


@dataclass(frozen=True)
class Ratio:
    """How long ours takes against theirs, lower quartiles in milliseconds; ``bound`` None is only reported."""

    question: str
    ours: float
    theirs: float
    bound: float | None

    @property
    def times(self) -> float:
        """Return the ratio."""
        return self.ours / self.theirs

    @property
    def held(self) -> bool:
        """Return whether the ratio is within its bound."""
        return self.bound is None or self.times <= self.bound

    def __str__(self) -> str:
        bound = "reported" if self.bound is None else f"{self.bound:g}" + ("" if self.held else " MISSED")
        return f"| {self.question} | {self.ours:.2f} | {self.theirs:.2f} | {self.times:.2f} | {bound} |"


HEADER = "| question | ms | baseline ms | times | at most |\n| --- | ---: | ---: | ---: | ---: |"


def compare(question: str, ours: Run, theirs: Run, bound: float | None = None, repeats: int = REPEATS) -> Ratio:
    """Run both in turns, so that a busy moment of the machine strikes both, and return the ratio of their quartiles.

    The lower quartile: other work on the machine only ever adds to a time, and strikes short questions hardest.
    A bound that seems missed is measured once more, three times as long, and that figure counts.
    """
    for warm_up in (ours, theirs) * 3:
        warm_up()
    once = _milliseconds(ours) + _milliseconds(theirs)
    repeats = max(repeats, min(10 * repeats, int(LEAST_MILLISECONDS / once)))
    ratio = _ratio(question, ours, theirs, bound, repeats)
    if not ratio.held:
        ratio = _ratio(question, ours, theirs, bound, 3 * repeats)
    print(ratio, flush=True)
    return ratio


def _ratio(question: str, ours: Run, theirs: Run, bound: float | None, repeats: int) -> Ratio:
    pairs = [(_milliseconds(ours), _milliseconds(theirs)) for _ in range(repeats)]
    mine, other = (statistics.quantiles(column, n=4)[0] for column in zip(*pairs, strict=True))
    return Ratio(question, mine, other, bound)


def quartile(run: Run, repeats: int = REPEATS) -> float:
    """Return the lower quartile of ``run``'s times in milliseconds."""
    for _ in range(3):
        run()
    return statistics.quantiles([_milliseconds(run) for _ in range(repeats)], n=4)[0]


def _milliseconds(run: Run) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000
