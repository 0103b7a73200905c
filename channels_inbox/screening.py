"""What is kept and listed, but becomes no message: our own mail that comes back, what a channel knows to be unwanted,
and what blocked people write."""

from __future__ import annotations

from channels_inbox.known import Known
from channels_inbox.messages import InboundMessage

OWN_ADDRESS = "It comes from an address of this desk."
BLOCKED = "The sender is blocked."


def why_ignored(message: InboundMessage, known: Known, *, is_released: bool = False) -> str:
    """The reason, as a sentence; "" where the message goes on.

    What a person has released is not judged once more, but our own mail never comes in.
    """
    if message.from_ourselves:
        return message.from_ourselves
    if known.is_ours(message.sender.handle):
        return OWN_ADDRESS
    if is_released:
        return ""
    if message.unwanted:
        return message.unwanted
    return BLOCKED if known.customer(message.sender).blocked_at else ""
