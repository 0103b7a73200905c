"""Write the mail that a row of the outbox stands for, at the moment it leaves."""

from __future__ import annotations

from collections.abc import Callable

from channels_inbox import acknowledgements, notices, reply_letter
from channels_inbox.messages import OutboundMessage
from channels_inbox.models import MessageDelivery

WRITERS: dict[str, Callable[[MessageDelivery], OutboundMessage]] = {
    MessageDelivery.Kind.REPLY: reply_letter.write,
    MessageDelivery.Kind.ACKNOWLEDGEMENT: acknowledgements.write,
    MessageDelivery.Kind.NOTICE: notices.write,
}


def write(row: MessageDelivery) -> OutboundMessage:
    """Raises NothingToSend where it shall not leave after all, SendFailed where it never can."""
    return WRITERS[row.kind](row)
