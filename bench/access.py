"""What access costs: every hot question against the same one without a permission filter.

Run: ``python -m bench.access`` (``make bench``); ``SCALE=1000000`` for the full world, ``BENCH=plans`` for the
plans alone. Ours runs as the web's role under row-level security, the baseline as the owner without any
filter, in turns in one run. Exit status 1 where a ratio or a plan is beyond its bound.
"""

import os
import sys

from bench import world


def main() -> int:
    """Measure and print. Returns 1 where a bound is missed."""
    with world.server() as postgres:
        if world.SCALE > world.USUAL:
            world.set_up(postgres, world.USUAL)  # to compare with
        world.set_up(postgres)
        from bench import _questions  # its models need Django set up

        missed = _questions.check_plans()
        if os.environ.get("BENCH") != "plans":
            missed += _questions.measure(postgres)
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
