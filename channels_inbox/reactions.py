"""What the channels do when something happens to a ticket: messages go into the outbox, or come out of it."""

from __future__ import annotations

from collections.abc import Sequence

from channels_inbox import acknowledgements, outbox
from channels_inbox.agent_mail import notifications
from tickets import events
from tickets.dispatch import Stage, on, on_all
from tickets.models import TicketEvent


@on_all(events.TICKET_OPENED)
def confirm(opened: Sequence[TicketEvent]) -> None:
    acknowledgements.queue([event.message for event in opened if event.message])


@on(*notifications.KINDS, stage=Stage.NOTICES)
def tell_agent(event: TicketEvent) -> None:
    notifications.queue(event)


@on(events.MESSAGE_POSTED, events.MESSAGE_FORWARDED, stage=Stage.WIRES)
def send_reply(event: TicketEvent) -> None:
    if event.message:
        outbox.queue(event.message)


@on(events.MESSAGE_HURRIED, stage=Stage.WIRES)
def hurry_reply(event: TicketEvent) -> None:
    if event.message:
        outbox.hurry(event.message)


@on(events.MESSAGE_UNDONE, stage=Stage.WIRES)
def cancel_reply(event: TicketEvent) -> None:
    if event.message:
        outbox.cancel(event.message)


@on(events.MESSAGE_RETRIED, stage=Stage.WIRES)
def send_reply_again(event: TicketEvent) -> None:
    if event.message:
        before, after = event.changes.get("address", ["", ""])
        outbox.send_again(event.message, instead={before.lower(): after} if after else {})


@on(events.MESSAGE_CONFIRMED, stage=Stage.WIRES)
def note_arrival(event: TicketEvent) -> None:
    if event.message:
        outbox.note_arrival(event.message)
