"""Files at rest: encrypted one by one, under random names, in a folder that no web server serves.

Each file has a key of its own, which its row alone holds, encrypted with ENCRYPTION_KEYSET; the history of the row
leaves it out. So a rotation of the keyset changes rows and no files, and once the row's key is gone, a copy of the file
can be read no more, wherever it lies, unless a backup of the database that still has the row is kept too.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from safeguard.common import encryption

NONCE_BYTES = 12


class FileLost(Exception):
    """The file is not in its folder, or is not the one that was put there."""


@dataclass(frozen=True)
class Stored:
    """Where a file is: its random name, and its key, encrypted for ``context``."""

    name: str
    sealed_key: str


def put(content: bytes, *, context: str) -> Stored:
    """Keep ``content`` encrypted; the result belongs in a row, under ``context`` (such as ``"table:column:uuid"``)."""
    name, key, nonce = uuid4().hex, AESGCM.generate_key(256), os.urandom(NONCE_BYTES)
    path = _path(name)
    _make_folder(path.parent)
    partial = path.with_suffix(".partial")
    with partial.open("xb") as out:
        out.write(nonce + AESGCM(key).encrypt(nonce, content, name.encode()))
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)
    _sync_folder(path.parent)
    return Stored(name, encryption.encrypt(base64.b64encode(key).decode(), context=context))


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk: without it, a file outlives a power cut and its name does not."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def get(stored: Stored, *, context: str) -> bytes:
    """Return the content of a file. Raises FileLost, and encryption.CannotDecrypt for a key of another place."""
    key = base64.b64decode(encryption.decrypt(stored.sealed_key, context=context))
    try:
        kept = _path(stored.name).read_bytes()
        return AESGCM(key).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], stored.name.encode())
    except (OSError, InvalidTag) as error:
        raise FileLost(stored.name) from error


def forget(name: str) -> None:
    """Delete a file; nothing happens where it is gone already."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.FILES_DIR) / name[:2] / name
