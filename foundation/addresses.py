"""Which machines may the desk talk to? Public ones, and those in private networks that an operator named.

Admins type the hosts of mail servers and webhooks, and mails and providers bring addresses of their own. Each
could point the desk at itself, at its neighbours, or at the cloud's metadata service. So a name is resolved
once, every address it has is checked, and the connection goes to the address that was checked: a name that
answers differently the next time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.errors import HelpdeskError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The special-purpose registries of IANA (RFC 6890 and its updates), multicast included. Written down, because
# ipaddress.is_global has changed between releases of Python.
SPECIAL_V4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
NOT_PUBLIC_V4 = [ipaddress.IPv4Network(block) for block in SPECIAL_V4.split()]
# Of IPv6 only this is given out for use on the internet …
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# … less protocol assignments (Teredo among them), documentation, and 6to4, which wraps an IPv4 address.
NOT_PUBLIC_V6 = [
    ipaddress.IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# "0177.0.0.1", "0x7f.1", "2130706433", "127.1": addresses to some programs, names to others.
NUMBERS = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class AddressRefused(HelpdeskError):
    """The desk does not connect there."""

    def __init__(self, host: str) -> None:
        super().__init__(
            _(
                "%(host)s is not on the public internet, and the desk connects to nothing else unless the operator"
                " allows it (HELPDESK_ALLOW_PRIVATE_HOSTS)."
            )
            % {"host": host}
        )


class HostNotFound(HelpdeskError):
    """The name has no address, now; it may have one later."""

    def __init__(self, host: str) -> None:
        super().__init__(_("There is no address for %(host)s. Is the name right?") % {"host": host})


def check_address(host: str, port: int) -> str:
    """The IP address to connect to. Raises AddressRefused or HostNotFound."""
    return checked_addresses(host, port)[0]


def checked_addresses(host: str, port: int) -> list[str]:
    """All addresses of a host, in the order to try them. One that is refused makes the whole host refused."""
    name = host.strip("[]")
    found = _resolve(name, port)
    if not _is_trusted_name(name) and not all(_may_connect(address) for address in found):
        raise AddressRefused(host)
    return [str(address) for address in found]


def connect(host: str, port: int, *, timeout: float) -> socket.socket:
    """A TCP connection to a checked address of the host.

    For clients that take a socket (mail servers). TLS is theirs, against the host's name. Raises AddressRefused,
    HostNotFound, or OSError when nobody answers within `timeout` seconds.
    """
    failure = OSError(f"no address of {host} answers")
    for address in checked_addresses(host, port):
        try:
            return socket.create_connection((address, port), timeout=timeout)
        except OSError as error:
            failure = error
    raise failure


def _resolve(name: str, port: int) -> list[Address]:
    literal = _literal(name)
    if literal is not None:
        return [literal]
    if NUMBERS.fullmatch(name):
        raise AddressRefused(name)
    try:
        answers = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: not the shape of a host name
        raise HostNotFound(name) from None
    found = [ipaddress.ip_address(str(answer[4][0])) for answer in answers]
    return list(dict.fromkeys(found))


def _literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_trusted_name(name: str) -> bool:
    return name.lower().rstrip(".") in {each.lower() for each in settings.ALLOW_PRIVATE_HOSTS}


def _may_connect(address: Address) -> bool:
    address = _unwrapped(address)
    return is_public(address) or any(address in network for network in _trusted_networks())


def _trusted_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for each in settings.ALLOW_PRIVATE_HOSTS:
        try:
            networks.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            continue  # a name, not a network
    return networks


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in NOT_PUBLIC_V4)
    return address in PUBLIC_V6 and not any(address in block for block in NOT_PUBLIC_V6)
