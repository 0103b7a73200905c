"""The desk connects to public machines, and to those an operator named."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.addresses import (
    AddressRefused,
    HostNotFound,
    check_address,
    checked_addresses,
    connect,
    is_public,
)


@pytest.fixture(autouse=True)
def nothing_private(settings):
    settings.ALLOW_PRIVATE_HOSTS = []


@pytest.fixture
def names(monkeypatch):
    """What DNS says: {name: [addresses]}. Numbers are read as the C library reads them."""
    known: dict[str, list[str]] = {}
    ask = socket.getaddrinfo

    def answer(host, port, *_args, **_options):
        if host not in known:
            return ask(host, port, *_args, **{**_options, "flags": socket.AI_NUMERICHOST})
        return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.170",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
]
PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:2800:220:1::1",
    "::ffff:808:808",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_refused(address, names):
    names["mail.example.com"] = [address]

    for host in (address, f"[{address}]", "mail.example.com"):
        with pytest.raises(AddressRefused, match="not on the public internet"):
            check_address(host, 993)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_found(address, names):
    names["mail.example.com"] = [address]

    assert check_address(address, 993) == check_address("mail.example.com", 993) == address


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "127.1", "127.0.1", "017700000001", "1.1", "134744072",
     "0", "127.0.0.1.", "1.2.3.4.5", "256.1.1.1", "0x", "mail.0x7f"],
)  # fmt: skip
def test_numbers_that_some_programs_take_for_addresses_are_refused(host, names):
    with pytest.raises(AddressRefused):
        check_address(host, 80)


def test_one_private_address_makes_the_whole_name_private(names):
    names["rebind.example.com"] = ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(AddressRefused):
        checked_addresses("rebind.example.com", 443)


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", "", "a" * 300, "exa mple.com", "ex\0ample.com", "..", "ü" * 70]
)
def test_a_name_without_address_is_said_to_have_none(host, names):
    with pytest.raises(HostNotFound, match="no address"):
        check_address(host, 80)


def test_the_sentence_does_not_tell_what_the_inner_network_looks_like(names):
    names["intranet.example.com"] = ["10.20.30.40"]

    with pytest.raises(AddressRefused) as refused:
        check_address("intranet.example.com", 25)

    assert "intranet.example.com" in str(refused.value)
    assert "10.20.30.40" not in str(refused.value)


@pytest.mark.parametrize("trusted", ["Mail.Intern.example", "10.0.0.0/8", "10.20.30.40", "fd00::/8"])
def test_an_operator_may_trust_a_name_or_a_network(trusted, names, settings):
    names["mail.intern.example"] = ["fd00::1" if "fd" in trusted else "10.20.30.40"]
    settings.ALLOW_PRIVATE_HOSTS = [trusted]

    assert check_address("mail.intern.example", 993) in ("10.20.30.40", "fd00::1")
    with pytest.raises(AddressRefused):
        check_address("169.254.169.254", 80)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address):
    if is_public(address):
        assert not (
            address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        )
        assert address.is_global or address in ipaddress.ip_network("192.0.0.0/24")


def test_a_connection_goes_to_the_first_address_that_answers(names, settings):
    settings.ALLOW_PRIVATE_HOSTS = ["mail.intern.example"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        names["mail.intern.example"] = ["127.0.0.2", "127.0.0.1"]
        port = server.getsockname()[1]
        with connect("mail.intern.example", port, timeout=5) as ours:
            assert ours.getpeername() == ("127.0.0.1", port)

    with pytest.raises(OSError, match="refused"):
        connect("mail.intern.example", port, timeout=5)
