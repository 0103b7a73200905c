"""Between the desk and somebody outside: the mail in which a message is forwarded."""

from __future__ import annotations

from channels_inbox import letters, reply_letter
from channels_inbox.email import side_address
from channels_inbox.email.side_address import Forwarded
from channels_inbox.letters import Content
from channels_inbox.messages import OutboundMessage
from channels_inbox.models import MessageDelivery
from tickets.models import Message


def write(row: MessageDelivery, message: Message) -> OutboundMessage:
    """Nothing of the ticket's conversation: no history, no names of its other mails, an address of its own."""
    ticket = message.ticket
    signature = reply_letter.signature(message, row.inbox)
    content = Content(
        subject=f"Fwd: {ticket.subject}",
        text="\n\n".join(filter(None, [message.text, signature.text])),
        html=message.html + signature.html,
        sender_name=f"{message.author_name} ({ticket.brand.name})",
        files=tuple(reply_letter.file_of(file) for file in message.attachments.order_by("pk")),
    )
    address = side_address.sign(row.sender, Forwarded(ticket.number, message.pk))
    return letters.outside(row, reply_to=address, content=content)
