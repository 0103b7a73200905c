"""What a provider says became of a mail, in our words. The tables of their words are kept by django-anymail."""

from __future__ import annotations

from anymail.signals import EventType

from channels_inbox.email.providers.provider import text_of
from channels_inbox.messages import DeliveryReport
from tickets.models import Message

FAILED, DELIVERED = Message.Delivery.FAILED.value, Message.Delivery.DELIVERED.value
# Normalised event -> state, is it for good. What is not here (opened, clicked, queued …) is no news for an agent.
NEWS: dict[str, tuple[str, bool]] = {
    EventType.DELIVERED: (DELIVERED, True),
    EventType.BOUNCED: (FAILED, True),
    EventType.REJECTED: (FAILED, True),
    EventType.FAILED: (FAILED, True),
    EventType.DEFERRED: (FAILED, False),
    EventType.COMPLAINED: (FAILED, False),
}
COMPLAINT = "The recipient reported this mail as spam."


def report(kind: str, *, message_id: object, recipient: object, words: str = "") -> list[DeliveryReport]:
    """The report of one event, or none where it is no news. `message_id` is ours, with or without brackets."""
    if kind not in NEWS:
        return []
    state, is_permanent = NEWS[kind]
    if kind == EventType.COMPLAINED:
        words = f"{COMPLAINT} {words}".strip()
    return [
        DeliveryReport(
            external_id=text_of(message_id, 250).strip("<>"),
            state=state,
            note=words or kind,
            recipient=text_of(recipient, 254),
            is_permanent=is_permanent,
        )
    ]
