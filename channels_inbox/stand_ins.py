"""A message that cannot be read is held, and a ticket stands in for it, so that a person sees it."""

from __future__ import annotations

from accounts import customers
from accounts.models import Customer
from channels_inbox.adapter import PayloadUnreadable
from channels_inbox.messages import Sender
from channels_inbox.models import InboundPayload
from channels_inbox.outcome import Outcome, Result
from channels_inbox.reading import Reading
from foundation import richtext
from tickets.models import Category, Message, Ticket
from tickets.services import conversation, replies, workflow

# Nobody has this address (RFC 2606), and nothing is ever sent there.
NOBODY = Sender(handle="unknown-sender@nobody.invalid", name="Unknown sender")
SUBJECT = "A message that could not be read"
TEXT = "This message arrived, but could not be shown here. It is kept as it came."
DESK = "Quarantine"


def hold(reading: Reading, trouble: PayloadUnreadable, known: dict[str, Message]) -> Outcome:
    """Open the ticket that stands in for an unreadable message, unless it has one. `known` is messages by their key."""
    reason = str(trouble)
    if twin := known.get(reading.held_key):
        return Outcome(
            Result.QUARANTINED if reading.payload.ticket else Result.DUPLICATE, twin.ticket, reason=reason
        )
    sender = trouble.sender or NOBODY
    inbox = reading.payload.inbox
    message = conversation.receive_message(
        incoming=conversation.Incoming(
            author=customers.identify(email=sender.handle, name=sender.name),
            channel=inbox.kind,
            source_key=reading.held_key,
            subject=trouble.subject or SUBJECT,
            text=TEXT,
            author_name=sender.name,
            author_address=sender.handle,
            facts={"quarantined": reason, "payload": reading.payload.pk},
        ),
        ticket=None,
        brand=inbox.brand,
        team=inbox.team,
    )
    known[reading.held_key] = message
    return Outcome(Result.QUARANTINED, message.ticket, message, reason)


def sender_of(payload: InboundPayload) -> Sender | None:
    """Who sent it, where that could be read."""
    return Sender(handle=payload.sender) if "@" in payload.sender else None


def room_in(stand_in: Ticket | None, sender: Customer) -> Ticket | None:
    """The stand-in, where the message may now go into it: it was opened in the name of the same sender."""
    if stand_in is None or stand_in.requester_id != sender.pk or stand_in.category == Category.CLOSED:
        return None
    return stand_in


def retire(stand_in: Ticket, *, into: Ticket) -> None:
    """The message has found another ticket: nothing is left to do in the one that stood in for it."""
    if stand_in.pk != into.pk:
        settle(stand_in, f"The message could be read at last. It is in ticket #{into.number}.")


def settle(stand_in: Ticket, note: str) -> None:
    """Nothing is left to do here: say why, and solve it."""
    replies.add_note(ticket=stand_in, author=None, html=richtext.from_text(note), actor_label=DESK)
    if stand_in.is_unsolved:
        workflow.change_status(ticket=stand_in, status="solved", actor=DESK)
