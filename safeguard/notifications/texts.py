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


def texts() -> dict[str, str]:
    """Return the texts as they stand, by code: an administrator's, else those that Safeguard brings."""
    own = dict(ReminderText.objects.values_list("code", "text"))
    return {code: own.get(code, str(text)) for code, text in DEFAULTS.items()}


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


def subject_of(rows: "Sequence[Reminder]", words: Mapping[str, str]) -> str:
    """Return the subject of a message with ``rows``, by the texts ``words``."""
    if len(rows) == 1:
        return words[SUBJECT].format(title=rows[0].title, count=1)[:LONGEST_SUBJECT]
    return (_("%(count)d reminders from Safeguard") % {"count": len(rows)})[:LONGEST_SUBJECT]


def body_of(rows: "Sequence[Reminder]", channel: str, words: Mapping[str, str]) -> str:
    """Return what a message with ``rows`` says, by the texts ``words``."""
    if channel == "sms":
        return words[SMS].format(title=rows[0].title, link=_link(rows[0]))
    late = words[LATE] if any(row.is_late for row in rows) else ""
    if len(rows) == 1:
        return late + words[ONE].format(title=rows[0].title, link=_link(rows[0]))
    lines = "\n".join(f"{row.title}\n{_link(row)}" for row in rows)
    return late + words[MANY].format(lines=lines, count=len(rows))


def _link(row: "Reminder") -> str:
    return str(settings.SITE_URL).rstrip("/") + row.path
