"""The same message once more, in other bytes.

A provider that does not give the mail itself gives its fields, and what is made of them differs from the mail that a
mailbox has. Whoever wrote it, its Message-ID, its words and its files do not.
"""

from __future__ import annotations

from channels_inbox import thread_keys
from channels_inbox.known import Known
from channels_inbox.messages import InboundMessage
from tickets.models import Message


def twin_of(message: InboundMessage, *, brand_id: int, known: Known) -> Message | None:
    """The message that is there already. One that uses its id for other words is not it."""
    key = thread_keys.shortened(message.external_id)
    for thread in known.threads.get(key, ()) if key else ():
        if thread.message and thread.ticket.brand_id == brand_id and _is_the_same(thread.message, message):
            return thread.message
    return None


def _is_the_same(stored: Message, message: InboundMessage) -> bool:
    return (
        stored.author_address.lower() == message.sender.handle.lower()
        and _letters(stored.text) == _letters(message.text)
        and stored.attachments.count() == len(message.files)
    )


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
