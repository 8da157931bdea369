"""Folders that services keep to themselves: one user at a time, and short ones for sockets."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from safeguard.common.services.processes import Account, ServiceError

SOCKET_PREFIX = "sg-"
# A socket's whole path may have 107 bytes on Linux and 103 on macOS; the longest name in it is `.s.PGSQL.5432.lock`.
LONGEST_FOLDER = 80


class FolderLock:
    """Keeps a folder to one process; the operating system lets go of it when that process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Take ``folder``, made if need be. Raises ServiceError when another live process has it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise ServiceError(
                f"{folder} is in use by another running Safeguard (process {holder}). Nothing was changed. "
                "Stop that one first, or choose another folder with SAFEGUARD_DATA_DIR."
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let others have the folder."""
        self._file.close()


def make_socket_folder(data_dir: Path, account: Account | None) -> Path:
    """Make a new short folder for ``data_dir``'s socket that only its server, and root, may enter.

    ``data_dir / "socket"`` points to it; the one that an earlier crash left behind is removed.
    """
    remove_socket_folder(data_dir)
    home = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=home if len(home.encode()) < LONGEST_FOLDER else "/tmp"))  # noqa: S108  (mkdtemp makes it 0700)
    if account:
        os.chown(folder, account.uid, account.gid)
    (data_dir / "socket").symlink_to(folder)
    return folder


def remove_socket_folder(data_dir: Path) -> None:
    """Remove the socket folder that ``data_dir / "socket"`` points to, if there is one."""
    link = data_dir / "socket"
    if not link.is_symlink():
        return
    folder = link.readlink()
    if folder.name.startswith(SOCKET_PREFIX):  # never follow a link that somebody else made
        shutil.rmtree(folder, ignore_errors=True)
    link.unlink()
