"""Limits hold across processes: each attempt here is a Python of its own, with the same PostgreSQL and Valkey."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import Person

ATTEMPT = """
import django; django.setup()
import sys
from django.test import Client
address, password, times = sys.argv[1:]
for _ in range(int(times)):
    page = Client().post(
        "/account/login/",
        {"login": "alice@example.org", "password": password},
        REMOTE_ADDR=address,
        HTTP_HOST="localhost",
    )
print("signed in" if page.status_code == 302 else "stopped" if "too many attempts" in page.text else "wrong")
"""


def attempt(address: str, password: str, times: int = 1) -> str:
    """Try to sign in ``times`` times in a new process; returns how the last one ended."""
    folder = os.environ["TEST_POSTGRES_SOCKET"]
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.test",
        "DATABASE_URL": f"postgresql://app_test@/{name}?host={folder}&options=-c%20role%3Dapp_web",
        "REDIS_URL": os.environ["TEST_VALKEY"],
    }
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPT, address, password, str(times)],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.django_db(transaction=True)
def test_failures_add_up_over_processes_and_stop_one_place_only(alice: Person) -> None:
    right = "correct horse battery staple"

    first = attempt("198.51.100.7", "wrong password", times=3)
    second = attempt("198.51.100.7", "wrong password", times=2)

    assert (first, second) == ("wrong", "wrong")
    assert attempt("198.51.100.7", right) == "stopped"
    assert attempt("203.0.113.9", right) == "signed in"
