"""Browsers that hang up in the middle of a page take no database connection with them."""

import http.client
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.conf import settings

from safeguard.common.services.valkey import start_valkey
from tests.compose import free_port, stop, wait_until
from tests.production import HOST, ROOT, production_environment

HANG_UPS = 40


@pytest.mark.django_db(transaction=True)
def test_pages_that_are_abandoned_leave_the_pool_whole(tmp_path: Path) -> None:
    broker, port, log = start_valkey(tmp_path / "valkey"), free_port(), tmp_path / "web.log"
    database = str(settings.DATABASES["default"]["NAME"])
    environment = production_environment(database, REDIS_URL=broker.url, DATABASE_POOL_SIZE="2")
    command = ["uvicorn", "safeguard.asgi:application", "--host=127.0.0.1", f"--port={port}", "--lifespan=off"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        assert wait_until(lambda: _is_ready(port)), log.read_text()
        for turn in range(HANG_UPS):
            _hang_up(port, after=turn * 0.0005)
        assert all(_is_ready(port) for _ in range(5)), log.read_text()
    finally:
        stop(process)
        broker.stop()


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n\r\n".encode()


def _hang_up(port: int, after: float) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(_request("/health/ready"))
        time.sleep(after)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
