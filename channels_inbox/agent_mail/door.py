"""Mail by which agents work, told apart from that of customers before anybody becomes a customer by it."""

from __future__ import annotations

from channels_inbox import stand_ins
from channels_inbox.adapter import PayloadUnreadable
from channels_inbox.agent_mail import answers, held_notices
from channels_inbox.messages import InboundMessage
from channels_inbox.outcome import Outcome
from channels_inbox.reading import Reading
from tickets.models import Message


def is_for(message: InboundMessage) -> bool:
    return not message.from_ourselves and answers.bound_of(message) is not None


def take(reading: Reading, index: int, message: InboundMessage, known: dict[str, Message]) -> Outcome | None:
    """What became of an agent's answer; None where the message is none. `known` is messages by their key."""
    bound = None if message.from_ourselves else answers.bound_of(message)
    if bound is None:
        return None
    payload = reading.payload
    is_released = "released_by" in payload.transport
    try:
        outcome = answers.take(message, bound, source_key=reading.source_key(index), is_released=is_released)
    except answers.Held as held:
        if held.agent:
            held_notices.queue(payload, agent=held.agent, number=bound.ticket, reason=str(held))
        trouble = PayloadUnreadable(str(held), sender=message.sender, subject=message.subject)
        return stand_ins.hold(reading, trouble, known)
    if payload.ticket and outcome.ticket:
        stand_ins.retire(payload.ticket, into=outcome.ticket)
    return outcome
