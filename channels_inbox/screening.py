"""What is kept and listed, but becomes no message: our own mail that comes back, what a channel knows to be unwanted,
and what blocked people write. And what is to be looked at by a person before it becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels_inbox.known import Known
from channels_inbox.messages import InboundMessage

OWN_ADDRESS = "It comes from an address of this desk."
BLOCKED = "The sender is blocked."


def why_held(message: InboundMessage, settings: Mapping[str, Any], *, is_released: bool = False) -> str:
    """Why it goes into quarantine, where its inbox wants that; "" where it goes on. A person may let it in."""
    if is_released or settings.get("failed_check") != "quarantine":
        return ""
    return message.spoofed


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
