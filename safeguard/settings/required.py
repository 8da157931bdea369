"""What production must be told: each setting that is missing, left at a default or too weak, in one sentence."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from safeguard.settings import env as defaults
from safeguard.settings.env import secret

# Django's own deployment check asks for 50 characters; the rest are the shortest that the formats allow.
LEAST_LENGTH = {"SECRET_KEY": 50, "ENCRYPTION_KEYSET": 40, "AUDIT_SIGNING_KEY": 32}
SCHEMES = {"DATABASE_URL": ("postgresql", "postgres"), "REDIS_URL": ("redis", "rediss", "unix")}
# What stands in for a secret in examples, in the demo and in base.py.
PLACEHOLDERS = ("insecure", "change-me", "changeme", "example", "local-only", "test-only")
# The values that stand in for secrets on a developer's machine, each named INSECURE_… in env.py.
KNOWN_TO_ALL = {value for name, value in vars(defaults).items() if name.startswith("INSECURE_")}
HOW = {
    "SECRET_KEY": "Make one of at least 50 random characters",
    "ENCRYPTION_KEYSET": "Make one with `manage.py new_encryption_keyset`",
    "AUDIT_SIGNING_KEY": "Make one with `manage.py new_audit_key`",
    "DATABASE_URL": "Give the PostgreSQL address with the role that this process connects as",
    "REDIS_URL": "Give the address of a Valkey or Redis server that never evicts keys",
}


def refuse_incomplete() -> None:
    """Raise ImproperlyConfigured with every sentence of ``problems()``, one a line, unless there is none."""
    found = list(problems())
    if found:
        raise ImproperlyConfigured("Safeguard did not start.\n" + "\n".join(f"- {sentence}" for sentence in found))


def problems() -> Iterator[str]:
    """Yield a sentence for each setting that production cannot run with: its name, what is wrong, what to do."""
    for name in HOW:
        yield from _secret_problem(name)
    yield from _site_url_problem(os.environ.get("SITE_URL", ""))
    yield from _hosts_problem(os.environ.get("ALLOWED_HOSTS", ""))


def _secret_problem(name: str) -> Iterator[str]:
    wrong = _what_is_wrong(name)
    if wrong:
        yield f"{name} {wrong}. {HOW[name]}, and set {name}, or {name}_FILE to a file that holds it."


def _what_is_wrong(name: str) -> str:
    value = secret(name, default="")
    if not value:
        return "is not set"
    if name in SCHEMES:
        return _address_problem(name, value)
    if len(value) < LEAST_LENGTH[name]:
        return f"is too short: it has {len(value)} characters and needs at least {LEAST_LENGTH[name]}"
    return "is a default or an example that anybody can read" if _is_known(value) else ""


def _is_known(value: str) -> bool:
    few_characters = len(set(value)) < 5  # noqa: PLR2004  (Django's own threshold)
    return few_characters or value in KNOWN_TO_ALL or any(word in value.lower() for word in PLACEHOLDERS)


def _address_problem(name: str, value: str) -> str:
    scheme = urlsplit(value).scheme
    return "" if scheme in SCHEMES[name] else f"is not an address that starts with {SCHEMES[name][0]}://"


def _site_url_problem(value: str) -> Iterator[str]:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        yield "SITE_URL is not an https address. Set it to the public address, such as https://safeguard.example.org."


def _hosts_problem(value: str) -> Iterator[str]:
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    if not hosts or "*" in hosts:
        yield "ALLOWED_HOSTS is not set or allows every host. Set it to the public host names, separated by commas."
