"""Asking clamd whether a file holds a known virus, by its INSTREAM command.

``CLAMD`` is empty (nothing is scanned, and pages say so), ``unix:/path/to/socket`` or ``tcp:host:port``.
"""

import socket
import struct
from enum import StrEnum

from django.conf import settings

SECONDS = 30
PIECE = 64 * 1024


class ScannerAway(Exception):
    """The scanner did not answer, or not in a way that says that the file is clean."""


class TooLarge(Exception):
    """The scanner takes no file of this size; it is there for others."""


class Verdict(StrEnum):
    """What a scan says."""

    CLEAN = "clean"
    INFECTED = "infected"


def is_configured() -> bool:
    """Return whether files are scanned here."""
    return bool(settings.CLAMD)


def scan(data: bytes) -> Verdict:
    """Return what clamd says of ``data``. Raises TooLarge, and ScannerAway for anything else unclear."""
    try:
        with _connection() as clamd:
            clamd.sendall(b"zINSTREAM\0")
            _send(clamd, data)
            answer = _answer(clamd)
    except OSError as error:
        raise ScannerAway(str(error)) from error
    if answer == "stream: OK":
        return Verdict.CLEAN
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict.INFECTED
    if "size limit exceeded" in answer.lower():
        raise TooLarge(answer[:200])
    raise ScannerAway(answer[:200])


def _send(clamd: socket.socket, data: bytes) -> None:
    try:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            clamd.sendall(struct.pack("!I", len(piece)) + piece)
        clamd.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return  # clamd answers and hangs up in the middle of a file that is too large; the answer says so


def _connection() -> socket.socket:
    kind, _colon, place = settings.CLAMD.partition(":")
    if kind == "unix":
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            clamd.settimeout(SECONDS)
            clamd.connect(place)
        except OSError:
            clamd.close()
            raise
        return clamd
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _answer(clamd: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < PIECE:
        piece = clamd.recv(4096)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0").decode(errors="replace").strip()
