"""The signed address at which somebody outside answers what was forwarded to them.

    support+t42.f1017.q7…x@desk.example    answers message 1017 of ticket 42, which was forwarded

It proves nothing but that: what comes there is never the customer's to see by itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from channels_inbox.email.reply_address import LOCAL_PART_LIMIT
from foundation import tokens

_TAG = re.compile(r"\+t(?P<ticket>[1-9][0-9]{0,17})\.f(?P<message>[1-9][0-9]{0,17})\.(?P<mac>[a-z2-7]{26})")


class Forwarded(NamedTuple):
    ticket: int  # number
    message: int  # primary key


def sign(address: str, forwarded: Forwarded) -> str:
    """Without the proof where it would be too long: then the Message-ID tells."""
    local, at, domain = address.rpartition("@")
    tag = f"+t{forwarded.ticket}.f{forwarded.message}.{tokens.mac('side-address', *forwarded)}"
    if not at or len(local) + len(tag) > LOCAL_PART_LIMIT:
        return address
    return f"{local}{tag}@{domain}"


def read(address: str) -> Forwarded | None:
    local = address.strip().lower().rpartition("@")[0]
    at = local.rfind("+")
    found = _TAG.fullmatch(local[at:]) if at >= 0 else None
    if found and tokens.mac_ok("side-address", found["mac"], found["ticket"], found["message"]):
        return Forwarded(int(found["ticket"]), int(found["message"]))
    return None
