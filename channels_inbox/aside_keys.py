"""By which names somebody outside refers to what was forwarded to them."""

from __future__ import annotations

from channels_inbox.email import reply_address, side_address
from channels_inbox.messages import InboundMessage


def named_by(message: InboundMessage) -> list[int]:
    """Primary keys of messages of ours that this may answer, by a proof that only the desk can make."""
    signed = [side_address.read(address) for address in message.reply_tokens]
    parent = reply_address.read_minted(message.thread_keys[0]) if message.thread_keys else None
    return [known.message for known in (*signed, parent) if known]
