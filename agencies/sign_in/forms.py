"""allauth's forms in plain words, with what password managers need to know, and their failures recorded."""

import hashlib
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from agencies.sign_in import trail
from safeguard.common.forms.base import GovukFormMixin

PASSWORD_HINT = _("At least 12 characters. Three random words work well. You can paste it from a password manager.")
MISMATCH = _("The two passwords are not the same. Type the new one again in both boxes")


class Plain(GovukFormMixin):
    """Every form of this package: no idempotency key, nothing marked optional."""

    is_idempotent = False
    marks_optional = False


def email_field(label: Any, autocomplete: str, hint: Any = "") -> forms.EmailField:
    """Return an e-mail field; its errors say what to type."""
    return forms.EmailField(
        label=label,
        help_text=hint,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
        error_messages={
            "required": _("Enter your e-mail address"),
            "invalid": _("Enter an e-mail address in the correct format, like name@example.org"),
        },
    )


def password_field(label: Any, autocomplete: str, missing: Any, hint: Any = "") -> forms.CharField:
    """Return a password field that takes spaces and pasting."""
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
        error_messages={"required": missing},
    )


def code_field(label: Any, hint: Any = "", *, digits: bool = True) -> forms.CharField:
    """Return a field for a one-time code."""
    attrs = {"autocomplete": "one-time-code", "spellcheck": "false", "class": "govuk-input--width-10"}
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=40,
        widget=forms.TextInput(attrs=attrs | ({"inputmode": "numeric"} if digits else {})),
        error_messages={"required": _("Enter the code")},
    )


# --- Account ---------------------------------------------------------------------------------------


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]  # allauth carries no types
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field(_("E-mail address"), "username")
        self.fields["password"] = password_field(_("Password"), "current-password", _("Enter your password"))
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """Return the address as accounts keep it."""
        return str(self.cleaned_data["login"]).strip().lower()


class ReauthenticateForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(_("Password"), "current-password", _("Enter your password"))


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]  # allauth carries no types
    """The address to send the link to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field(_("E-mail address"), "username")


class ChangeEmailForm(Plain, account.AddEmailForm):  # type: ignore[misc]  # allauth carries no types
    """The new address, which counts once the code sent to it has been entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("We will send a code to it. Your present address stays in use until you have entered the code.")
        self.fields["email"] = email_field(_("New e-mail address"), "email", hint)


class ConfirmEmailForm(Plain, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]  # allauth carries no types
    """The code that was sent to the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code"), _("From the e-mail, like BCDF-GHJK"), digits=False)


class NewPasswordFields:
    """The fields for choosing a new password, in every form that does."""

    fields: dict[str, Any]
    user: Any

    def put_new_password_fields(self) -> None:
        """Replace allauth's two fields by ours."""
        first = account.SetPasswordField(label=_("New password"), help_text=PASSWORD_HINT)
        first.user = self.user
        first.error_messages["required"] = _("Enter a new password")
        first.widget.attrs = {"autocomplete": "new-password", "spellcheck": "false"}
        self.fields["password1"] = first
        self.fields["password2"] = password_field(
            _("New password again"), "new-password", _("Enter the new password again")
        )


class ChangePasswordForm(NewPasswordFields, Plain, account.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """A new password; that it is the person was proved just before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.put_new_password_fields()
        self.fields["oldpassword"] = password_field(
            _("Present password"), "current-password", _("Enter your present password")
        )


class SetPasswordForm(NewPasswordFields, Plain, account.SetPasswordForm):  # type: ignore[misc]  # allauth carries no types
    """The first password of somebody who signs in by their organisation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.put_new_password_fields()


class ResetPasswordKeyForm(NewPasswordFields, Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]  # no types
    """A new password, by the link from an e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.put_new_password_fields()


# --- Second factor: codes --------------------------------------------------------------------------


class RecordsFailure:
    """Records a wrong code or passkey, and lets no code from an app be used twice while it is valid."""

    user: Any

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # allauth's form, mixed in
            if self.is_from_app():
                use_once(self.user, code)
        except forms.ValidationError:
            trail.note("sign_in.failed", by=trail.actor_of(context.request), about=self.user, detail={"method": "code"})
            raise
        return code

    def is_from_app(self) -> bool:
        """Return whether the code came from an authenticator app, not from the list of recovery codes."""
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]  # allauth's form sets it
        return bool(authenticator.type == Authenticator.Type.TOTP)


def use_once(user: Any, code: str) -> None:
    """Mark a code from an app as used. Raises ValidationError the second time.

    allauth remembers it for one period only, but with a tolerance it is valid for longer. The mark lives
    in the cache, which therefore must be shared by all processes and must not evict.
    """
    digits = "".join(character for character in code if character.isalnum())
    digest = hashlib.sha256(f"{user.pk}:{digits}".encode()).hexdigest()
    seconds = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
    if not cache.add(f"sign_in:used_code:{digest}", 1, timeout=seconds):
        raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(RecordsFailure, Plain, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The code at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code"), _("6 digits from your authenticator app, or a recovery code"))


class ReauthenticateByCodeForm(RecordsFailure, Plain, mfa.ReauthenticateForm):  # type: ignore[misc]  # no types
    """The code before a sensitive step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code"), _("6 digits from your authenticator app, or a recovery code"))


class ActivateTotpForm(RecordsFailure, Plain, totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth carries no types
    """The first code from a new app, which shows that it holds the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code from the app"), _("6 digits"))

    def is_from_app(self) -> bool:
        """Return True: only an app is being set up."""
        return True


# --- Second factor: passkeys -----------------------------------------------------------------------


class AddPasskeyForm(Plain, webauthn._BaseAddWebAuthnForm):  # type: ignore[misc]
    """A new passkey and what to call it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = passkey_name_field(required=False)


class RenamePasskeyForm(Plain, webauthn.EditWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = passkey_name_field(required=True)


def passkey_name_field(*, required: bool) -> forms.CharField:
    """Return the field for a passkey's name."""
    return forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("So that you can tell it from others, such as “Work phone”"),
        max_length=80,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter a name for this passkey")},
    )


class RecordsPasskeyFailure:
    """Records a passkey that did not match."""

    user: Any

    def clean_credential(self) -> Authenticator:
        """Return the authenticator. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth's form, mixed in
        except forms.ValidationError:
            by = trail.actor_of(context.request)
            trail.note("sign_in.failed", by=by, about=self.user, detail={"method": "webauthn"})
            raise


class AuthenticateByPasskeyForm(RecordsPasskeyFailure, Plain, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey as second step of a sign-in."""


class LoginByPasskeyForm(RecordsPasskeyFailure, Plain, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """The passkey as the whole sign-in."""


class ReauthenticateByPasskeyForm(RecordsPasskeyFailure, Plain, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The passkey before a sensitive step."""
