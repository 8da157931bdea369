"""A small OpenID Connect provider on localhost: discovery, code with PKCE, signed id tokens, user info."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "safeguard", "only for this test"


@dataclass
class Provider:
    """What the provider says of the person who signs in there, and what it was asked."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    challenge: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def approve(self, redirect: str) -> str:
        """Answer the browser's visit to the authorisation address; returns where it is sent back to."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}
        self.challenge = self.asked["code_challenge"]
        return f"{self.asked['redirect_uri']}?code=the-code&state={self.asked['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Exchange the code. Raises PermissionError for a wrong code, secret or PKCE verifier."""
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (form["code"], form["client_secret"], proof) != ("the-code", CLIENT_SECRET, self.challenge):
            raise PermissionError
        now = int(time.time())
        standard = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sub": "person-1"}
        token = jwt.encode(standard | self.claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """Run a provider for the body."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
        server.provider = provider  # type: ignore[attr-defined]  # the handler's way to it
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


class Handler(BaseHTTPRequestHandler):
    """Answers the provider's addresses."""

    def do_GET(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]  # set by openid_provider
        pages = {
            "/.well-known/openid-configuration": provider.discovery(),
            "/userinfo": {"sub": "person-1"} | provider.claims,
        }
        self.answer(pages[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        try:
            self.answer(self.server.provider.token(form))  # type: ignore[attr-defined]  # set by openid_provider
        except PermissionError:
            self.send_error(400)

    def answer(self, document: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""
