"""What reminders say: texts that an administrator can adapt, with the few words that Safeguard fills in.

No text can name a child: the words that are filled in hold a case's reference, a day and a link, no more.
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safeguard.notifications.models import ReminderText

if TYPE_CHECKING:
    from safeguard.notifications.models import Reminder

SUBJECT, ONE, MANY, LATE, SMS = "subject", "one", "many", "late", "sms"
# Which words each text may hold; {title} is such as "Due tomorrow: case 1234-5678".
WORDS: Mapping[str, frozenset[str]] = {
    SUBJECT: frozenset({"title", "count"}),
    ONE: frozenset({"title", "link"}),
    MANY: frozenset({"lines", "count"}),
    LATE: frozenset(),
    SMS: frozenset({"title", "link"}),
}
NEEDED: Mapping[str, frozenset[str]] = {
    ONE: frozenset({"link"}),
    MANY: frozenset({"lines"}),
    SMS: frozenset({"title"}),
}
DEFAULTS: Mapping[str, str | Promise] = {
    SUBJECT: gettext_lazy("{title}"),
    ONE: gettext_lazy("{title}\n\nOpen it in Safeguard: {link}\n"),
    MANY: gettext_lazy("{count} reminders from Safeguard:\n\n{lines}\n"),
    LATE: gettext_lazy("Some of this comes late: Safeguard could not send it when it was due.\n\n"),
    SMS: gettext_lazy("Safeguard: {title}. {link}"),
}
LONGEST_SUBJECT = 200


def text_of(code: str) -> str:
    """Return the text as it stands: an administrator's, else the one that Safeguard brings."""
    own = ReminderText.objects.filter(code=code).values_list("text", flat=True).first()
    return own if own is not None else str(DEFAULTS[code])


def check_text(code: str, text: str) -> None:
    """Refuse a text that could not be filled in. Raises ValidationError."""
    try:
        used = {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ValidationError(_("Nothing was saved. A curly bracket has no partner: check { and }.")) from error
    if unknown := used - WORDS[code]:
        known = ", ".join(f"{{{word}}}" for word in sorted(WORDS[code])) or _("none")
        message = _("Nothing was saved. {%(word)s} is unknown here. You can use: %(known)s")
        raise ValidationError(message % {"word": min(unknown), "known": known})
    if missing := NEEDED.get(code, frozenset()) - used:
        message = _("Nothing was saved. The text must hold {%(word)s}.")
        raise ValidationError(message % {"word": min(missing)})


def subject_of(rows: "Sequence[Reminder]") -> str:
    """Return the subject of a message with ``rows``."""
    if len(rows) == 1:
        return text_of(SUBJECT).format(title=rows[0].title, count=1)[:LONGEST_SUBJECT]
    return (_("%(count)d reminders from Safeguard") % {"count": len(rows)})[:LONGEST_SUBJECT]


def body_of(rows: "Sequence[Reminder]", channel: str) -> str:
    """Return what a message with ``rows`` says."""
    if channel == "sms":
        return text_of(SMS).format(title=rows[0].title, link=_link(rows[0]))
    late = text_of(LATE) if any(row.is_late for row in rows) else ""
    if len(rows) == 1:
        return late + text_of(ONE).format(title=rows[0].title, link=_link(rows[0]))
    lines = "\n".join(f"{row.title}\n{_link(row)}" for row in rows)
    return late + text_of(MANY).format(lines=lines, count=len(rows))


def _link(row: "Reminder") -> str:
    return str(settings.SITE_URL).rstrip("/") + row.path
