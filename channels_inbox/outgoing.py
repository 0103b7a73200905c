"""Write the mail that a row of the outbox stands for, at the moment it leaves."""

from __future__ import annotations

from collections.abc import Callable

from channels_inbox import acknowledgements, asides, notices, reply_letter
from channels_inbox.messages import OutboundMessage
from channels_inbox.models import MessageDelivery
from tickets.models import Message


def _of_a_ticket(row: MessageDelivery) -> OutboundMessage:
    found = Message.objects.filter(pk=row.message_id or 0, visibility=Message.Visibility.OUTSIDE)
    message = found.select_related("ticket__brand", "author_agent").first()
    return asides.write(row, message) if message else reply_letter.write(row)


WRITERS: dict[str, Callable[[MessageDelivery], OutboundMessage]] = {
    MessageDelivery.Kind.REPLY: _of_a_ticket,
    MessageDelivery.Kind.ACKNOWLEDGEMENT: acknowledgements.write,
    MessageDelivery.Kind.NOTICE: notices.write,
}


def write(row: MessageDelivery) -> OutboundMessage:
    """Raises NothingToSend where it shall not leave after all, SendFailed where it never can."""
    return WRITERS[row.kind](row)
