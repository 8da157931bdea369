"""Encrypt every stored secret anew after ENCRYPTION_KEYSET got a new primary key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agencies.sign_in.rotation import Counts, reencrypt_authenticators
from safeguard.audit.actor import system


class Command(BaseCommand):
    """``manage.py reencrypt``: in small transactions, and again from the start without harm."""

    help = "Encrypt every stored secret with the primary key of ENCRYPTION_KEYSET. May be cut off and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the counts. Raises CommandError where a secret was unreadable."""
        total = Counts()
        for counts in reencrypt_authenticators(by=system("re-encryption")):
            total.changed += counts.changed
            total.current += counts.current
            total.unreadable += counts.unreadable
        self.stdout.write(f"Authenticators: {total.changed} encrypted anew, {total.current} needed nothing.")
        if total.unreadable:
            raise CommandError(
                f"{len(total.unreadable)} authenticators cannot be read with any key of ENCRYPTION_KEYSET and were left"
                f" as they are: {', '.join(map(str, total.unreadable))}. Put the key that they were made with back into"
                " the keyset and run this again, or have these people set up their second step anew."
            )
