"""Sessions at rest: encrypted as a whole.

A session holds secrets for a while: that of an authenticator app being set up, the key of a password
reset, the state of a sign-in elsewhere. A reader of the table or of a backup must not find them.
"""

import json
from typing import Any

from safeguard.common import encryption

CONTEXT = "django_session:session_data"


class EncryptedSerializer:
    """Django's SESSION_SERIALIZER: JSON, encrypted. What cannot be decrypted counts as no session."""

    def dumps(self, session: dict[str, Any]) -> bytes:
        """Return ``session`` encrypted."""
        return encryption.encrypt(json.dumps(session), context=CONTEXT).encode()

    def loads(self, data: bytes) -> dict[str, Any]:
        """Return the session that ``dumps`` was given. Raises CannotDecrypt, from which Django makes an empty one."""
        session: dict[str, Any] = json.loads(encryption.decrypt(data.decode(), context=CONTEXT))
        return session
