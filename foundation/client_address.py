"""Who is calling, by their network address. (helpdesk.proxies has looked through our own proxies by then.)"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

# One household or machine has at least this much of IPv6, and may change addresses within it at will.
IPV6_HOUSEHOLD = 64


def client_address(request: HttpRequest) -> str:
    """The caller's address; "" where it came over a socket that has none."""
    address = _parse(request)
    return str(address) if address else ""


def client_network(request: HttpRequest) -> str:
    """What to count somebody's tries by: an IPv4 address, or a whole household of IPv6; "" for no address."""
    address = _parse(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_HOUSEHOLD), strict=False))
    return str(address) if address else ""


def _parse(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
