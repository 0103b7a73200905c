"""A signed-in browser that costs next to nothing, so that what is measured is the desk and not its client."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

PATIENCE = 60  # seconds


@dataclass
class Browser:
    """One connection that is kept. Raises RuntimeError unless the answer is the page itself."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection(urlsplit(self.base).netloc, timeout=PATIENCE)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None, {"Cookie": self.cookie})

    def post(self, path: str, form: dict[str, str], **headers: str) -> bytes:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, urlencode(form), headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        # A redirect to the sign-in page would be fast, and no measurement.
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.headers.get('Location', '')}")
        self._keep_cookies(answer)
        return content

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value


def signed_in(base: str) -> Browser:
    """The browser of an agent who sees everything."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts import agent_sessions
    from accounts.models import Agent

    agent = Agent.objects.order_by("pk").first()
    assert agent is not None
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(agent.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    store[agent_sessions.SINCE] = store[agent_sessions.SEEN] = time.time()
    store.create()
    return Browser(base, {settings.SESSION_COOKIE_NAME: store.session_key})
