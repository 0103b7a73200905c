"""What becomes of a message that we send: it leaves, arrives, or fails for all to see."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from tickets import events
from tickets.models import UNSOLVED, Category, Message, Ticket
from tickets.services import locking

# A state never goes back: what was read has been delivered, and a failure after delivery is no news.
_RANK = {
    Message.Delivery.QUEUED: 0,
    Message.Delivery.SENDING: 1,
    Message.Delivery.IN_DOUBT: 2,
    Message.Delivery.FAILED: 3,
    Message.Delivery.SENT: 3,
    Message.Delivery.DELIVERED: 4,
    Message.Delivery.READ: 5,
}
ARRIVED = (Message.Delivery.DELIVERED, Message.Delivery.READ)
_NEWS = {
    Message.Delivery.SENT: events.MESSAGE_SENT,
    Message.Delivery.FAILED: events.MESSAGE_FAILED,
    Message.Delivery.IN_DOUBT: events.MESSAGE_IN_DOUBT,
}


@transaction.atomic
def record_delivery(
    *, message: Message, state: str, note: str = "", at: datetime | None = None, may_fall_back: bool = False
) -> bool:
    """Write down what the channel says became of a message. Returns whether that was news.

    A failure reopens the ticket and asks for attention, so that nobody believes the customer was answered.
    `may_fall_back` lets a bounce turn a sent message into a failed one.
    """
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if row.delivery == state or row.delivery == Message.Delivery.CANCELLED:
        return False
    delivery = Message.Delivery(state)
    if not may_fall_back and _RANK.get(Message.Delivery(row.delivery), 0) > _RANK[delivery]:
        return False
    row.delivery, row.delivery_note = state, note
    if delivery == Message.Delivery.SENT or (delivery in ARRIVED and row.sent_at is None):
        row.sent_at = at or now()
    row.save(update_fields=["delivery", "delivery_note", "sent_at"])
    _settle(ticket, row, delivery, note)
    return True


def _settle(ticket: Ticket, message: Message, state: Message.Delivery, note: str) -> None:
    history = []
    if kind := _NEWS.get(state):
        history.append(events.build(ticket, kind, message=message, actor="", changes={"note": ["", note]}))
    if state in (Message.Delivery.FAILED, Message.Delivery.IN_DOUBT) and not message.automatic:
        ticket.needs_attention = (
            "A reply was not delivered."
            if state == Message.Delivery.FAILED
            else "A reply may not have been delivered."
        )
        fields = ["needs_attention"]
        if ticket.category not in UNSOLVED or ticket.category == Category.PENDING:
            history.append(
                events.build(ticket, events.STATUS_CHANGED, changes={"status": [ticket.status_id, "open"]})
            )
            ticket.status_id, ticket.category, ticket.solved_at = "open", Category.OPEN, None
            fields += ["status", "category", "solved_at"]
        locking.save(ticket, fields)
    elif state in (Message.Delivery.SENT, *ARRIVED) and ticket.needs_attention:
        _clear_attention(ticket)
    if history:
        events.write(*history)


@transaction.atomic
def put_off(*, message: Message, note: str) -> None:
    """It was accepted and came back, for a reason that passes: it waits to be sent again. Somebody should know."""
    ticket = locking.lock(message.ticket)
    waits = Message.objects.filter(pk=message.pk).exclude(delivery=Message.Delivery.CANCELLED)
    if not waits.update(delivery=Message.Delivery.QUEUED, delivery_note=note):
        return
    ticket.needs_attention = "A reply came back. It is sent again by itself."
    locking.save(ticket, ["needs_attention"])
    events.record(ticket, events.MESSAGE_PUT_OFF, message=message, actor="", changes={"note": ["", note]})


def _clear_attention(ticket: Ticket) -> None:
    """The last doubtful message has gone through: nothing needs attention any more."""
    troubled = ticket.messages.filter(delivery__in=[Message.Delivery.FAILED, Message.Delivery.IN_DOUBT])
    if not troubled.exists():
        ticket.needs_attention = ""
        locking.save(ticket, ["needs_attention"], touch=False)


def begin_sending(*, message: Message) -> bool:
    """The outbox is about to hand the message over: from here on it cannot be taken back.

    False when it was taken back in the meantime, or when it is not waiting to be sent.
    """
    waiting = [Message.Delivery.QUEUED, Message.Delivery.SENDING]
    changed = (
        Message.objects.filter(pk=message.pk, delivery__in=waiting)
        .filter(ticket__trashed_at=None)
        .update(delivery=Message.Delivery.SENDING)
    )
    return bool(changed)
