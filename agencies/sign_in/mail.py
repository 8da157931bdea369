"""What the account e-mails say. They carry no name and no reason beyond the account itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class AccountMail:
    """Subject and first sentence; ``is_notice``: say what to do if it was not the reader who did it."""

    subject: str | Promise
    sentence: str | Promise
    is_notice: bool = True


def _notice(subject: str | Promise, sentence: str | Promise) -> AccountMail:
    return AccountMail(subject, sentence)


# By allauth's template prefix.
MAILS: Mapping[str, AccountMail] = {
    "account/email/password_reset_key": AccountMail(
        _("Choose a new Safeguard password"),
        _("Use this link within one hour to choose a new password. It works once."),
        is_notice=False,
    ),
    "account/email/password_reset_by_organisation": AccountMail(
        _("Your Safeguard sign-in"),
        _("You have no Safeguard password: you sign in with your organisation’s own sign-in."),
        is_notice=False,
    ),
    "account/email/unknown_account": AccountMail(
        _("Your Safeguard sign-in"),
        _(
            "Somebody asked for a new password for this e-mail address, but no account uses it. If it was you,"
            " try the address that you were invited with, or ask your agency’s manager."
        ),
        is_notice=False,
    ),
    "account/email/email_confirmation": AccountMail(
        _("Your Safeguard confirmation code"),
        _("Enter this code in Safeguard within 15 minutes to confirm this e-mail address."),
        is_notice=False,
    ),
    "account/email/account_already_exists": AccountMail(
        _("Your Safeguard sign-in"),
        _("This e-mail address already belongs to an account. Sign in with it, or choose a new password."),
        is_notice=False,
    ),
    "account/email/email_changed": _notice(
        _("Your Safeguard e-mail address was changed"), _("You now sign in with a new e-mail address.")
    ),
    "account/email/password_changed": _notice(
        _("Your Safeguard password was changed"),
        _("You were signed out everywhere else, and your tokens for programs were revoked."),
    ),
    "account/email/password_reset": _notice(
        _("Your Safeguard password was changed"), _("A link from an e-mail was used. You were signed out everywhere.")
    ),
    "account/email/password_set": _notice(
        _("A Safeguard password was set"), _("You can now sign in with a password too.")
    ),
    "mfa/email/totp_activated": _notice(
        _("An authenticator app was added to your Safeguard sign-in"), _("Codes from it are now asked for at sign-in.")
    ),
    "mfa/email/totp_deactivated": _notice(
        _("The authenticator app was removed from your Safeguard sign-in"), _("Its codes no longer work.")
    ),
    "mfa/email/recovery_codes_generated": _notice(
        _("New Safeguard recovery codes were made"), _("The old ones no longer work.")
    ),
    "mfa/email/webauthn_added": _notice(
        _("A passkey was added to your Safeguard sign-in"), _("It can now be used to sign in.")
    ),
    "mfa/email/webauthn_removed": _notice(
        _("A passkey was removed from your Safeguard sign-in"), _("It can no longer be used to sign in.")
    ),
    "socialaccount/email/account_connected": _notice(
        _("Your organisation’s sign-in now opens Safeguard"), _("It was used for the first time.")
    ),
}
MAILS = {**MAILS, "account/email/email_confirmation_signup": MAILS["account/email/email_confirmation"]}


def holds_secret(context: Mapping[str, Any]) -> bool:
    """Return whether the mail made from ``context`` holds a link or code that opens something."""
    return bool(context.get("password_reset_url") or context.get("code"))


def compose(prefix: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and plain-text body of the mail that allauth calls ``prefix``. Raises KeyError for a new one."""
    mail = MAILS[prefix]
    body = render_to_string(
        "account/email/message.txt",
        {
            "sentence": mail.sentence,
            "is_notice": mail.is_notice,
            "link": context.get("password_reset_url", ""),
            "code": context.get("code", ""),
        },
    )
    return str(mail.subject), body.strip() + "\n"
