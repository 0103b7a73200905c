"""The names in a message that may say which conversation it belongs to."""

from __future__ import annotations

import re
from hashlib import sha256

from channels_inbox.email import agent_address, reply_address
from channels_inbox.messages import InboundMessage

# So many of a message's references are looked at: its parents come first, and nobody needs more.
REFERENCES_LIMIT = 20
KEY_LIMIT = 300
# As the desk itself writes it. A bare "#42" may be anybody's order number.
SUBJECT_NUMBER = re.compile(r"\[#([1-9][0-9]{0,17})\]")


def of(message: InboundMessage) -> list[str]:
    """Under which keys this message stands: its own id, then those it refers to, the most telling first.

    Ids that we minted are left out: they say by themselves which ticket they belong to.
    """
    ids = [message.external_id, *message.thread_keys[:REFERENCES_LIMIT]]
    return list(dict.fromkeys(shortened(name) for name in ids if name and not _looks_minted(name)))


def _looks_minted(name: str) -> bool:
    return reply_address.looks_minted(name) or agent_address.looks_minted(name)


def shortened(key: str) -> str:
    """A key that fits into its column; a longer one is kept by its digest."""
    return key if len(key) <= KEY_LIMIT else f"sha256:{sha256(key.encode()).hexdigest()}"


def numbers_in(message: InboundMessage) -> list[int]:
    """The numbers of tickets that the message names, in whatever way; none of them is believed yet."""
    named = [
        *(reply_address.read(address) for address in message.reply_tokens),
        *(reply_address.read_message_id(key) for key in message.thread_keys[:REFERENCES_LIMIT]),
        subject_number(message.subject),
    ]
    return [number for number in named if number]


def subject_number(subject: str) -> int | None:
    found = SUBJECT_NUMBER.search(subject[:1000])
    return int(found[1]) if found else None


def is_message_id(key: str) -> bool:
    """A key that is the Message-ID of a mail, as another mail program would know it."""
    return "@" in key and not key.startswith(("form:", "sha256:"))
