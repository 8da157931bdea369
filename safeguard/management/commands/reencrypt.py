"""Encrypt every stored secret anew after ENCRYPTION_KEYSET got a new primary key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agencies.sign_in.rotation import Counts, reencrypt_authenticators
from cases.actions.file_keys import reencrypt_file_keys
from safeguard.audit.actor import system


class Command(BaseCommand):
    """``manage.py reencrypt``: in small transactions, and again from the start without harm."""

    help = "Encrypt every stored secret with the primary key of ENCRYPTION_KEYSET. May be cut off and run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the counts. Raises CommandError where a secret was unreadable; needs the worker's database role."""
        by, unreadable = system("re-encryption"), 0
        for name, rounds in (("Authenticators", reencrypt_authenticators), ("Files", reencrypt_file_keys)):
            total = Counts()
            for counts in rounds(by=by):
                total.changed += counts.changed
                total.current += counts.current
                total.unreadable += counts.unreadable
            self.stdout.write(f"{name}: {total.changed} encrypted anew, {total.current} needed nothing.")
            if total.unreadable:
                unreadable += len(total.unreadable)
                self.stderr.write(f"{name} that no key opens: {', '.join(map(str, total.unreadable))}.")
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets cannot be read with any key of ENCRYPTION_KEYSET and were left as they are."
                " Put the key that they were made with back into the keyset and run this again. A person whose"
                " authenticator stays unreadable sets up their second step anew; a file stays closed."
            )
