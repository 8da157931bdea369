"""What reminders say here: an administrator's texts, in versions that are never overwritten."""

from agencies import access
from agencies.acting import Acting
from safeguard.audit.actions import one_transaction, record
from safeguard.notifications.models import ReminderText
from safeguard.notifications.texts import TEXTS, check_text

TARGET = "notifications.ReminderText"


@one_transaction
def change_text(code: str, text: str, *, by: Acting) -> None:
    """Let reminders say ``text`` from now on, those too that wait to be sent.

    Raises Http404 for somebody who does not configure the partnership, and for an unknown code;
    ValidationError for a text that could not be filled in.
    """
    access.check_configures(by)
    _check_known(code, by)
    check_text(code, text)
    _add(code, text, by=by)


@one_transaction
def reset_text(code: str, *, by: Acting) -> None:
    """Let reminders say what Safeguard brings. Raises Http404 as ``change_text``."""
    access.check_configures(by)
    _check_known(code, by)
    _add(code, "", by=by)


def _check_known(code: str, by: Acting) -> None:
    if code not in TEXTS:
        raise access.refusal(by, "reminder.text")


def _add(code: str, text: str, *, by: Acting) -> None:
    made = ReminderText.objects.create(code=code, text=text, made_by=by.user)
    record("reminder.text", by=by, target=TARGET, detail={"text": code, "version": made.pk, "own": bool(text)})
