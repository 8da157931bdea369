"""Every test but the long proofs: ``python -m tools.run_tests [paths]``, in two runs with one verdict.

The browser's driver leaves an event loop in its thread, in which Django's test client fails. So the browser
tests are a run of their own, after all others: sorting them last is not enough where two processes share the
tests out between them.
"""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

NOTHING_COLLECTED = 5  # pytest's exit code
PARTS = ("not proof and not browser", "not proof and browser")


def main(paths: list[str]) -> int:
    """Run both parts, the second also where the first fails. Returns the first exit code that is not zero."""
    codes, passed, failed, skipped = [], 0, 0, 0
    for number, part in enumerate(PARTS):
        report = f"build/tests-{number}.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", f"--junitxml={report}", "-m", part]
        code = subprocess.run([*command, *paths], check=False).returncode
        codes.append(0 if code == NOTHING_COLLECTED else code)
        counts = _counts(report) if code in (0, 1) else {}
        bad = counts.get("failures", 0) + counts.get("errors", 0)
        skipped += counts.get("skipped", 0)
        failed += bad
        passed += counts.get("tests", 0) - bad - counts.get("skipped", 0)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return next((code for code in codes if code), 0)


def _counts(report: str) -> dict[str, int]:
    suite = ET.parse(report).find(".//testsuite")  # noqa: S314  (written by pytest a moment ago)
    attributes = suite.attrib if suite is not None else {}
    return {name: int(value) for name, value in attributes.items() if re.fullmatch(r"\d+", value)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
