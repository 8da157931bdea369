"""Write a folder of fresh secrets for a new installation by docker-compose.yml."""

import secrets
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safeguard.audit.keys import generate
from safeguard.common.encryption import new_keyset

PASSWORDS = ("postgres", "owner", "web", "worker", "backup")


class Command(BaseCommand):
    """``manage.py new_secrets FOLDER``: every secret that the compose file names but mail and TLS."""

    help = "Write fresh secrets, one a file. Nothing that exists is overwritten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files. Raises CommandError when one of them exists."""
        folder: Path = options["folder"]
        values = fresh_secrets()
        if there := [name for name in values if (folder / name).exists()]:
            raise CommandError(f"{', '.join(there)} exist in {folder}: nothing was written. Choose an empty folder.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, value in values.items():
            (folder / name).write_text(value + "\n")
            # Containers read their secrets as users of their own; the folder keeps everybody else out.
            (folder / name).chmod(0o444)
        folder.chmod(0o700)
        self.stdout.write(f"{len(values)} secrets written. Add email_password, tls_certificate, tls_key.")


def fresh_secrets() -> Mapping[str, str]:
    """Return a value for each secret file, addresses with the passwords of this set in them."""
    passwords = {name: secrets.token_urlsafe(32) for name in PASSWORDS}
    broker = secrets.token_urlsafe(32)
    return {
        "secret_key": secrets.token_urlsafe(64),
        "encryption_keyset": new_keyset(),
        "audit_signing_key": generate(),
        "redis_url": f"redis://:{broker}@valkey:6379/0",
        "valkey_users": f"user default on >{broker} ~* &* +@all",
        **{f"{name}_password": password for name, password in passwords.items()},
        **{
            f"database_{name}_url": f"postgresql://app_{name}:{passwords[name]}@postgres:5432/safeguard"
            for name in ("owner", "web", "worker")
        },
    }
