"""The long proofs: ``python -m tools.proof`` runs every test marked ``proof``; the figures they print come last."""

import subprocess
import sys

NOTHING_COLLECTED = 5  # pytest's exit code


def main() -> int:
    """Run the proofs. Returns the exit code."""
    command = [sys.executable, "-m", "pytest", "-m", "proof", "-n", "2", "--dist", "worksteal", "--no-header"]
    command += ["-rP", "--show-capture=stdout", "--durations=10"]
    code = subprocess.run(command, check=False).returncode
    if code == NOTHING_COLLECTED:
        print("make proof: no test is marked `proof` yet, so nothing was proved.")
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
