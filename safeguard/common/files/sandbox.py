"""Cleaning a file in a process of its own: bounded memory and time, whatever the file does to its parser."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeguard.common.files.cleaning import MEDIA_TYPES, MOST_BYTES

WALL_SECONDS = 40
# Two at a time in one web process, or many uploads at once would need all its memory.
_turns = BoundedSemaphore(2)
KINDS = _("JPEG, PNG or WebP picture, PDF document, Word or Excel file (.docx, .xlsx) or plain text (.txt)")
REASONS: dict[str, str | Promise] = {
    "extension": _("Files of this kind are not taken. Send a %(kinds)s."),
    "content": _("The file is not what its name says. Save it again from the program that made it, as a %(kinds)s."),
    "empty": _("The file is empty. Check that it was saved, and choose it again."),
    "size": _("The file is larger than %(size)s MB. Make it smaller or split it, and choose it again."),
    "pixels": _("The picture has more than 40 million pixels. Make it smaller, and choose it again."),
    "pages": _("The document has no page, or more than 2,000. Split it, and choose it again."),
    "password": _("The file is protected by a password. Save a copy without it, and choose that."),
    "active": _("The file holds macros or other active content. Save a copy without it, or as a PDF document."),
    "outside": _(
        "The file loads something from outside: a template, a picture, another workbook or a program. Break its links "
        "in the program that made it, or save it as a PDF document, and choose the new copy."
    ),
    "animated": _(
        "The picture moves, and only its first moment would have been kept. Save the moments that matter as pictures "
        "of their own, or as a PDF document, and choose those."
    ),
    "inner_picture": _(
        "The file holds a TIFF or HEIC picture, which can say where it was taken. Save the file as a PDF document, or "
        "put the picture in as JPEG or PNG, and choose the new copy."
    ),
    "bomb": _("The file unpacks to far more than it should. Open it, save it again, and choose the new copy."),
    "damaged": _("The file is damaged or incomplete. Open it, save it again, and choose the new copy."),
}


class FileRefused(Exception):
    """The file is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Cleaned:
    """A file that may be kept: its content and its media type."""

    content: bytes
    media_type: str


def extension_of(name: str) -> str:
    """Return the extension of a file's name in lower case, with its dot; empty without one."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def cleaned(data: bytes, name: str) -> Cleaned:
    """Return the file called ``name`` without what could harm. Raises FileRefused."""
    extension = extension_of(name)
    if extension not in MEDIA_TYPES:
        raise _refusal("extension")
    if len(data) > MOST_BYTES:
        raise _refusal("size")
    with _turns:
        refused, content = _in_own_process(data, extension)
    if refused:
        raise _refusal(refused)
    return Cleaned(content, MEDIA_TYPES[extension])


def _in_own_process(data: bytes, extension: str) -> tuple[str, bytes]:
    command = [sys.executable, "-m", "safeguard.common.files.cleaning", extension]
    root = Path(settings.BASE_DIR)
    try:
        done = subprocess.run(  # noqa: S603  (our own program, and an extension of our list)
            command, input=data, capture_output=True, check=False, timeout=WALL_SECONDS, cwd=root, env={}
        )
    except subprocess.TimeoutExpired:
        return "bomb", b""
    head, newline, content = done.stdout.partition(b"\n")
    if done.returncode or not newline:  # killed for its memory or its time, or crashed
        return "bomb", b""
    return str(json.loads(head)["refused"]), content


def _refusal(code: str) -> FileRefused:
    return FileRefused(str(REASONS[code]) % {"kinds": KINDS, "size": MOST_BYTES // (1024 * 1024)})
