"""An agent's reply as a mail: what they wrote, the signatures, the conversation so far, pictures where they stood."""

from __future__ import annotations

from channels_inbox import letters, quoting
from channels_inbox.letters import Content, NothingToSend
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
    message = Message.objects.select_related("ticket__brand", "author_agent").get(pk=row.message_id)
    if message.delivery == Message.Delivery.CANCELLED:
        raise NothingToSend(TAKEN_BACK)
    ticket, inbox = message.ticket, row.inbox
    files = list(message.attachments.order_by("pk"))
    html, inside = with_pictures_inside(
        richtext.clean(message.html), [_file(file) for file in files if file.is_inline]
    )
    signature = _signature(message, inbox)
    quote = (
        quoting.so_far(message, row.recipients, letters.language_of(ticket))
        if inbox.quote_history
        else quoting.NOTHING
    )
    content = Content(
        subject=letters.answering(ticket.subject),
        text=_below(message.text, f"{SIGNATURE_LINE}\n{signature}" if signature else "", quote.text),
        html=html + _signature_html(signature) + quote.html,
        sender_name=f"{message.author_name} ({ticket.brand.name})"
        if message.author_name
        else ticket.brand.name,
        files=(*inside, *(_file(file) for file in files if not file.is_inline)),
        language=ticket.language,
    )
    return letters.of_ticket(row, ticket, message.pk, content)


def _below(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _signature(message: Message, inbox: Inbox) -> str:
    """The agent's own, then that of the inbox, or else of the brand."""
    own = message.author_agent.signature if message.author_agent else ""
    return "\n".join(filter(None, [own.strip(), (inbox.signature or message.ticket.brand.signature).strip()]))


def _signature_html(signature: str) -> str:
    return f"<div>{SIGNATURE_LINE}<br>{richtext.from_text(signature)}</div>" if signature else ""


def _file(attachment: Attachment) -> FileRef:
    with attachment.file.open("rb") as stored:
        content = stored.read()
    return FileRef(
        name=attachment.name,
        content_type=attachment.content_type,
        content=content,
        content_id=attachment.token,
        is_inline=attachment.is_inline,
    )
