"""An agent's reply as a mail: what they wrote, the signatures, the conversation so far, pictures where they stood."""

from __future__ import annotations

from channels_inbox import letters, quoting
from channels_inbox.letters import Content, NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import REPLY
from channels_inbox.mail_texts.places import of_inbox
from channels_inbox.mail_texts.rendering import Block
from channels_inbox.messages import FileRef, OutboundMessage
from channels_inbox.models import Inbox, MessageDelivery
from channels_inbox.pictures import with_pictures_inside
from foundation import richtext
from tickets.models import Attachment, Message

# RFC 3676, 4.3: where mail programs know that the signature begins.
SIGNATURE_LINE = "-- "
TAKEN_BACK = "It was taken back before it left."


def write(row: MessageDelivery) -> OutboundMessage:
    assert row.message_id is not None, "only notices have no message, and they are written elsewhere"
    message = Message.objects.select_related("ticket__brand", "ticket__requester", "author_agent").get(
        pk=row.message_id
    )
    if message.delivery == Message.Delivery.CANCELLED:
        raise NothingToSend(TAKEN_BACK)
    ticket, inbox = message.ticket, row.inbox
    files = list(message.attachments.order_by("pk"))
    html, inside = with_pictures_inside(
        richtext.clean(message.html), [file_of(file) for file in files if file.is_inline]
    )
    quote = (
        quoting.so_far(message, row.recipients, letters.language_of(ticket))
        if inbox.quote_history
        else quoting.NOTHING
    )
    values: dict[str, str | Block] = {
        "reply": Block(message.text, html),
        "signature": signature(message, inbox),
        "history": Block(quote.text, quote.html),
        "subject": letters.answering(ticket.subject),
        "customer": ticket.requester.display_name,
        "agent": message.author_name,
        "brand": ticket.brand.name,
        "number": str(ticket.number),
        "portal": letters.portal(),
    }
    written = texts.write(REPLY, of_inbox(inbox, letters.language_of(ticket)), values)
    content = Content(
        subject=written.subject,
        text=written.text,
        html=written.html,
        sender_name=f"{message.author_name} ({ticket.brand.name})"
        if message.author_name
        else ticket.brand.name,
        files=(*inside, *(file_of(file) for file in files if not file.is_inline)),
        language=ticket.language,
    )
    return letters.of_ticket(row, ticket, message.pk, content)


def signature(message: Message, inbox: Inbox) -> Block:
    """The agent's own, then that of the inbox, or else of the brand."""
    own = message.author_agent.signature if message.author_agent else ""
    lines = [own.strip(), (inbox.signature or message.ticket.brand.signature).strip()]
    words = "\n".join(filter(None, lines))
    if not words:
        return Block("", "")
    return Block(
        f"{SIGNATURE_LINE}\n{words}",
        f"<div>{SIGNATURE_LINE}<br>{richtext.from_text(words)}</div>",
    )


def file_of(attachment: Attachment) -> FileRef:
    with attachment.file.open("rb") as stored:
        content = stored.read()
    return FileRef(
        name=attachment.name,
        content_type=attachment.content_type,
        content=content,
        content_id=attachment.token,
        is_inline=attachment.is_inline,
    )
