"""Size figures of the code, and a failing exit code where one is beyond its aim: ``python -m tools.sizes``."""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.sources import AROUND, ROOMS, ROOT, TESTS, Finding, python_files

FUNCTION_MEDIAN = 8
FUNCTION_95TH = 35
FUNCTION_MOST = 60
FILE_MOST = 400
TEST_FILE_MOST = 600
TESTS_TO_CODE = (1.3, 2.0)


@dataclass(frozen=True)
class Function:
    """A function or method: where it is, and its lines from ``def`` to the last, docstring included."""

    path: str
    line: int
    name: str
    lines: int


def functions(path: Path, root: Path = ROOT) -> Iterator[Function]:
    """Yield the functions of one file; a nested one counts for itself and for the one around it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(str(path.relative_to(root)), node.lineno, node.name, lines)


def line_count(path: Path) -> int:
    """Return the lines of ``path`` that are not blank."""
    return sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def percentile(values: list[int], percent: int) -> int:
    """Return the smallest of ``values`` that at least ``percent`` of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def too_long(root: Path, folders: tuple[str, ...], most: int) -> Iterator[Finding]:
    """Yield each file with more than ``most`` lines and each function beyond FUNCTION_MOST."""
    for path in python_files(root, folders):
        total = len(path.read_text(encoding="utf-8").splitlines())
        if total > most:
            yield Finding(str(path.relative_to(root)), 1, f"{total} lines; at most {most}. Split it by concern.")
        for function in functions(path, root):
            if function.lines > FUNCTION_MOST:
                message = f"{function.name} has {function.lines} lines; at most {FUNCTION_MOST}."
                yield Finding(function.path, function.line, message)


def beyond_aims(lengths: list[int]) -> Iterator[Finding]:
    """Yield a finding where the median or the 95th percentile of function lengths is beyond its aim."""
    for name, value, most in (
        ("median", int(statistics.median(lengths)), FUNCTION_MEDIAN),
        ("95th percentile", percentile(lengths, 95), FUNCTION_95TH),
    ):
        if value > most:
            yield Finding("code", 0, f"the {name} of function lengths is {value} lines; the aim is at most {most}.")


def main() -> int:
    """Print the figures and what is beyond its aim. Returns the exit code."""
    code = list(python_files(ROOT, ROOMS))
    lengths = [function.lines for path in code for function in functions(path)]
    code_lines, test_lines = (sum(map(line_count, paths)) for paths in (code, python_files(ROOT, (TESTS,))))
    longest = max(code, key=line_count)
    print(f"functions  {len(lengths)}: median {statistics.median(lengths):.0f} lines, ", end="")
    print(f"95th percentile {percentile(lengths, 95)}, longest {max(lengths)}")
    print(f"files      {len(code)}: longest {longest.relative_to(ROOT)} with {line_count(longest)} lines of code")
    print(f"tests      {test_lines} lines to {code_lines} of code: {test_lines / code_lines:.2f} ", end="")
    print(f"(aim {TESTS_TO_CODE[0]} to {TESTS_TO_CODE[1]}; stated, not enforced)")
    found = [
        *beyond_aims(lengths),
        *too_long(ROOT, ROOMS + AROUND, FILE_MOST),
        *too_long(ROOT, (TESTS,), TEST_FILE_MOST),
    ]
    print("\n".join(map(str, found)) if found else "sizes      within every aim")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
