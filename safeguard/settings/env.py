"""Reading the environment: plain values, secrets by value or by file, database addresses."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# A name that cannot be reached, so that commands that need no database can still import settings.
NO_DATABASE = "postgresql://nobody@/no-database-configured?host=/nonexistent"

# An Ed25519 seed: the text "insecure-audit-key-for-local-use".
INSECURE_AUDIT_KEY = "aW5zZWN1cmUtYXVkaXQta2V5LWZvci1sb2NhbC11c2U="
# A Tink keyset whose only key is the text "insecure-local-only-do-not-use!!".
INSECURE_KEYSET = (
    "eyJwcmltYXJ5S2V5SWQiOiAxLCAia2V5IjogW3sia2V5RGF0YSI6IHsidHlwZVVybCI6ICJ0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5j"
    "cnlwdG8udGluay5BZXNHY21LZXkiLCAidmFsdWUiOiAiR2lCcGJuTmxZM1Z5WlMxc2IyTmhiQzF2Ym14NUxXUnZMVzV2ZEMxMWMyVWhJUT09"
    "IiwgImtleU1hdGVyaWFsVHlwZSI6ICJTWU1NRVRSSUMifSwgInN0YXR1cyI6ICJFTkFCTEVEIiwgImtleUlkIjogMSwgIm91dHB1dFByZWZp"
    "eFR5cGUiOiAiVElOSyJ9XX0="
)


def secret(name: str, default: str | None = None) -> str:
    """Return the secret ``name`` from the environment, or from the file that ``name_FILE`` names.

    Raises ImproperlyConfigured when neither is set and there is no default, or the file cannot be read.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return _read(name, Path(path))
    value = os.environ.get(name, default)
    if value is None:
        message = f"{name} is not set. Set {name}, or {name}_FILE to a file that holds it."
        raise ImproperlyConfigured(message)
    return value


def secrets_named(prefix: str) -> dict[str, str]:
    """Return every secret whose name begins with ``prefix``, by the rest of its name in lower case."""
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix).lower(): secret(name) for name in names}


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        message = f"{name}_FILE names a file that cannot be read: {error.strerror}. Put the secret there."
        raise ImproperlyConfigured(message) from None


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for the database address in the secret ``name``."""
    config: dict[str, Any] = dict(environ.Env.db_url_config(secret(name, default=NO_DATABASE)))
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_HEALTH_CHECKS"] = True
    return config
