"""Encryption of single values at rest: Tink AEAD, bound to the place where the value belongs.

Every value is encrypted under a ``context`` (such as ``"mfa_authenticator:secret:42"``). A ciphertext
that is copied to another row does not decrypt there, so nobody who can write to the database can make
one person's secret another's.

The keys are one Tink keyset: new values use its primary key, old values may use any key in it. So a
rotation is: put a new primary in front (``manage.py new_encryption_keyset --keep-old``) and re-encrypt
(``manage.py reencrypt``).
"""

import base64
import binascii
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from tink import TinkError, aead, json_proto_keyset_format, new_keyset_handle, secret_key_access

aead.register()

KEY_PREFIX_BYTES = 5  # Tink's wire format: a version byte, then the key's number


class CannotDecrypt(Exception):
    """The ciphertext was made under another key or for another place, or was damaged."""


def encrypt(text: str, *, context: str) -> str:
    """Return ``text`` encrypted for ``context``, as URL-safe base64."""
    return base64.urlsafe_b64encode(_aead().encrypt(text.encode(), context.encode())).decode()


def decrypt(token: str, *, context: str) -> str:
    """Return the text that ``encrypt`` was given. Raises CannotDecrypt."""
    try:
        plain: bytes = _aead().decrypt(base64.urlsafe_b64decode(token), context.encode())
    except (TinkError, binascii.Error, ValueError) as error:
        message = "This value was not encrypted for this place with a key of ENCRYPTION_KEYSET."
        raise CannotDecrypt(message) from error
    return plain.decode()


def is_current(token: str) -> bool:
    """Return whether ``token`` was encrypted with the keyset's primary key; says nothing of whether it decrypts."""
    primary = int(_unpack(settings.ENCRYPTION_KEYSET)["primaryKeyId"])
    try:
        return base64.urlsafe_b64decode(token)[:KEY_PREFIX_BYTES] == b"\x01" + primary.to_bytes(4, "big")
    except binascii.Error:
        return False


def reencrypted(token: str, *, context: str) -> str:
    """Return ``token`` encrypted with the primary key, unchanged if it is already. Raises CannotDecrypt."""
    return token if is_current(token) else encrypt(decrypt(token, context=context), context=context)


def new_keyset(old: str = "") -> str:
    """Return a keyset with a fresh primary key, followed by the keys of the keyset ``old``, if given."""
    fresh = json.loads(json_proto_keyset_format.serialize(_fresh_handle(), secret_key_access.TOKEN))
    fresh["key"] += _unpack(old)["key"] if old else []
    return base64.urlsafe_b64encode(json.dumps(fresh).encode()).decode()


def _fresh_handle() -> Any:
    return new_keyset_handle(aead.aead_key_templates.AES256_GCM)


def _unpack(keyset: str) -> dict[str, Any]:
    is_json = keyset.lstrip().startswith("{")  # as Tink writes it; base64 needs no quoting in an environment
    unpacked: dict[str, Any] = json.loads(keyset if is_json else base64.urlsafe_b64decode(keyset))
    return unpacked


def _aead() -> Any:
    return primitive_of(settings.ENCRYPTION_KEYSET)


@lru_cache(maxsize=4)
def primitive_of(keyset: str) -> Any:
    """Return Tink's AEAD primitive for ``keyset``. Raises ImproperlyConfigured when it is no keyset."""
    try:
        handle = json_proto_keyset_format.parse(json.dumps(_unpack(keyset)), secret_key_access.TOKEN)
    except (TinkError, ValueError) as error:
        message = "ENCRYPTION_KEYSET is not a keyset. Make one with `manage.py new_encryption_keyset`."
        raise ImproperlyConfigured(message) from error
    return handle.primitive(aead.Aead)
