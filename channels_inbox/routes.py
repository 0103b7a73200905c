"""Through which inbox, and from which of its addresses, does a message of a ticket leave?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from channels_inbox.email import reply_address
from channels_inbox.models import InboundPayload, Inbox
from tickets.models import Message, Ticket


class Route(NamedTuple):
    inbox: Inbox
    address: str


def route_of(ticket: Ticket, channel: str) -> Route | None:
    """The inbox the customer wrote to last, and the address they used; else one of the brand. None: there is none."""
    candidates = [
        _written_to(ticket, channel),
        *Inbox.objects.active().filter(brand=ticket.brand_id, kind=channel),
    ]
    inbox = _first_that_sends(candidates)
    return Route(inbox, _address(inbox, ticket)) if inbox else None


def default_route(channel: str = "email") -> Route | None:
    """For what belongs to no ticket."""
    inboxes = Inbox.objects.active().filter(kind=channel).order_by("-brand__is_default", "pk")
    inbox = _first_that_sends(list(inboxes))
    return Route(inbox, inbox.address) if inbox else None


def _written_to(ticket: Ticket, channel: str) -> Inbox | None:
    came = InboundPayload.objects.filter(ticket=ticket, inbox__kind=channel, inbox__is_active=True)
    last = came.select_related("inbox").defer("raw").order_by("-pk").first()
    return last.inbox if last else None


def _first_that_sends(candidates: Sequence[Inbox | None]) -> Inbox | None:
    """Where none is set up for sending the first one is taken all the same: there the message waits, for all to see."""
    there = [inbox for inbox in candidates if inbox]
    return next((inbox for inbox in there if _sends(inbox)), there[0] if there else None)


def _sends(inbox: Inbox) -> bool:
    return inbox.kind != "email" or bool(inbox.settings.get("smtp_host"))


def _address(inbox: Inbox, ticket: Ticket) -> str:
    if not inbox.aliases:
        return inbox.address
    last = ticket.messages.filter(direction=Message.Direction.INBOUND).order_by("-pk").first()
    return address_of(inbox, last) if last else inbox.address


def address_of(inbox: Inbox, message: Message) -> str:
    """The address of the inbox that this message was sent to: an alias, where it was one."""
    named = [*message.recipients.get("to", []), *message.recipients.get("cc", [])]
    used = {reply_address.without_tag(address) for address in named}
    return next((address for address in inbox.addresses if address.lower() in used), inbox.address)
