"""Known weaknesses in what production installs: ``python -m tools.vulnerabilities requirements.txt``.

Fails on a known weakness. A machine that cannot reach the service is told so and does not fail.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

COMMAND = ("pip-audit", "--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off", "--timeout=10")


def verdict(packages: Sequence[Mapping[str, Any]]) -> tuple[int, str]:
    """Return the exit code and what to print for pip-audit's list of packages."""
    asked = [package for package in packages if "skip_reason" not in package]
    weak = [
        f"{package['name']} {package['version']}: {weakness['id']}, fixed in {weakness['fix_versions']}"
        for package in asked
        for weakness in package["vulns"]
    ]
    if weak:
        return 1, "\n".join(weak)
    if not asked:
        return 0, "known weaknesses: not asked, the advisory service does not answer from here"
    return 0, f"known weaknesses: none in {len(asked)} packages ({len(packages) - len(asked)} could not be asked)"


def main() -> int:
    """Ask for the packages of the requirements file named on the command line. Returns the exit code."""
    command = [*COMMAND, f"--requirement={sys.argv[1]}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    code, text = verdict(packages)
    print(text)
    return code


if __name__ == "__main__":
    sys.exit(main())
