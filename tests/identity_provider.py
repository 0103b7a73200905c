"""A provider of sign-ins (OAuth2) on this machine: pages, codes with PKCE, tokens that rotate, and faults on demand."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

PATIENCE = 30
Fault = Callable[["IdentityProvider", BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Code:
    account: str
    redirect_uri: str
    challenge: str


@dataclass
class State:
    codes: dict[str, Code] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)  # token -> account
    access: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)  # of the token endpoint
    pages: list[dict[str, str]] = field(default_factory=list)  # of the authorize page
    faults: list[Fault] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)  # what the way back carries besides
    token_extra: dict[str, Any] = field(default_factory=dict)
    is_rotating: bool = True


class IdentityProvider:
    client_id, client_secret = "desk-1", "canary-client-secret-4417"

    def __init__(self) -> None:
        self.state = State()
        self.lock = threading.Lock()
        self.released = threading.Event()
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                try:
                    ours.serve(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = handle_any

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def settings(self) -> dict[str, str]:
        """An inbox's settings with this provider."""
        return {
            "sign_in": "other",
            "oauth_client_id": self.client_id,
            "oauth_tenant": "",
            "oauth_authorize_url": f"{self.url}/authorize",
            "oauth_token_url": f"{self.url}/token",
            "oauth_scopes": "mail offline_access",
            "oauth_issuer": "",
        }

    def forget(self) -> None:
        """Between tests."""
        self.released.set()
        self.released = threading.Event()
        self.state = State()

    # ---- What a test does to it

    def issue(self, account: str) -> tuple[str, str]:
        """An access and a refresh token, as after a sign-in."""
        access, renewing = f"at-{secrets.token_hex(12)}", f"rt-{secrets.token_hex(12)}"
        self.state.access[access] = self.state.refresh[renewing] = account
        return access, renewing

    def code(self, account: str, *, redirect_uri: str, challenge: str) -> str:
        code = f"code-{secrets.token_hex(8)}"
        self.state.codes[code] = Code(account, redirect_uri, challenge)
        return code

    def revoke(self, account: str) -> None:
        """The person takes it back: every token of theirs is void."""
        for kept in (self.state.access, self.state.refresh):
            for token in [token for token, whose in kept.items() if whose == account]:
                del kept[token]

    def forget_access(self, account: str) -> None:
        """The access tokens end early; what renews them stays."""
        for token in [token for token, whose in self.state.access.items() if whose == account]:
            del self.state.access[token]

    def fail(self, *faults: Fault) -> None:
        """The next questions to the token endpoint meet these."""
        self.state.faults += faults

    def refreshes(self) -> int:
        return sum(each.get("grant_type") == "refresh_token" for each in self.state.asked)

    # ---- What it answers

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        address = urlsplit(request.path)
        length = int(request.headers.get("Content-Length", 0))
        said = request.rfile.read(length).decode() or address.query
        given = {name: values[-1] for name, values in parse_qs(said, keep_blank_values=True).items()}
        {
            "/authorize": self._page,
            "/decide": self._decide,
            "/token": self._token,
            "/revoke": self._revoke,
            "/introspect": self._introspect,
        }.get(address.path, _not_found)(request, given)

    def _page(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        self.state.pages.append(given)
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in given.items()
        )
        page = (
            f'<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,"><h1>Sign in as'
            f' {html.escape(given.get("login_hint", ""))}</h1><form action="/decide">{fields}'
            '<button name="agree" value="1">Agree</button> <button name="agree" value="">Refuse</button></form>'
        )
        answer(request, 200, page.encode(), "text/html; charset=utf-8")

    def _decide(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        if given.get("agree"):
            code = self.code(
                given["login_hint"], redirect_uri=given["redirect_uri"], challenge=given["code_challenge"]
            )
            back = {"code": code, "state": given["state"]}
        else:
            back = {
                "error": "access_denied",
                "error_description": "The person said <b>no</b>.",
                "state": given["state"],
            }
        request.send_response(302)
        request.send_header("Location", given["redirect_uri"] + "?" + urlencode(back | self.state.extra))
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _token(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        with self.lock:
            self.state.asked.append(given)
            fault = self.state.faults.pop(0) if self.state.faults else None
        if fault:
            fault(self, request)
            return
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            say(request, 401, {"error": "invalid_client", "error_description": "AADSTS7000222"})
            return
        with self.lock:
            account = self._account(given)
            if account is None:
                say(request, 400, {"error": "invalid_grant", "error_description": "revoked"})
                return
            access, renewing = self.issue(account)
            if given["grant_type"] == "refresh_token" and not self.state.is_rotating:
                del self.state.refresh[renewing]
                renewing = ""
        facts = {"access_token": access, "token_type": "Bearer", "expires_in": 3599}
        if renewing:
            facts["refresh_token"] = renewing
        say(request, 200, facts | self.state.token_extra)

    def _account(self, given: dict[str, str]) -> str | None:
        """For whom, if all of it is right. A code is used up by the first try; so is a refresh token that rotates."""
        if given["grant_type"] == "refresh_token":
            token = given["refresh_token"]
            kept = self.state.refresh
            return kept.pop(token, None) if self.state.is_rotating else kept.get(token)
        code = self.state.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code is None or (code.redirect_uri, code.challenge) != (given.get("redirect_uri"), challenge):
            return None
        return code.account

    def _revoke(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        """RFC 7009: one token, and with it all of the same sign-in."""
        token = given.get("token", "")
        account = self.state.refresh.get(token) or self.state.access.get(token)
        if account:
            self.revoke(account)
        answer(request, 200, b"", "text/plain")

    def _introspect(self, request: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        """RFC 7662, for the mail server."""
        account = self.state.access.get(given.get("token", ""))
        say(request, 200, {"active": account is not None, "username": account or ""})


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def say(request: BaseHTTPRequestHandler, status: int, facts: object) -> None:
    answer(request, status, json.dumps(facts).encode(), "application/json")


def _not_found(request: BaseHTTPRequestHandler, _given: dict[str, str]) -> None:
    answer(request, 404, b"", "text/plain")


# ---- Faults


def server_error(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    answer(request, 503, b"<h1>Service unavailable</h1>", "text/html")


def garbage(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    answer(request, 200, b"<html>{{{", "text/html")


def a_list(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    say(request, 200, ["access_token"])


def hostile_token(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    say(request, 200, {"access_token": "x\x01\x01\r\na1 LOGOUT", "token_type": "Bearer"})


def elsewhere(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    request.send_response(307)
    request.send_header("Location", "http://169.254.169.254/latest/meta-data/")
    request.send_header("Content-Length", "0")
    request.end_headers()


def huge(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _each in range(2000):
        request.wfile.write(b" " * 64 * 1024)


def silent(provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    provider.released.wait(PATIENCE)
    request.close_connection = True


def too_many(_provider: IdentityProvider, request: BaseHTTPRequestHandler) -> None:
    say(request, 429, {"error": "invalid_grant"})


@contextmanager
def running_identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    provider.thread.start()
    try:
        yield provider
    finally:
        provider.forget()
        provider.server.shutdown()
        provider.server.server_close()
        provider.thread.join()
