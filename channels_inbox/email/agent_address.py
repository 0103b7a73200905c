"""The names under which one agent answers one ticket by mail: a signed address, and signed Message-IDs.

    support+a7.t42.q7…x@desk.example       here agent 7 answers ticket 42
    <a7.t42.1093.c3…m@desk.example>        what told agent 7 of event 1093 in ticket 42

Both end in a MAC of 128 bits over agent and ticket, and only the one exact form is ever believed. They are mailed to
that agent and to nobody else; they are no password all the same: whoever uses one must be that agent, too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from channels_inbox.email.reply_address import LOCAL_PART_LIMIT
from foundation import tokens

_BOUND = r"a(?P<agent>[1-9][0-9]{0,17})\.t(?P<ticket>[1-9][0-9]{0,17})"
_MAC = r"(?P<mac>[a-z2-7]{26})"
_TAG = re.compile(rf"\+{_BOUND}\.{_MAC}")
_MINTED = re.compile(rf"{_BOUND}\.(?P<serial>[0-9]{{1,18}})\.{_MAC}@[^@\s]+")
_ANYWHERE = re.compile(r"(?i)\+a[0-9]{1,18}\.t[0-9]{1,18}\.[a-z2-7]{1,40}(?=@|%40)")
# The first name of a conversation with an agent: what every mail about the ticket refers to.
CONVERSATION: Final = 0


class Bound(NamedTuple):
    """Whom and what a name was made for."""

    agent: int  # primary key
    ticket: int  # number


def sign(address: str, bound: Bound) -> str:
    """The address of an inbox, as this agent should answer to it. Without the proof where it would be too long."""
    local, at, domain = address.rpartition("@")
    tag = f"+a{bound.agent}.t{bound.ticket}.{tokens.mac('agent-address', *bound)}"
    if not at or len(local) + len(tag) > LOCAL_PART_LIMIT:
        return address
    return f"{local}{tag}@{domain}"


def read(address: str) -> Bound | None:
    """For whom and what an address was signed; None where it was not."""
    local = address.strip().lower().rpartition("@")[0]
    at = local.rfind("+")
    found = _TAG.fullmatch(local[at:]) if at >= 0 else None
    if found and tokens.mac_ok("agent-address", found["mac"], found["agent"], found["ticket"]):
        return Bound(int(found["agent"]), int(found["ticket"]))
    return None


def mint(bound: Bound, serial: int, address: str) -> str:
    """The Message-ID of a mail to this agent; `serial` is the event it tells of."""
    mac = tokens.mac("agent-message-id", *bound, serial)
    domain = address.rpartition("@")[2].lower() or "localhost"
    return f"a{bound.agent}.t{bound.ticket}.{serial}.{mac}@{domain}"


def read_message_id(message_id: str) -> Bound | None:
    found = _MINTED.fullmatch(message_id.strip().lower())
    if found and tokens.mac_ok(
        "agent-message-id", found["mac"], found["agent"], found["ticket"], found["serial"]
    ):
        return Bound(int(found["agent"]), int(found["ticket"]))
    return None


def looks_minted(message_id: str) -> bool:
    """It has the form of ours, whether or not we made it."""
    return _MINTED.fullmatch(message_id.strip().lower()) is not None


def without_tags(text: str) -> str:
    """The text without what an agent's mail program may have quoted of such an address."""
    return _ANYWHERE.sub("", text)
