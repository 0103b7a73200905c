"""Who asks, when a reverse proxy stands in between?

Throttles and the audit look at REMOTE_ADDR. Behind a trusted proxy that is the last address in
X-Forwarded-For which is not itself a trusted proxy: what stands before it, a client may have made up.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = [ipaddress.ip_network(words) for words in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.trusted and self.is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops = request.headers.get("X-Forwarded-For", "").split(",")
            for hop in reversed([hop.strip() for hop in hops]):
                if not is_address(hop):
                    break
                request.META["REMOTE_ADDR"] = hop
                if not self.is_trusted(hop):
                    break
        return self.get_response(request)

    def is_trusted(self, address: str) -> bool:
        return is_address(address) and any(
            ipaddress.ip_address(address) in network for network in self.trusted
        )


def is_address(words: str) -> bool:
    try:
        ipaddress.ip_address(words)
    except ValueError:
        return False
    return True
