"""The folder that the demo keeps everything in: marked as ours, used by one demo at a time, wiped only on request."""

import hashlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from safeguard.common.services.folders import FolderLock, remove_socket_folder
from safeguard.common.services.processes import ServiceError, evict
from safeguard.common.services.valkey import PROGRAM as VALKEY

MARKER = "SAFEGUARD-DATA.txt"
MARKER_TEXT = (
    "This folder holds the data of Safeguard's demo: its database, its queue and its e-mails.\n"
    "`make demo FRESH=1` deletes everything in it. Without this file it would not.\n"
)


class DemoFolder:
    """The data folder ``path``, taken for this process until ``release()``."""

    def __init__(self, path: Path) -> None:
        """Take the folder, made if need be. Raises ServiceError when it is not ours, or not ours to use now."""
        self.path = path.absolute()
        try:
            self._mark()
            self._lock = FolderLock(self.path)
        except OSError as error:
            raise ServiceError(
                f"{self.path} cannot be used: {error.strerror}. Nothing was changed. "
                "Choose a folder that you may write to with SAFEGUARD_DATA_DIR."
            ) from None

    def _mark(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        marker = self.path / MARKER
        if marker.exists():
            return
        if any(self.path.iterdir()):
            raise ServiceError(
                f"{self.path} holds files that are not Safeguard’s. Nothing was changed or deleted. "
                "Choose a new or empty folder with SAFEGUARD_DATA_DIR."
            )
        marker.write_text(MARKER_TEXT)

    @property
    def postgres(self) -> Path:
        """Where PostgreSQL's files live."""
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        """Where Valkey's files live."""
        return self.path / "valkey"

    @property
    def mail(self) -> Path:
        """Where e-mails are written, one file each."""
        return self.path / "mail"

    @property
    def processes(self) -> Path:
        """The record of running processes, for after a crash."""
        return self.path / "processes.json"

    def wipe(self) -> None:
        """Delete everything in the folder, after stopping the servers that a crash may have left in it."""
        for name, folder in self._server_folders():
            evict(name, folder, None, signal.SIGKILL, patience=5)
            remove_socket_folder(folder if name == VALKEY else folder.parent)
        for entry in self.path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name not in {MARKER, "lock"}:
                entry.unlink()

    def _server_folders(self) -> Iterator[tuple[str, Path]]:
        yield VALKEY, self.valkey
        for folder in self.postgres.glob("[0-9]*"):
            yield "postgres", folder

    def release(self) -> None:
        """Let another demo have the folder."""
        self._lock.release()


def fingerprint(root: Path, rooms: tuple[str, ...]) -> str:
    """Return a digest of the project's Python files and its lock file: while it stays, there is nothing to migrate."""
    digest = hashlib.sha256()
    files = (file for room in rooms for file in (root / room).rglob("*.py"))
    for file in sorted([*files, root / "uv.lock"]):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
