"""A production environment for processes that tests start: real secrets, the tests' own servers."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from safeguard.audit.keys import generate
from safeguard.common.encryption import new_keyset
from safeguard.common.row_security import WEB_ROLE
from tests.database import LOGIN

ROOT = Path(__file__).resolve().parent.parent
HOST = "safeguard.example.org"


def production_environment(database: str, role: str = WEB_ROLE, **changes: str | None) -> dict[str, str]:
    """Return the environment of a production process on ``database`` of the tests' server, as ``role``.

    Nothing of the caller's own environment but the search path is passed on. A change to None takes a
    name away.
    """
    socket = os.environ["TEST_POSTGRES_SOCKET"]
    environment: dict[str, str | None] = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.production",
        "SECRET_KEY": get_random_secret_key() + secrets.token_urlsafe(32),
        "ENCRYPTION_KEYSET": new_keyset(),
        "AUDIT_SIGNING_KEY": generate(),
        "DATABASE_URL": f"postgresql://{LOGIN}@/{database}?host={socket}&options=-c%20role%3D{role}",
        "REDIS_URL": os.environ["TEST_VALKEY"],
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "EMAIL_HOST": "localhost",
        "DEFAULT_FROM_EMAIL": f"Safeguard <no-reply@{HOST}>",
        **changes,
    }
    return {name: value for name, value in environment.items() if value is not None}


def manage(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` in its own process and return what it said."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
