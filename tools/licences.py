"""The licences of everything that production installs fit this project's: ``python -m tools.licences``."""

import re
import sys
import tomllib
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

from tools.sources import ROOT

# Permissive licences, and weak copyleft of libraries that are used unchanged.
ACCEPTED = re.compile(
    r"\b(MIT|MIT-0|BSD|0BSD|BSD-[23]-Clause|Apache|ISC|PSF|Python Software Foundation|PostgreSQL|Unlicense|Zlib"
    r"|MPL|Mozilla Public License|LGPL)\b",
    re.IGNORECASE,
)
REFUSED = re.compile(r"(?<!L)\b(A?GPL|SSPL|BUSL|Proprietary)\b", re.IGNORECASE)
# Read by a person: the package states more than one licence, and the one that applies fits.
READ = {"qrcode": "BSD-3-Clause; its second classifier is the notice that “QR Code” is a trade mark"}


def is_accepted(licence: str) -> bool:
    """Return whether a licence, as a package states it, is on the list."""
    return bool(ACCEPTED.search(licence)) and not REFUSED.search(licence)


def installed_for_production() -> set[str]:
    """Return the names of the packages that pyproject.toml's dependencies bring, directly or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting, found = [Requirement(text) for text in project["dependencies"]], set[tuple[str, frozenset[str]]]()
    while waiting:
        wanted = waiting.pop()
        step = (_normal(wanted.name), frozenset(wanted.extras))
        if step not in found:
            found.add(step)
            waiting += _needs(distribution(wanted.name), wanted.extras)
    return {name for name, _ in found}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _needs(package: Distribution, extras: set[str]) -> list[Requirement]:
    requirements = [Requirement(text) for text in package.requires or []]
    environments = [{"extra": extra} for extra in (*extras, "")]
    return [each for each in requirements if not each.marker or any(map(each.marker.evaluate, environments))]


def stated_licence(package: Distribution) -> str:
    """Return what the package's metadata says: the expression, else the classifiers, else the free text."""
    data = package.metadata
    classifiers = [value.rsplit(" :: ", 1)[-1] for value in data.get_all("Classifier") or [] if value.startswith("Lic")]
    free_text = (data["License"] or "").strip().split("\n")[0]
    return data["License-Expression"] or "; ".join(classifiers) or free_text or "UNKNOWN"


def main() -> int:
    """Print the packages whose licence is not on the list. Returns the exit code."""
    names = sorted(installed_for_production())
    stated = {name: stated_licence(distribution(name)) for name in names}
    refused = [
        f"{name}: {licence}" for name, licence in stated.items() if name not in READ and not is_accepted(licence)
    ]
    print("\n".join(refused) if refused else f"licences of {len(names)} packages fit")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
