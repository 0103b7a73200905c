"""The desk's mail of past days: written as the outbox writes it, and put into the customers' demo mailboxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels_inbox import outgoing
from channels_inbox.email.compose import compose
from channels_inbox.models import MessageDelivery, Reflex
from helpdesk.demo_mail.store import Store, is_served
from tickets.models import Message, Ticket

State = MessageDelivery.State
ON_ITS_WAY = timedelta(seconds=11)
ACCEPTED = "250 2.0.0 delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    message: int | None
    address: str
    raw: bytes = field(repr=False)
    arrived: datetime


@dataclass(slots=True)
class PostOffice:
    bag: list[Posted] = field(default_factory=list)

    def carry(self, ticket: Ticket, *, at: datetime) -> None:
        """Let leave what the outbox holds for this ticket, as if it had been written at this moment."""
        waiting = MessageDelivery.objects.filter(ticket=ticket, state=State.QUEUED).select_related("inbox")
        for row in waiting.order_by("pk"):
            self._leave(row, at)

    def _leave(self, row: MessageDelivery, at: datetime) -> None:
        row.created_at = row.next_at = at
        letter = outgoing.write(row)
        # What was said over weeks must not count as said within this hour.
        Reflex.objects.filter(delivery=row).delete()
        arrived = at + ON_ITS_WAY
        row.state, row.sent_at, row.attempts, row.provider_reply = State.SENT, arrived, 1, ACCEPTED
        row.save()
        if row.message_id:
            Message.objects.filter(pk=row.message_id).update(delivery=Message.Delivery.SENT, sent_at=arrived)
        raw = compose(letter)
        self.bag += [
            Posted(message=row.message_id, address=address, raw=raw, arrived=arrived)
            for address in (*letter.to, *letter.cc)
            if is_served(address)
        ]

    def lose(self, message: Message) -> None:
        """This one did not arrive."""
        self.bag = [posted for posted in self.bag if posted.message != message.pk]

    def empty_into(self, store: Store) -> None:
        """Fill the mailboxes, oldest first."""
        for posted in sorted(self.bag, key=lambda each: each.arrived):
            store.folder(posted.address).append(posted.raw, flags=["\\Seen"], at=posted.arrived)
        self.bag.clear()
