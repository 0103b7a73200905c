"""What every request of a person gets: their language, their clock, their theme; and answers that nobody keeps."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts import agent_sessions
from accounts.models import Agent
from foundation import desk

Answer = Callable[[HttpRequest], HttpResponse]


class AgentPreferences:
    """An agent reads the desk in their own language, hours and theme; everybody else in the desk's hours.

    A customer's language comes from their browser (LocaleMiddleware). Asks the database nothing that the
    page would not ask anyway. Whoever was away for too long is a stranger again.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agent = request.user
        if isinstance(agent, Agent) and agent_sessions.is_over(request.session):
            auth.logout(request)
            agent = request.user
        if not isinstance(agent, Agent):
            if "Authorization" in request.headers:  # a program, which reads no clock
                return self.get_response(request)
            with timezone.override(_zone(desk.settings().time_zone)):
                return self.get_response(request)
        request.theme = agent.theme  # type: ignore[attr-defined]
        language = agent.language if agent.language in dict(settings.LANGUAGES) else desk.settings().language
        request.LANGUAGE_CODE = language
        with timezone.override(_zone(agent.time_zone)), translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # a zone that this machine's tables do not have
        return ZoneInfo("UTC")


class NoStore:
    """Nobody keeps a copy of what a signed-in agent or a known customer was shown: no proxy, no shared computer.

    Goes by the cookies and keys that came or that leave with the answer, so it needs no look-up.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.cookies = {settings.SESSION_COOKIE_NAME, settings.PORTAL_COOKIE_NAME}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            self.cookies & (request.COOKIES.keys() | response.cookies.keys())
            or "Authorization" in request.headers
        ):
            response["Cache-Control"] = "no-store, private"
            patch_vary_headers(response, ("Cookie",))
        return response
