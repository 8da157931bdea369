"""The TLS proxy of production: nginx runs here, with its own configuration, in front of the web."""

import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from safeguard.common.services.valkey import start_valkey
from tests.compose import free_port, stop, wait_until
from tests.production import HOST, ROOT, manage, production_environment

CONFIGURATION = ROOT / "deploy/nginx/nginx.conf"
MEGABYTE = 1024 * 1024


def nginx() -> str:
    """Return nginx's path. Without one the test is skipped, except in CI, where it fails."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None and os.environ.get("CI"):
        pytest.fail("CI must have nginx: .ci/run installs it.")
    if found is None:
        pytest.skip("No nginx on this machine: install Debian's `nginx-light` to test the proxy.")
    return found


class Proxy:
    """nginx with the committed configuration; only ports and paths are those of this machine."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.plain, self.tls = folder, free_port(), free_port()
        make_certificate(folder)
        text = CONFIGURATION.read_text()
        for theirs, ours in {
            "web:8000": f"127.0.0.1:{upstream}",
            "listen 8080": f"listen 127.0.0.1:{self.plain}",
            "listen 8443": f"listen 127.0.0.1:{self.tls}",
            "/run/secrets": str(folder),
            "/tmp/nginx": str(folder / "nginx"),  # noqa: S108  (the container's own, replaced here)
            "/etc/nginx/safeguard": str(ROOT / "deploy/nginx"),
            "/dev/stdout": str(folder / "access.log"),
        }.items():
            assert theirs in text
            text = text.replace(theirs, ours)
        (folder / "nginx.conf").write_text(text)

    def command(self, *arguments: str) -> list[str]:
        """Return nginx's command line. As root its workers stay root: the test's folders are closed to others."""
        user = " user root;" if os.geteuid() == 0 else ""
        configuration = str(self.folder / "nginx.conf")
        return [nginx(), "-p", str(self.folder), "-c", configuration, "-g", f"daemon off;{user}", *arguments]

    def ask(
        self, path: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        """Return the answer over TLS, checked against the proxy's certificate, and its body."""
        context = ssl.create_default_context(cafile=str(self.folder / "tls_certificate"))
        connection = http.client.HTTPSConnection("localhost", self.tls, context=context, timeout=20)
        try:
            connection.request(method, path, body=body or None, headers={"Host": HOST, **(headers or {})})
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()


def make_certificate(folder: Path) -> None:
    """Write a self-signed certificate for localhost and its key, as the secrets are named."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls_certificate").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "tls_key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


@pytest.fixture
def proxy_to(tmp_path: Path) -> Iterator[Callable[[int], Proxy]]:
    """Give a function that starts the proxy in front of a port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(upstream: int) -> Proxy:
        proxy = Proxy(tmp_path, upstream)
        running.append(subprocess.Popen(proxy.command(), start_new_session=True))
        assert wait_until(lambda: _answers(proxy))
        return proxy

    yield start
    for process in running:
        stop(process)


def _answers(proxy: Proxy) -> bool:
    try:
        return proxy.ask("/proxy-pages/page.css")[0].status == http.client.OK
    except OSError:
        return False


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that reached it."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is http.server's)
        pass


@pytest.fixture
def echo() -> Iterator[int]:
    """Give the port of a server that answers with the headers that reached it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


# --- The configuration ------------------------------------------------------------------------------


def test_nginx_accepts_the_configuration(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, free_port())
    answer = subprocess.run(proxy.command("-t"), capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "warn" not in answer.stderr


def test_what_a_client_says_of_its_address_is_overwritten(proxy_to: Callable[[int], Proxy], echo: int) -> None:
    lies = {
        "X-Real-IP": "198.51.100.7",
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=198.51.100.7",
    }
    headers = json.loads(proxy_to(echo).ask("/", headers=lies)[1])
    assert headers["X-Real-IP"] == "127.0.0.1"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["Host"] == HOST
    assert "198.51.100.7" not in json.dumps(headers)
    assert "evil.example" not in json.dumps(headers)


def test_the_access_log_holds_no_address_no_query_and_no_key(proxy_to: Callable[[int], Proxy], echo: int) -> None:
    proxy = proxy_to(echo)
    proxy.ask("/search?q=Daisy+Dale")
    proxy.ask("/account/password/reset/key/2-c8x1f2-0123456789abcdef/")
    proxy.ask("/report/confirm/made-up-key/")
    proxy.ask("/join/k9-secret-token/")
    log = proxy.folder / "access.log"
    assert wait_until(lambda: "/join/" in log.read_text(), seconds=5)
    text = log.read_text()
    assert '"path":"/search"' in text
    for unwanted in ("Daisy", "127.0.0.1", "0123456789abcdef", "k9-secret-token", "made-up-key"):
        assert unwanted not in text
    assert all(json.loads(line) for line in text.splitlines())


def test_while_the_web_is_away_the_proxy_says_so_and_what_to_do(proxy_to: Callable[[int], Proxy]) -> None:
    response, text = proxy_to(free_port()).ask("/")
    assert response.status == 502
    assert "Safeguard is not available" in text
    assert "may not have been saved" in text
    assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Cache-Control"] == "no-store"


def test_an_upload_beyond_every_limit_is_refused_by_the_proxy_in_words(
    proxy_to: Callable[[int], Proxy], echo: int
) -> None:
    proxy = proxy_to(echo)
    response, text = proxy.ask("/", method="POST", headers={"Content-Length": str(61 * MEGABYTE)})
    assert response.status == 413
    assert "Nothing of it was saved" in text


# --- In front of the web ----------------------------------------------------------------------------


@pytest.fixture
def static_root(tmp_path: Path) -> Path:
    """Give a folder with the static files as the image's build collects them."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "safeguard.settings.base",
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    answer = manage("collectstatic", "--no-input", environment=environment)
    assert answer.returncode == 0, answer.stderr
    return tmp_path / "static"


@pytest.fixture
def web(transactional_db: None, tmp_path: Path, static_root: Path) -> Iterator[int]:
    """Give the port of uvicorn with production settings on this test's database."""
    broker, port = start_valkey(tmp_path / "valkey"), free_port()
    database = str(settings.DATABASES["default"]["NAME"])
    environment = production_environment(database, REDIS_URL=broker.url, STATIC_ROOT=str(static_root))
    options = ["--host=127.0.0.1", f"--port={port}", "--ws=none", "--lifespan=off", "--no-access-log"]
    command = ["uvicorn", "safeguard.asgi:application", *options, "--no-proxy-headers", "--no-server-header"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    assert wait_until(lambda: "Uvicorn running" in (tmp_path / "web.log").read_text())
    yield port
    stop(process)
    sys.stderr.write((tmp_path / "web.log").read_text())
    broker.stop()


def test_a_page_of_production_comes_through_the_proxy(proxy_to: Callable[[int], Proxy], web: int) -> None:
    proxy = proxy_to(web)
    response, text = proxy.ask("/account/login/")
    assert response.status == 200
    assert "<form" in text
    assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert "Server" not in response.headers or "/" not in response.headers["Server"]
    cookies = response.headers.get_all("Set-Cookie") or []
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    _a_form_beyond_two_megabytes_gets_a_page_that_says_so(proxy)
    _an_unknown_host_is_refused(proxy)
    _plain_http_is_sent_to_https(proxy)
    _static_files_are_kept_by_browsers_and_come_by_hashed_name(proxy, text)


def _a_form_beyond_two_megabytes_gets_a_page_that_says_so(proxy: Proxy) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}/account/login/"}
    response, text = proxy.ask("/account/login/", method="POST", body=b"login=" + b"x" * 3 * MEGABYTE, headers=headers)
    assert response.status == 413
    assert "too large" in text.lower()


def _an_unknown_host_is_refused(proxy: Proxy) -> None:
    response, text = proxy.ask("/account/login/", headers={"Host": "evil.example"})
    assert response.status == 400
    assert "evil.example" not in text


def _plain_http_is_sent_to_https(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=10)
    connection.request("GET", "/account/login/?next=/", headers={"Host": HOST})
    response = connection.getresponse()
    assert response.status == 308
    assert response.headers["Location"] == f"https://{HOST}/account/login/?next=/"
    connection.close()


def _static_files_are_kept_by_browsers_and_come_by_hashed_name(proxy: Proxy, page: str) -> None:
    path = "/static/" + page.split('href="/static/', 1)[1].split('"', 1)[0]
    response, _ = proxy.ask(path)
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]
