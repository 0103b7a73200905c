"""The names under which a ticket is known outside: a signed address to answer to, and signed Message-IDs.

    support+t42.q7…x@desk.example          whoever writes here answers ticket 42
    <t42.1017.c3…m@desk.example>           our message 1017 of ticket 42

Both end in a MAC of 128 bits, so knowing a ticket's number is worth nothing. Only the one exact form is ever
believed: nothing shorter, longer or older. Message-IDs stand without their angle brackets here, as everywhere.
"""

from __future__ import annotations

import re
import secrets
from typing import Final, NamedTuple

from foundation import tokens

# RFC 5321, 4.5.3.1.1: longer local parts may be refused.
LOCAL_PART_LIMIT: Final = 64
_MAC = r"(?P<mac>[a-z2-7]{26})"
_NUMBER = r"t(?P<number>[1-9][0-9]{0,17})"
_TAG = re.compile(rf"\+{_NUMBER}\.{_MAC}")
_MINTED = re.compile(rf"{_NUMBER}\.(?P<message>[1-9][0-9]{{0,17}})\.{_MAC}@[^@\s]+")


def sign(address: str, ticket_number: int) -> str:
    """The address of an inbox, as the people of this ticket should write to it."""
    local, at, domain = address.rpartition("@")
    tag = f"+t{ticket_number}.{tokens.mac('reply-address', ticket_number)}"
    if not at or len(local) + len(tag) > LOCAL_PART_LIMIT:
        return address
    return f"{local}{tag}@{domain}"


def read(address: str) -> int | None:
    """The number of the ticket that an address was signed for; None where it was not."""
    local = address.strip().lower().rpartition("@")[0]
    at = local.rfind("+")
    found = _TAG.fullmatch(local[at:]) if at >= 0 else None
    if found and tokens.mac_ok("reply-address", found["mac"], found["number"]):
        return int(found["number"])
    return None


def without_tag(address: str) -> str:
    """The plain address: support+anything@desk.example is support@desk.example."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def mint(ticket_number: int, message: int, address: str) -> str:
    """The Message-ID of a message of ours; `message` is its primary key."""
    mac = tokens.mac("message-id", ticket_number, message)
    return f"t{ticket_number}.{message}.{mac}@{_domain(address)}"


def mint_notice(address: str) -> str:
    """The Message-ID of a mail that belongs to no ticket."""
    return f"n.{secrets.token_hex(16)}@{_domain(address)}"


def read_message_id(message_id: str) -> int | None:
    """The number of the ticket for which we minted this Message-ID; None where we did not."""
    found = _MINTED.fullmatch(message_id.strip().lower())
    if found and tokens.mac_ok("message-id", found["mac"], found["number"], found["message"]):
        return int(found["number"])
    return None


class Minted(NamedTuple):
    """What a Message-ID of ours names."""

    ticket: int  # number
    message: int  # primary key


def read_minted(message_id: str) -> Minted | None:
    """Ticket and message for which we minted this Message-ID; None where we did not."""
    found = _MINTED.fullmatch(message_id.strip().lower())
    if found and tokens.mac_ok("message-id", found["mac"], found["number"], found["message"]):
        return Minted(int(found["number"]), int(found["message"]))
    return None


def looks_minted(message_id: str) -> bool:
    """It has the form of ours, whether or not we made it."""
    return _MINTED.fullmatch(message_id.strip().lower()) is not None


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() or "localhost"
