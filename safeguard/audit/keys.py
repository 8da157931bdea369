"""The key that signs the audit's batches (Ed25519), and the keys whose signatures are believed."""

import base64
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SEED_BYTES = 32


def generate() -> str:
    """Return a new signing key as text for the secret AUDIT_SIGNING_KEY."""
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def signing_key() -> Ed25519PrivateKey:
    """Return the configured signing key. Raises ImproperlyConfigured when it is none."""
    return private_key(settings.AUDIT_SIGNING_KEY)


def private_key(text: str) -> Ed25519PrivateKey:
    """Return the key that ``text`` (base64 of 32 bytes) holds. Raises ImproperlyConfigured when it holds none."""
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except ValueError:
        message = "AUDIT_SIGNING_KEY is not a signing key. Make one with `manage.py new_audit_key`."
        raise ImproperlyConfigured(message) from None


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half of ``key`` as text, for AUDIT_TRUSTED_KEYS."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """Return a short name of ``key``: the first 16 hexadecimal digits of its hash."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def trusted() -> Mapping[str, Ed25519PublicKey]:
    """Return the keys whose signatures count, by their id: the present one and AUDIT_TRUSTED_KEYS (retired ones)."""
    retired = [Ed25519PublicKey.from_public_bytes(base64.b64decode(text)) for text in settings.AUDIT_TRUSTED_KEYS]
    return {key_id(key): key for key in [signing_key().public_key(), *retired]}


def is_signed(keys: Mapping[str, Ed25519PublicKey], name: str, signature: bytes, message: bytes) -> bool:
    """Return whether the key called ``name`` is one of ``keys`` and made ``signature`` of ``message``."""
    if name not in keys:
        return False
    try:
        keys[name].verify(signature, message)
    except InvalidSignature:
        return False
    return True
