"""Tell a customer that their request has arrived: its number, and a link to follow it. Machines are never told.

Whoever asks in somebody else's name could have us write to strangers. So the mail repeats nothing of what was
written, and `loop_caps` decides whether one more may leave.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from accounts import magic_links
from channels_inbox import doorbell, letters, loop_caps
from channels_inbox.email import reply_address
from channels_inbox.letters import Content, NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import ACKNOWLEDGEMENT
from channels_inbox.mail_texts.places import Place, of_inbox
from channels_inbox.mail_texts.rendering import Rendered
from channels_inbox.messages import OutboundMessage
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from channels_inbox.routes import Route, address_of, route_of
from tickets.models import Message, Ticket
from tickets.services import conversation

CHANNEL = "email"
# What stands in the stored message where the mail has the link.
MASKED = "[…]"


def queue(opening: Sequence[Message]) -> None:
    """Tickets were opened by these messages: confirm each, where its inbox does so. Doing it twice confirms it once."""
    payloads = InboundPayload.objects.filter(message__in=opening).select_related("inbox").defer("raw")
    payload_of = {payload.message_id: payload for payload in payloads}
    rows = [
        row
        for message in opening
        if (payload := payload_of.get(message.pk))
        and _may_be_confirmed(message, payload)
        and (row := _row(message, payload))
    ]
    if rows:
        MessageDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        doorbell.ring_after_commit(doorbell.SEND_DUE)


def _row(message: Message, payload: InboundPayload) -> MessageDelivery | None:
    route = _route(message, payload)
    if route is None:
        return None
    ticket = message.ticket
    return MessageDelivery(
        kind=MessageDelivery.Kind.ACKNOWLEDGEMENT,
        inbox=route.inbox,
        ticket=ticket,
        idempotency_key=f"ack:{ticket.pk}",
        # Its own message is written when it leaves; until then it goes by the name of the one it answers.
        rfc_message_id=reply_address.mint(ticket.number, message.pk, route.address),
        sender=route.address,
        recipients={"to": [message.author_address]},
        content={
            "about": message.pk,
            "machine": str(payload.transport.get("address", "")),
            "came_by": payload.inbox_id,
        },
    )


def _may_be_confirmed(message: Message, payload: InboundPayload) -> bool:
    if not payload.inbox.acknowledge or not payload.inbox.is_active or "@" not in message.author_address:
        return False
    if message.automatic or message.is_held or "quarantined" in message.facts or "spoofed" in message.facts:
        return False
    if "forwarded_by" in message.facts:  # they wrote to a colleague, not to us
        return False
    # Mail that lay in the mailbox before the desk began to look after it is answered by people.
    return not payload.transport.get("before_inbox")


def _route(message: Message, payload: InboundPayload) -> Route | None:
    if payload.inbox.kind == CHANNEL:
        return Route(payload.inbox, address_of(payload.inbox, message))
    return route_of(message.ticket, CHANNEL)


def write(row: MessageDelivery) -> OutboundMessage:
    about = Message.objects.select_related("ticket__brand", "ticket__requester").get(pk=row.content["about"])
    ticket = about.ticket
    (address,) = row.recipients["to"]
    if row.message_id is None:
        if reason := loop_caps.may_leave(row, address=address, ticket=ticket, machine=row.content["machine"]):
            raise NothingToSend(reason)
        _store(row, ticket)
    link = magic_links.issue(
        purpose=magic_links.Purpose.CUSTOMER_REQUEST,
        customer=about.author_customer or ticket.requester,
        ticket_number=ticket.number,
        address=address,
    )
    written = _written(row, ticket, link)
    content = Content(
        subject=written.subject,
        text=written.text,
        html=written.html,
        sender_name=ticket.brand.name,
        automatic=True,
        language=letters.language_of(ticket),
    )
    return letters.of_ticket(row, ticket, row.message_id or about.pk + 1, content)


@transaction.atomic
def _store(row: MessageDelivery, ticket: Ticket) -> None:
    """The message in the ticket's timeline, without the link, which lets whoever has it in."""
    html = _written(row, ticket, MASKED).html
    key = f"ack:{ticket.pk}"
    row.message = Message.objects.filter(source_key=key).first() or conversation.post_automatic(
        ticket=ticket, html=html, source_key=key, channel=CHANNEL
    )
    row.save(update_fields=["message"])


def _written(row: MessageDelivery, ticket: Ticket, link: str) -> Rendered:
    """The words of the inbox through which the request came. No value of it was written by its sender."""
    came_by = Inbox.objects.select_related("brand").filter(pk=row.content.get("came_by")).first()
    language = letters.language_of(ticket)
    place = of_inbox(came_by, language) if came_by else Place(brand=ticket.brand, language=language)
    values = {
        "brand": ticket.brand.name,
        "number": str(ticket.number),
        "link": link,
        "portal": letters.portal(),
    }
    return texts.write(ACKNOWLEDGEMENT, place, values)
