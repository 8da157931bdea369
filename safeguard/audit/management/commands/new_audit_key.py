"""``manage.py new_audit_key``: print a new key for sealing the audit."""

from typing import Any

from django.core.management.base import BaseCommand

from safeguard.audit import keys


class Command(BaseCommand):
    """Prints a signing key and its public half; keeps neither."""

    help = "Print a new signing key for the audit (AUDIT_SIGNING_KEY) and its public half (AUDIT_TRUSTED_KEYS)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the two, as lines for an environment file."""
        secret = keys.generate()
        public = keys.public_text(keys.private_key(secret))
        self.stdout.write(f"AUDIT_SIGNING_KEY={secret}")
        self.stdout.write(f"# When this key is replaced, keep believing its seals: AUDIT_TRUSTED_KEYS={public}")
