"""Log lines without personal data.

A log line says where and what kind of thing went wrong, never whose: PostgreSQL quotes rows in its errors,
Python quotes values in ``ValueError`` and ``KeyError``, and forms quote what was typed. So the text of an
exception is logged only where its type cannot hold data; of a database error its code and constraint are.
"""

import json
import logging
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist

DETAIL = re.compile(r"(DETAIL|CONTEXT|HINT|LINE \d+|QUERY|STATEMENT):.*?(?=\n\S|\Z)", re.DOTALL)
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+")
# In a path: the key of a link, or of a calendar's address. A public key has 36 characters.
KEY = re.compile(r"(?<=/)[\w-]{40,}")
WITHHELD = "(text withheld)"

# Their text names code and settings.
PLAIN = (ImportError, AttributeError, NameError, NotImplementedError, ImproperlyConfigured, TemplateDoesNotExist)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def scrub(text: str) -> str:
    """Return ``text`` without quoted rows, e-mail addresses and the keys in links."""
    return KEY.sub("<key>", EMAIL.sub("<e-mail>", DETAIL.sub(r"\1: <removed>", text)))


def describe(error: BaseException) -> str:
    """Return what may be logged of ``error``: its type, and its text or its database code where they hold no data."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if diagnosis := _diagnosis(error):
        return f"{name}: {diagnosis}"
    if isinstance(error, PLAIN):
        return f"{name}: {scrub(str(error))}"
    if isinstance(error, OSError) and error.errno:
        return f"{name}: {os.strerror(error.errno)}"  # not its text: a file's or a person's name is in it
    return f"{name} {WITHHELD}"


def _diagnosis(error: BaseException) -> str:
    for each in (error, error.__cause__):
        if code := getattr(each, "sqlstate", None):
            constraint = getattr(getattr(each, "diag", None), "constraint_name", None)
            return f"SQLSTATE {code}" + (f", constraint {constraint}" if constraint else "")
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield ``error`` and what it was raised from, the newest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class ScrubPersonalData(logging.Filter):
    """Scrubs the message with its arguments put in, the text of the exception that it reports included."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by its scrubbed form."""
        if record.name == "celery.app.trace" and isinstance(record.args, Mapping):
            record.args = _of_task(record.args, record.exc_info)
        text = record.getMessage()
        for error in _chain(record.exc_info[1] if record.exc_info else None):
            text = _without_text(text, error)
        record.msg, record.args = scrub(text), ()
        return True


def _of_task(args: Mapping[str, Any], exc_info: Any) -> dict[str, Any]:
    # Celery quotes the exception, the arguments and the result of a task.
    error = exc_info[1] if exc_info else None
    withheld = dict.fromkeys(("exc", "args", "kwargs", "return_value", "traceback"), WITHHELD)
    return {**args, **withheld, "exc": describe(error) if error else WITHHELD}


def _without_text(text: str, error: BaseException) -> str:
    if isinstance(error, PLAIN):
        return text
    for quoted in (repr(error), str(error)):
        text = text.replace(quoted, describe(error)) if quoted else text
    return text


class ScrubbedFormatter(logging.Formatter):
    """One line a record, then the traceback: places and kinds of error, no values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. A traceback that another handler has formatted is not reused: it is not scrubbed."""
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  (the name is logging's)
        """Return the traceback without personal data, the newest error first."""
        parts = []
        for error in _chain(ei[1]):
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{describe(error)}\n{scrub(frames)}".rstrip())
        return "\nfrom ".join(parts)


class JsonFormatter(ScrubbedFormatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, and the exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as one line; fields that a caller adds to a record are left out."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
