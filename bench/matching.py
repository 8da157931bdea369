"""How well known children are found, and how fast: FEBRL 1 and 2, and a register of made-up British children.

Run: ``python -m bench.matching`` (``make bench-matching``); ``SCALE=1000000`` for the full register. Beside
ours, on the same children in the same run: exact name and date of birth, three of four facts exact, and names
alike by trigrams with the date of birth. Exit status 1 where a bar of the issue is missed.
"""

import sys

from bench import world


def main() -> int:
    """Measure and print. Returns 1 where a bar is missed."""
    with world.server() as postgres:
        name = f"matching_{world.SCALE}"
        world.connect(postgres, name)
        from bench import _matching_register, _matching_tables  # their models need Django set up

        register = _matching_register.build(postgres, name, world.SCALE)
        missed = [*_matching_tables.febrl(), *_matching_tables.children(register), *_matching_tables.latency(register)]
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
