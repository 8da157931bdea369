"""What reminders say: texts that an administrator can adapt, with the few words that Safeguard fills in.

No text can name a child: the words that are filled in hold a case's reference, a day and a link, no more.
A higher room registers the texts of its own kinds, once, from its ``AppConfig.ready``.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safeguard.common.batch import once
from safeguard.notifications.models import ReminderText

if TYPE_CHECKING:
    from safeguard.notifications.models import Reminder

log = logging.getLogger(__name__)

SUBJECT, SUBJECT_MANY, ONE, MANY, LATE, SMS = "subject", "subject_many", "one", "many", "late", "sms"
LONGEST_LINE, LONGEST = 200, 2000
NAME = re.compile(r"\w*")
EXAMPLE_TITLE = gettext_lazy("Due 3 December 2026: case 1234-5678")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text: of which ``kind`` of reminder, what it is (``label``), Safeguard's own, and the words that it may hold.

    ``words`` are those filled in, each with an example; without one of ``needed`` the text would be of no use.
    ``one_line`` is a title or a subject.
    """

    code: str
    kind: str | Promise
    label: str | Promise
    default: str | Promise
    words: Mapping[str, object] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    one_line: bool = False


TEXTS: dict[str, Text] = {}


def register(text: Text) -> None:
    """Make ``text`` known: it is filled in by its code, and an administrator finds it among the others."""
    TEXTS[text.code] = text


EVERY = gettext_lazy("Every reminder")
TITLE: Mapping[str, object] = {"title": EXAMPLE_TITLE}
LINK: Mapping[str, object] = {"link": "https://…/cases/…/"}
COUNT: Mapping[str, object] = {"count": 3}
for _text in (
    Text(
        code=SUBJECT,
        kind=EVERY,
        label=gettext_lazy("Subject of an e-mail with one reminder"),
        default="{title}",
        words=TITLE,
        one_line=True,
    ),
    Text(
        code=SUBJECT_MANY,
        kind=EVERY,
        label=gettext_lazy("Subject of an e-mail with several"),
        default=gettext_lazy("{count} reminders from Safeguard"),
        words=COUNT,
        one_line=True,
    ),
    Text(
        code=ONE,
        kind=EVERY,
        label=gettext_lazy("E-mail with one reminder"),
        default=gettext_lazy("{title}\n\nOpen it in Safeguard: {link}"),
        words={**TITLE, **LINK},
        needed=frozenset({"link"}),
    ),
    Text(
        code=MANY,
        kind=EVERY,
        label=gettext_lazy("E-mail with several"),
        default=gettext_lazy("{count} reminders from Safeguard:\n\n{lines}"),
        words={**COUNT, "lines": gettext_lazy("Due 3 December 2026: case 1234-5678\nhttps://…/cases/…/")},
        needed=frozenset({"lines"}),
    ),
    Text(
        code=LATE,
        kind=EVERY,
        label=gettext_lazy("What stands before reminders that come late"),
        default=gettext_lazy("Some of this comes late: Safeguard could not send it when it was due."),
    ),
    Text(
        code=SMS,
        kind=EVERY,
        label=gettext_lazy("Text message"),
        default=gettext_lazy("Safeguard: {title}. {link}"),
        words={**TITLE, **LINK},
        needed=frozenset({"title"}),
        one_line=True,
    ),
):
    register(_text)


def texts() -> dict[str, str]:
    """Return the texts as they stand, by code: an administrator's, else those that Safeguard brings.

    One that could not be filled in is passed over, and said in the log: it must not hold up a reminder. Within a
    batch they are read once.
    """
    return once("reminder texts", _texts)


def _texts() -> dict[str, str]:
    newest = ReminderText.objects.order_by("code", "-pk").distinct("code").values_list("code", "text")
    own = {code: text for code, text in newest if text and code in TEXTS}
    for code in [code for code, text in own.items() if _problem(TEXTS[code], text)]:
        log.error("The text %s cannot be filled in: Safeguard's own is used.", code)
        del own[code]
    return {code: own.get(code, str(text.default)) for code, text in TEXTS.items()}


def check_text(code: str, text: str) -> None:
    """Refuse a text that could not be filled in. Raises ValidationError, KeyError for an unknown code."""
    if problem := _problem(TEXTS[code], text):
        raise ValidationError(_("Nothing was saved. %(problem)s") % {"problem": problem})


def filled(code: str, text: str, values: Mapping[str, object]) -> str:
    """Return ``text`` with ``values`` in their places; a title or subject as one line, cut to what a subject holds."""
    made = text.format(**values)
    return " ".join(made.split())[:LONGEST_LINE] if TEXTS[code].one_line else made.strip()


def preview(code: str, text: str) -> str:
    """Return ``text`` filled in with the examples. Raises ValidationError where it could not be."""
    check_text(code, text)
    return filled(code, text, TEXTS[code].words)


def _problem(spec: Text, text: str) -> str:
    """Return what is wrong with a text, and what to do; an empty string for nothing."""
    try:
        fields = [each for each in Formatter().parse(text) if each[1] is not None]
    except ValueError:
        return _("A curly bracket has no partner: check { and }.")
    known = ", ".join(f"{{{word}}}" for word in sorted(spec.words)) or _("none")
    for _literal, name, format_spec, conversion in fields:
        # A format such as {title:9999999} could fill a mailbox, and {title.x} or {title[0]} read what is not meant.
        if format_spec or conversion or not NAME.fullmatch(name or ""):
            return _("Nothing may follow a word in its brackets. You can use: %(known)s") % {"known": known}
        if name not in spec.words:
            return _("{%(word)s} is unknown here. You can use: %(known)s") % {"word": name, "known": known}
    missing = spec.needed - {name for _literal, name, _format, _conversion in fields}
    if missing:
        return _("The text must hold {%(word)s}.") % {"word": min(missing)}
    return _problem_of_form(spec, text)


def _problem_of_form(spec: Text, text: str) -> str:
    most = LONGEST_LINE if spec.one_line else LONGEST
    if not text.strip():
        return _("The text is empty. Write one, or go back to Safeguard’s own.")
    if len(text) > most:
        return _("The text has %(count)d characters: %(most)d are the most.") % {"count": len(text), "most": most}
    if spec.one_line and len(text.splitlines()) > 1:
        return _("The text must be one line.")
    return ""


def subject_of(rows: "Sequence[Reminder]", words: Mapping[str, str]) -> str:
    """Return the subject of a message with ``rows``, by the texts ``words``."""
    if len(rows) == 1:
        return filled(SUBJECT, words[SUBJECT], {"title": rows[0].title})
    return filled(SUBJECT_MANY, words[SUBJECT_MANY], {"count": len(rows)})


def body_of(rows: "Sequence[Reminder]", channel: str, words: Mapping[str, str]) -> str:
    """Return what a message with ``rows`` says, by the texts ``words``."""
    first = {"title": rows[0].title, "link": _link(rows[0])}
    if channel == "sms":
        return words[SMS].format(**first)
    parts = [words[LATE].strip()] if any(row.is_late for row in rows) else []
    if len(rows) == 1:
        parts.append(filled(ONE, words[ONE], first))
    else:
        lines = "\n".join(f"{row.title}\n{_link(row)}" for row in rows)
        parts.append(filled(MANY, words[MANY], {"lines": lines, "count": len(rows)}))
    return "\n\n".join(parts) + "\n"


def _link(row: "Reminder") -> str:
    return str(settings.SITE_URL).rstrip("/") + row.path
