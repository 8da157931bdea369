"""Say by the exit code whether a process of this installation does its work: for container health checks."""

import http.client
import socket
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError

from safeguard.beat import LEASE_KEY
from safeguard.celery import app

SECONDS = 5


class Command(BaseCommand):
    """``manage.py health web|worker|beat``: exit code 0 when well, 1 otherwise."""

    help = "Check that the web, the worker or the beat of this host works."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the kind of process."""
        parser.add_argument("process", choices=CHECKS)
        parser.add_argument("--port", type=int, default=8000, help="where the web listens")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the check. Raises CommandError when the process does not work."""
        if not CHECKS[options["process"]](options["port"]):
            raise CommandError(f"The {options['process']} does not answer.")


def web_answers(port: int) -> bool:
    """Return whether the web on this host is ready, asked as the proxy asks it."""
    headers = {"Host": urlsplit(settings.SITE_URL).netloc, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/health/ready", headers=headers)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def worker_answers(_port: int) -> bool:
    """Return whether the worker of this host answers through the broker."""
    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=SECONDS, limit=1))


def beat_ticks(_port: int) -> bool:
    """Return whether some beat renewed its lease within the last seconds."""
    return cache.get(LEASE_KEY) is not None


CHECKS = {"web": web_answers, "worker": worker_answers, "beat": beat_ticks}
