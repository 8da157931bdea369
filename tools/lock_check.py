"""The lock files name public package indexes only, so that a clean machine can install from them.

``python -m tools.lock_check``. `uv lock --check` compares versions and does not notice other addresses.
"""

import re
import sys
from pathlib import Path

from tools.sources import ROOT

LOCKS = {
    "uv.lock": ("https://pypi.org/simple", "https://files.pythonhosted.org/"),
    "frontend/package-lock.json": ("https://registry.npmjs.org/",),
}
# Where a lock says that a package comes from; a project's home page or funding link is not one.
SOURCES = re.compile(r'(?:registry|url|resolved|index|git|path)"?\s*[=:]\s*"([^"]+)"')


def foreign_addresses(text: str, public: tuple[str, ...]) -> list[str]:
    """Return the package sources in the lock file ``text`` that start with none of ``public``."""
    return [source for source in SOURCES.findall(_without_funding(text)) if not source.startswith(public)]


def _without_funding(text: str) -> str:
    return re.sub(r'"funding":\s*(\{[^}]*\}|\[[^\]]*\])', '"funding": 0', text)


def main() -> int:
    """Print the addresses that a clean machine could not reach. Returns the exit code."""
    found = [
        f"{name}: {source}"
        for name, public in LOCKS.items()
        if (ROOT / name).exists()
        for source in sorted(set(foreign_addresses(Path(ROOT / name).read_text(encoding="utf-8"), public)))
    ]
    print("\n".join(found) if found else "lock files name public indexes only")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
