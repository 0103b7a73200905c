"""What has known passwords is for this machine only."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class DemoStaysHome:
    """Whatever address a demo desk was bound to, it answers nobody from elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEMO:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_loopback(request.META.get("REMOTE_ADDR", "")) and "X-Forwarded-For" not in request.headers:
            return self.get_response(request)
        sentence = "The demo desk has passwords that everybody knows. It answers its own machine only.\n"
        return HttpResponse(sentence, status=403, content_type="text/plain")
