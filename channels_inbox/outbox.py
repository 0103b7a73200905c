"""What has to leave: one row per cause, its key and its Message-ID fixed before the first try.

Written in the transaction of the event that asks for it; `sending` takes it from there.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Now

from channels_inbox import doorbell
from channels_inbox.email import reply_address
from channels_inbox.models import MessageDelivery
from channels_inbox.routes import route_of
from tickets.models import Message
from tickets.services import delivery

State, Kind = MessageDelivery.State, MessageDelivery.Kind
# A person may decide about these.
IN_TROUBLE = (State.FAILED, State.IN_DOUBT)
NO_WAY_OUT = "No inbox of this brand can send a message."
NO_ADDRESS = "There is no address to send it to."


def queue(message: Message) -> MessageDelivery | None:
    """A message of ours is to leave at the end of its undo window. Doing this twice queues it once."""
    key = f"reply:{message.pk}"
    if known := MessageDelivery.objects.filter(idempotency_key=key).first():
        return known
    route = route_of(message.ticket, message.channel)
    recipients = {kind: [each for each in people if each] for kind, people in message.recipients.items()}
    if route is None or not recipients.get("to"):
        delivery.record_delivery(
            message=message, state=Message.Delivery.FAILED, note=NO_ADDRESS if route else NO_WAY_OUT
        )
        return None
    row = MessageDelivery.objects.create(
        kind=Kind.REPLY,
        inbox=route.inbox,
        ticket=message.ticket,
        message=message,
        idempotency_key=key,
        rfc_message_id=reply_address.mint(message.ticket.number, message.pk, route.address),
        sender=route.address,
        recipients=recipients,
        next_at=message.send_after or Now(),
    )
    doorbell.ring_after_commit(doorbell.SEND_DUE)
    return row


def hurry(message: Message) -> None:
    """Its author does not want to wait for the end of the undo window."""
    waiting = MessageDelivery.objects.filter(message=message, state=State.QUEUED, lease=None)
    waiting.update(next_at=Now())
    doorbell.ring_after_commit(doorbell.SEND_DUE)


def cancel(message: Message) -> None:
    """It was taken back."""
    MessageDelivery.objects.filter(message=message, state__in=(State.QUEUED, State.RETRY)).update(
        state=State.CANCELLED, lease=None
    )


@transaction.atomic
def send_again(message: Message, *, instead: Mapping[str, str] | None = None) -> None:
    """A person wants it to leave once more; it keeps its Message-ID, so whoever has it already sees it once.

    Where it had left and came back from some, it goes to those alone. `instead` maps a wrong address, in small
    letters, to the right one.
    """
    rows = MessageDelivery.objects.select_for_update().filter(message=message, state__in=IN_TROUBLE)
    row = rows.first()
    if row is None:
        queue(message)
        return
    came_back = (row.content.get("came_back") or row.content.get("only", [])) if row.sent_at else []
    row.content = {"only": [(instead or {}).get(each, each) for each in came_back]} if came_back else {}
    row.recipients = {kind: [each for each in people if each] for kind, people in message.recipients.items()}
    row.state, row.attempts, row.next_at, row.lease = State.QUEUED, 0, Now(), None
    row.save(update_fields=["content", "recipients", "state", "attempts", "next_at", "lease"])
    doorbell.ring_after_commit(doorbell.SEND_DUE)


def note_arrival(message: Message) -> None:
    """A person knows that it has arrived."""
    for row in MessageDelivery.objects.filter(message=message, state=State.IN_DOUBT):
        settle_as_sent(row)


def requeue(row: MessageDelivery) -> bool:
    """Mail that belongs to no ticket is to leave once more. False where that was decided meanwhile."""
    rows = MessageDelivery.objects.filter(pk=row.pk, state__in=IN_TROUBLE)
    changed = rows.update(state=State.QUEUED, attempts=0, next_at=Now(), lease=None)
    doorbell.ring_after_commit(doorbell.SEND_DUE)
    return bool(changed)


@transaction.atomic
def settle_as_sent(row: MessageDelivery, *, note: str = "") -> bool:
    """A person, or a copy of it, says that a doubtful message was taken. False where that was decided meanwhile."""
    doubtful = MessageDelivery.objects.filter(pk=row.pk, state__in=IN_TROUBLE)
    if not doubtful.update(state=State.SENT, sent_at=Now(), lease=None, provider_reply=note):
        return False
    if row.message:
        delivery.record_delivery(
            message=row.message, state=Message.Delivery.SENT, note=note, may_fall_back=True
        )
    return True
